/**
 * What a person may do to the running program, and what must come of it: stop it and start it again, stop it while it
 * starts, start it twice, on a taken port, on somebody else's folder, with wrong settings; and what its own PostgreSQL may
 * do: die under it. In every case the books go on where they were, and nothing is left behind.
 */
import { existsSync, readdirSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ActorRow, OrderRow, PortfolioPnl, PositionRow, StrategyDetail, StrategyRow } from "../../domain/contract/views.ts";
import { pidExists } from "../../brokers/postgres/process-identity.ts";
import { seededRandom } from "../../domain/kernel/random.ts";
import { temporaryFolder } from "./database.ts";
import { brokenAtAnyMoment, brokenAtRest, openOrders, readBooks } from "./floor-books.ts";
import { endAll, FloorProcess, serverPid, withJournal } from "./floor-process.ts";
import { TradingLoad } from "./trading-load.ts";

const folders: string[] = [];
let folder: string;

beforeEach(async () => {
  folder = await temporaryFolder();
  folders.push(folder);
});
afterEach(() => endAll([]));
afterAll(() => endAll(folders), 60_000);

interface Shown {
  readonly positions: unknown;
  readonly realised: readonly string[];
  readonly strategies: unknown;
  readonly open: readonly string[];
}

/** What a restart must not change; marks, and what follows from them, move with the market. */
async function shown(floor: FloorProcess): Promise<Shown> {
  const { items: positions } = await floor.get<{ items: PositionRow[] }>("positions");
  const { startEquity, realisedPnl, feesPaid } = await floor.get<PortfolioPnl>("portfolio/pnl");
  const { items } = await floor.get<{ items: StrategyRow[] }>("strategies");
  const details = await Promise.all(items.map(({ id }) => floor.get<StrategyDetail>(`strategies/${id}`)));
  const { items: open } = await floor.get<{ items: OrderRow[] }>("orders/active");
  return {
    positions: positions.map(({ strategyId, symbol, quantity, averagePrice, realisedPnl: realised, feesPaid: fees }) => [
      strategyId,
      symbol,
      quantity,
      averagePrice,
      realised,
      fees,
    ]),
    realised: [startEquity, realisedPnl, feesPaid],
    strategies: details.map(({ id, state, params, versions }) => ({ id, state, params, versions })),
    open: open.map(({ orderId, status, quantity, filledQuantity, limitPrice }) =>
      [orderId, status, quantity, filledQuantity, limitPrice].join(" "),
    ),
  };
}

const KINDS_WITH_STREAM: ReadonlySet<string> = new Set(["relay", "connection", "positions", "risk", "execution", "strategy"]);

async function midOf(floor: FloorProcess, symbol: string): Promise<number> {
  const { bids, asks } = await floor.get<{ bids: [string, string][]; asks: [string, string][] }>(
    `market-data/orderbook/${encodeURIComponent(symbol)}?depth=1`,
  );
  return (Number(bids[0]![0]) + Number(asks[0]![0])) / 2;
}

/** Two fills by hand and two orders that rest 4 % below the market, with every strategy paused. */
async function tradeByHand(floor: FloorProcess): Promise<void> {
  const { items } = await floor.get<{ items: StrategyRow[] }>("strategies");
  for (const { id } of items) await floor.post(`strategies/${id}/stop`);
  for (const side of ["buy", "buy", "sell"])
    await floor.post("orders", { symbol: "BTC/USDT:USDT", side, type: "market", quantity: "0.01" });
  for (const symbol of ["ETH/USDT:USDT", "SOL/USDT"]) {
    const price = ((await midOf(floor, symbol)) * 0.96).toFixed(2);
    await floor.post("orders", { symbol, side: "buy", type: "limit", quantity: "1", price });
  }
  await floor.until<{ items: OrderRow[] }>(
    "orders/active",
    ({ items: open }) => open.length === 2 && open.every(({ status }) => status === "Working"),
  );
  await floor.until<{ items: unknown[] }>("fills", ({ items: fills }) => fills.length >= 3);
}

/** Nothing of a program that ended in order is left: no server, no run file, no lock. */
async function nothingLeft(): Promise<void> {
  expect(await serverPid(folder)).toBeNull();
  expect(existsSync(join(folder, "run.json"))).toBe(false);
  expect(existsSync(join(folder, "lock")) ? readdirSync(join(folder, "lock")) : []).toEqual([]);
}

describe("stopping and starting", () => {
  it.each(["SIGINT", "SIGTERM"] as const)("%s saves, ends with 0, and the next start goes on", async (signal) => {
    const first = await FloorProcess.start(folder);
    await tradeByHand(first);
    const before = await shown(first);
    first.signal(signal);
    expect(await first.ended).toEqual({ code: 0, signal: null });
    expect(first.out).toContain("stopped; the next start continues from here");
    await nothingLeft();

    const second = await FloorProcess.start(folder);
    const after = await shown(second);
    expect({ ...after, strategies: null }).toEqual({ ...before, strategies: null });
    expect(after.strategies).toEqual(before.strategies);
    const books = await withJournal(folder, readBooks);
    expect(brokenAtRest(books)).toEqual([]);
    expect(openOrders(books).map(({ orderId }) => books.venue.get(orderId)?.status)).toEqual(["open", "open"]);
    expect((await second.stop()).code).toBe(0);
  });

  it("under load ends in order, and nobody trades on while it ends", async () => {
    const first = await FloorProcess.start(folder);
    const highest = await highestEpoch(first);
    const load = new TradingLoad(seededRandom("stop under load"));
    const stopped = new Promise((resolve) => setTimeout(resolve, 1_500)).then(() => first.stop());
    await Promise.all([load.run(first, 6, stopped), stopped]);
    expect(await stopped).toEqual({ code: 0, signal: null });
    await nothingLeft();
    expect(brokenAtAnyMoment(await withJournal(folder, readBooks))).toEqual([]);
    // Every activation takes its stream over with a higher epoch than all before it: a higher one was woken while it ended.
    expect(await withJournal(folder, (journal) => journal.highestEpoch())).toBe(highest);
    const second = await FloorProcess.start(folder);
    expect(await load.repeat(second, 20)).toEqual([]);
    expect((await second.stop()).code).toBe(0);
  });

  it("two signals of one key press are one, and leave nothing", async () => {
    const floor = await FloorProcess.start(folder);
    floor.signal("SIGINT");
    await floor.says("stopping");
    floor.signal("SIGINT");
    expect(await floor.ended).toEqual({ code: 0, signal: null });
    await nothingLeft();
  });

  it("a signal during the start ends it without a server or a lock left", async () => {
    const first = new FloorProcess(folder);
    await untilThere(join(folder, "postgres", "initialised.json"));
    first.signal("SIGINT");
    expect(await first.ended).toEqual({ code: 0, signal: null });
    await nothingLeft();
    const second = await FloorProcess.start(folder);
    expect((await second.get<{ items: unknown[] }>("strategies")).items).toHaveLength(4);
    expect((await second.stop()).code).toBe(0);
  });
});

/** Of the actors that keep a stream. */
async function highestEpoch(floor: FloorProcess): Promise<bigint> {
  const { items } = await floor.get<{ items: ActorRow[] }>("system/actors");
  const epochs = items.filter(({ kind }) => KINDS_WITH_STREAM.has(kind)).map(({ epoch }) => BigInt(epoch));
  return epochs.reduce((highest, epoch) => (epoch > highest ? epoch : highest), 0n);
}

async function untilThere(path: string): Promise<void> {
  while (!existsSync(path)) await new Promise((resolve) => setTimeout(resolve, 10));
}

describe("what cannot start", () => {
  it("a second program on one data folder is told who has it, and the first goes on", async () => {
    const first = await FloorProcess.start(folder);
    const second = new FloorProcess(folder);
    const { code } = await second.ended;
    expect(code).not.toBe(0);
    expect(second.err).toContain(`is in use by process ${first.pid}`);
    expect((await first.api("GET", "health")).status).toBe(200);
    expect(existsSync(join(folder, "run.json"))).toBe(true);
    expect((await first.stop()).code).toBe(0);
  });

  it("a taken port is named, and folder and server are given back", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => taken.once("listening", resolve));
    const { port } = taken.address() as AddressInfo;
    const floor = new FloorProcess(folder, { args: ["--port", String(port)] });
    expect((await floor.ended).code).not.toBe(0);
    expect(floor.err).toContain(`port ${port} on 127.0.0.1 is taken`);
    await nothingLeft();
    taken.close();
  });

  it("somebody else's folder, and a damaged one, are left alone", async () => {
    await writeFile(join(folder, "thesis.txt"), "mine");
    const foreign = new FloorProcess(folder);
    expect((await foreign.ended).code).not.toBe(0);
    expect(foreign.err).toContain("is not empty and not ours (it holds thesis.txt)");
    expect(readdirSync(folder)).toEqual(["thesis.txt"]);

    const damaged = join(folder, "damaged");
    await mkdir(damaged);
    await writeFile(join(damaged, "dsta.json"), "{");
    const corrupt = new FloorProcess(damaged);
    expect((await corrupt.ended).code).not.toBe(0);
    expect(corrupt.err).toContain("has an unreadable dsta.json");
  });

  it.each([
    [{ DATABASE_URL: "postgres://nobody:secret@127.0.0.1:1/none" }, ["PostgreSQL at 127.0.0.1:1/none does not answer"]],
    [{ DSTA_SEDE: "x" }, ["DSTA_SEDE is not a setting", "DSTA_SEED"]],
    [{ DSTA_SIM_EQUITY: "lots" }, ["DSTA_SIM_EQUITY"]],
  ])("%j is named", async (env, texts) => {
    const floor = new FloorProcess(folder, { env: env as unknown as Record<string, string> });
    expect((await floor.ended).code).not.toBe(0);
    for (const text of texts) expect(floor.err).toContain(text);
    expect(floor.err).not.toContain("secret");
    await nothingLeft();
  });
});

describe("PostgreSQL killed under trading", () => {
  it("comes back by itself; trading goes on, nothing lost, nothing twice", { timeout: 120_000 }, async () => {
    const floor = await FloorProcess.start(folder);
    const load = new TradingLoad(seededRandom("postgres"));
    let stop: (value?: unknown) => void = () => undefined;
    const stopped = new Promise((resolve) => (stop = resolve));
    const trading = load.run(floor, 4, stopped);
    for (let kill = 0; kill < 3; kill++) {
      const sentBefore = load.answered;
      await load.untilAnswered(sentBefore + 20);
      const pid = (await serverPid(folder))!;
      process.kill(pid, "SIGKILL");
      await untilOtherServer(pid);
    }
    await load.untilAnswered(load.answered + 20);
    stop();
    await trading;
    await floor.post("risk/circuit-breaker", { state: "halted", reason: "comparing the books" });
    await floor.until<{ items: OrderRow[] }>("orders/active", ({ items }) => items.length === 0);
    expect(await load.repeat(floor, 50)).toEqual([]);
    const books = await withJournal(folder, readBooks);
    expect(brokenAtRest(books)).toEqual([]);
    expect((await floor.get<{ status: string }>("health")).status).toBe("ok");
    expect((await floor.stop()).code).toBe(0);
    await nothingLeft();
  });
});

async function untilOtherServer(pid: number): Promise<void> {
  for (;;) {
    const now = pidExists(pid) ? null : await serverPid(folder);
    if (now !== null && now !== pid) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
