/**
 * Nothing lost, nothing twice: the program under trading load is killed with SIGKILL at random moments, again and again,
 * and after every kill the venue's ledger, our orders, positions, risk and strategies have to tell the same story.
 *
 * At each kill the books are read as they lie on the disk; at each restart what recovery put right is checked; every
 * fourth time trading is halted until nothing moves, and everything is compared to the last digit.
 * `KILLS=60 SEED=x vitest run test/integration/crash-loop.test.ts` runs longer, or the same moments again.
 */
import { afterAll, describe, expect, it } from "vitest";
import type { OrderRow, PortfolioPnl, PositionRow, RiskView, StrategyDetail, StrategyRow } from "../../domain/contract/views.ts";
import { add, type Decimal, decimal, format, sub, ZERO } from "../../domain/kernel/decimal.ts";
import { type Random, seededRandom } from "../../domain/kernel/random.ts";
import { temporaryFolder } from "./database.ts";
import {
  type Books,
  brokenAfterRecovery,
  brokenAtAnyMoment,
  brokenAtRest,
  openOrders,
  positionsAtVenue,
  readBooks,
} from "./floor-books.ts";
import { endAll, FloorProcess, withJournal } from "./floor-process.ts";
import { TradingLoad } from "./trading-load.ts";

const KILLS = Number(process.env["KILLS"] ?? 12);
const SEED = process.env["SEED"] ?? "crash-loop";
const CLIENTS = 6;
const SETTLE_EVERY = 4;
/** Every fifth kill comes before the program is ready: recovery itself has to survive. */
const EARLY_EVERY = 5;
const PER_KILL_MS = 30_000;

interface Moment {
  readonly kill: number;
  readonly where: "trading" | "starting";
  readonly atMs: number;
  readonly recoveryMs: number;
  readonly orders: number;
  readonly fills: number;
  /** Journaled orders that the kill kept from the venue, and the venue's fills that it kept from us. */
  readonly lost: number;
  readonly missed: number;
  readonly broken: number;
}

const folder = await temporaryFolder();
afterAll(() => endAll([folder]), 60_000);

describe("crash loop", () => {
  it(`survives ${KILLS} kills, seed ${SEED}`, { timeout: 60_000 + KILLS * PER_KILL_MS }, async () => {
    const random = seededRandom(SEED);
    const load = new TradingLoad(seededRandom(`${SEED}|load`));
    const moments: Moment[] = [];
    const broken: string[] = [];
    let floor = await FloorProcess.start(folder);
    await prepare(floor);
    const strategies = await strategiesOf(floor);

    for (let kill = 1; kill <= KILLS; kill++) {
      const isEarly = kill % EARLY_EVERY === 0;
      const { before, atMs } = isEarly ? await killEarly(floor, load, random) : await killTrading(floor, load, random);
      const found = brokenAtAnyMoment(before);

      floor = await FloorProcess.start(folder);
      const recoveryMs = performance.now() - floor.startedMs;
      const after = await withJournal(folder, readBooks);
      found.push(...brokenAfterRecovery(before, after));
      found.push(...(await load.repeat(floor, 2 * CLIENTS)));
      found.push(...differing("strategies", await strategiesOf(floor), strategies));
      if (kill % SETTLE_EVERY === 0 || kill === KILLS) found.push(...(await settle(floor)));

      broken.push(...found.map((text) => `kill ${kill} after ${atMs} ms: ${text}`));
      const lost = openOrders(before).filter(({ orderId }) => !before.venue.has(orderId)).length;
      const missed = before.venueFills.size - before.fills.length;
      const where = isEarly ? "starting" : "trading";
      moments.push({
        kill,
        where,
        atMs,
        recoveryMs: Math.round(recoveryMs),
        orders: after.orders.size,
        fills: after.fills.length,
        lost,
        missed,
        broken: found.length,
      });
      if (found.length > 0) break;
    }
    report(moments);
    expect(broken).toEqual([]);
    expect((await floor.stop()).code).toBe(0);
  });
});

/** Market makers on every perpetual at their fastest, one strategy paused, one stopped, limits that let all this through. */
async function prepare(floor: FloorProcess): Promise<void> {
  const { status } = await floor.api("PUT", "risk/limits", { limits: { maxOrdersPerSecond: 500 }, reason: "load" });
  expect(status).toBe(200);
  const fast = { requotesPerSecond: 10, requoteBps: 0.1, spreadBps: 2, size: 2_000, maxInventory: 10_000 };
  for (const base of ["BTC", "SOL", "XRP"]) {
    await floor.post("strategies", {
      id: `mm-${base.toLowerCase()}`,
      strategy: "market-maker",
      symbol: `${base}/USDT:USDT`,
      params: fast,
      start: true,
    });
  }
  expect((await floor.api("PUT", "strategies/mm-eth-1/parameters", { params: fast })).status).toBe(200);
  await floor.post("strategies/sma-btc-1/pause");
  await floor.post("strategies/grid-xrp-1/stop");
}

async function killTrading(floor: FloorProcess, load: TradingLoad, random: Random): Promise<{ before: Books; atMs: number }> {
  const atMs = random.integer(50, 1_500);
  const killed = new Promise((resolve) => setTimeout(resolve, atMs)).then(() => floor.kill());
  await Promise.all([load.run(floor, CLIENTS, killed), killed]);
  return { before: await withJournal(folder, readBooks), atMs };
}

/** Killed while trading, then again while it starts. */
async function killEarly(floor: FloorProcess, load: TradingLoad, random: Random): Promise<{ before: Books; atMs: number }> {
  await killTrading(floor, load, random);
  const atMs = random.integer(100, 2_500);
  const starting = new FloorProcess(folder);
  await new Promise((resolve) => setTimeout(resolve, atMs));
  await starting.kill();
  return { before: await withJournal(folder, readBooks), atMs };
}

/** Halts, waits until nothing moves, compares everything, and lets it trade again. */
async function settle(floor: FloorProcess): Promise<string[]> {
  const broken = await reservationsFit(floor);
  await floor.post("risk/circuit-breaker", { state: "halted", reason: "comparing the books" });
  await floor.until<{ items: OrderRow[] }>("orders/active", ({ items }) => items.length === 0);
  const books = await withJournal(folder, (journal) => atRest(() => readBooks(journal)));
  broken.push(...brokenAtRest(books));
  broken.push(...positionsDiffer(books, (await floor.get<{ items: PositionRow[] }>("positions")).items));
  broken.push(...(await strategyPositionsDiffer(floor)));
  const { reservations } = await floor.get<RiskView>("risk/limits");
  if (reservations.length > 0) broken.push(`${reservations.length} reservations without an open order: ${JSON.stringify(reservations[0])}`);
  const pnl = await floor.get<PortfolioPnl>("portfolio/pnl");
  const realised = books.booked.reduce((sum, fill) => add(sum, fill.realisedPnl), ZERO);
  broken.push(...differing("realised P&L of the account", pnl.realisedPnl, format(realised)));
  await floor.post("risk/circuit-breaker", { state: "active", reason: "compared", confirm: "RESUME desk-1" });
  return broken;
}

/** The last reports and bookings are milliseconds away once no order is open; what is not there after 5 s never comes. */
async function atRest(read: () => Promise<Books>): Promise<Books> {
  const untilMs = performance.now() + 5_000;
  for (;;) {
    const books = await read();
    if (brokenAtRest(books).length === 0 || performance.now() > untilMs) return books;
  }
}

/** Open orders and reservations are two actors' states: compared when the orders are the same before and after. */
async function reservationsFit(floor: FloorProcess): Promise<string[]> {
  const untilMs = performance.now() + 5_000;
  for (;;) {
    const before = (await floor.get<{ items: OrderRow[] }>("orders/active")).items;
    const { reservations } = await floor.get<RiskView>("risk/limits");
    const after = (await floor.get<{ items: OrderRow[] }>("orders/active")).items;
    const expected = before
      .map(({ intentId, quantity, filledQuantity }) => `${intentId} ${format(sub(decimal(quantity), decimal(filledQuantity)))}`)
      .sort();
    const reserved = reservations.map(({ intentId, quantity }) => `${intentId} ${quantity}`).sort();
    const isStill = JSON.stringify(before) === JSON.stringify(after);
    if (isStill && JSON.stringify(expected) === JSON.stringify(reserved)) return [];
    if (performance.now() > untilMs) return differing("reservations", reserved, expected);
  }
}

function positionsDiffer(books: Books, rows: readonly PositionRow[]): string[] {
  const booked = new Map<string, Decimal>();
  for (const { owner, realisedPnl } of books.booked) booked.set(owner, add(booked.get(owner) ?? ZERO, realisedPnl));
  const shown = rows.map((row) => [`${row.strategyId} ${row.symbol}`, row.quantity, row.realisedPnl, row.feesPaid].join(" "));
  const told = Array.from(positionsAtVenue(books), ([owner, { quantity, realisedPnl, feesInQuote }]) =>
    [owner, format(quantity), format(realisedPnl), format(feesInQuote)].join(" "),
  );
  const sums = Array.from(booked, ([owner, realisedPnl]) => `${owner} ${format(realisedPnl)}`);
  const wanted = rows.map((row) => `${row.strategyId} ${row.symbol} ${row.realisedPnl}`);
  return [...differing("positions", shown.sort(), told.sort()), ...differing("booked P&L", sums.sort(), wanted.sort())];
}

async function strategyPositionsDiffer(floor: FloorProcess): Promise<string[]> {
  const positions = (await floor.get<{ items: PositionRow[] }>("positions")).items;
  const { items } = await floor.get<{ items: StrategyRow[] }>("strategies");
  const shown = items.map(({ id, positionQuantity }) => `${id} ${positionQuantity}`);
  const wanted = items.map(
    ({ id, symbol }) => `${id} ${positions.find((row) => row.strategyId === id && row.symbol === symbol)?.quantity ?? "0"}`,
  );
  return differing("strategies' positions", shown, wanted);
}

/** What a restart must not change: which there are, their parameters with their versions, and whether they should run. */
async function strategiesOf(floor: FloorProcess): Promise<unknown[]> {
  const { items } = await floor.get<{ items: StrategyRow[] }>("strategies");
  const details = await Promise.all(items.map(({ id }) => floor.get<StrategyDetail>(`strategies/${id}`)));
  return details.map(({ id, strategy, symbol, state, params, versions }) => {
    const desired = state === "paused" || state === "stopped" || state === "failed" ? state : "running";
    return { id, strategy, symbol, desired, params, versions };
  });
}

function differing(what: string, got: unknown, wanted: unknown): string[] {
  const [left, right] = [canonical(got), canonical(wanted)];
  return left === right ? [] : [`${what}: expected ${right}, got ${left}`];
}

/** JSON with sorted keys: the journal keeps values, not the order of an object's keys. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === "object" && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

function report(moments: readonly Moment[]): void {
  const times = moments.map(({ recoveryMs }) => recoveryMs).sort((a, b) => a - b);
  console.log(`seed ${SEED}: ${moments.length} kills, recovery p50 ${times[Math.floor(times.length / 2)]} ms, max ${times.at(-1)} ms`);
  for (const { kill, where, atMs, recoveryMs, orders, fills, lost, missed, broken } of moments) {
    const found = `${orders} orders, ${fills} fills, ${lost} lost, ${missed} missed, ${broken} broken`;
    console.log(`${kill} ${where} ${atMs} ms → ${recoveryMs} ms, ${found}`);
  }
}
