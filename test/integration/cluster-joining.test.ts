/**
 * Whoever joins a running cluster from outside: a second node that serves people, the prompt and its scripts, a node under
 * moleculer-runner; and those that are refused, who must leave the others alone.
 */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FillRow, OrderRow } from "../../domain/contract/views.ts";
import { ClusterProcess, endClusters, strays } from "./cluster-process.ts";
import { Peer, showsFill } from "./stream-peer.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const DSTA = join(ROOT, "cli", "dsta.mjs");
const NODES = ["core,data", "core", "exchange,trading", "exchange,trading"];
const folder = mkdtempSync(join(tmpdir(), "dsta-joining-"));

let cluster: ClusterProcess;
/** What a node needs to join. */
let mesh: { readonly NATS_URL: string; readonly DATABASE_URL: string };

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the command to its end, with `script` on its standard input. */
function dsta(args: readonly string[], env: Readonly<Record<string, string>> = {}, script = ""): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [DSTA, ...args], { env: { PATH: process.env["PATH"] ?? "", ...env } }, (error, out, err) => {
      resolve({ code: error ? Number(error.code) : 0, out, err });
    });
    child.stdin!.end(script);
  });
}

const repl = (...lines: string[]) => dsta(["repl", "--data", folder], {}, lines.map((line) => `${line}\n`).join(""));

async function stream(node: string): Promise<Peer> {
  const { url, token } = cluster.run(node);
  const peer = await new Peer(`${url}/api/v1/trading/stream?access_token=${token}`).open();
  await peer.until(({ type }) => type === "snapshot");
  return peer;
}

async function trade(node: string): Promise<string> {
  const wish = { symbol: "ETH/USDT", side: "buy", type: "market", quantity: "0.01", why: "seen by everybody" };
  const { orderId } = await cluster.send<OrderRow>("POST", "orders", wish, node);
  await cluster.until<OrderRow>(`orders/${orderId}`, ({ status }) => status === "Filled");
  return orderId;
}

beforeAll(async () => {
  cluster = await ClusterProcess.start(folder, { nodes: NODES });
  const env = new Map(
    readFileSync(`/proc/${cluster.pidOf("core-1")}/environ`, "utf8")
      .split("\0")
      .map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)] as const),
  );
  mesh = { NATS_URL: env.get("NATS_URL")!, DATABASE_URL: env.get("DATABASE_URL")! };
  await cluster.actorsWhen((nodeOf, rows) => nodeOf.has("execution/sim:main") && rows.every(({ state }) => state === "active"));
});
afterAll(() => endClusters([cluster], [folder]));

describe("two nodes that serve people", () => {
  it("show each other's fills, and what was missed while a client went from one to the other", async () => {
    const [first, second] = await Promise.all([stream("core-1"), stream("core-2")]);
    const seen = await trade("core-1");
    await Promise.all([first.until(showsFill(seen)), second.until(showsFill(seen))]);
    await first.close();
    const missed = await trade("core-2");
    const again = await stream("core-2");
    const { state } = await again.until(({ type }) => type === "snapshot");
    const fills = (state!["fills"] as FillRow[]).map(({ orderId }) => orderId);
    expect(fills).toEqual(expect.arrayContaining([seen, missed]));
    await Promise.all([second.close(), again.close()]);
  });
});

describe("the prompt as a script", () => {
  it("answers line by line", async () => {
    const actor = "strategy/grid-xrp-1";
    const { code, out, err } = await repl(
      "# what runs",
      "nodes",
      "actors strategy",
      `actor ${actor}`,
      `move ${actor} exchange-2`,
      `restart ${actor}`,
      "dead-letters",
      "positions",
      "halt checked by the test",
      "orders",
      "resume desk-1",
    );
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(/^dsta \$ nodes\nNODE .*\ncore-1 +core,data +up/);
    for (const said of [
      `${actor} is handed over`,
      `${actor} is active on exchange-2`,
      "trading is halted",
      "trading is active",
      "equity ",
      "dsta $ dead-letters\nnone",
    ]) {
      expect(out).toContain(said);
    }
  });

  it.each([
    ["drain nobody", "node nobody does not exist"],
    ["move strategy/none", "actor strategy/none is on no node"],
    ["move relay/journal exchange-1", "node: expected one that hosts actors of kind relay (core-1, core-2), got exchange-1"],
    ["move", "<id> is missing: move <id> [node]"],
    ["nodes now", "now is too much: nodes"],
    ["resume desk-9", 'confirm: expected "RESUME desk-1"'],
    ["jump", "jump is no command; there are nodes, actors"],
  ])("ends at what is refused: %s", async (line, why) => {
    const { code, out, err } = await repl(line, "nodes");
    expect([code, out]).toEqual([4, `dsta $ ${line}\n`]);
    expect(err).toMatch(/^dsta: line 1: .*\n$/);
    expect(err).toContain(why);
  });
});

describe("moleculer-runner", () => {
  it("joins as a node with the roles of the environment, and leaves in order", async () => {
    const runner = join(ROOT, "node_modules", "moleculer", "bin", "moleculer-runner.js");
    const child = spawn(process.execPath, [runner, "--config", "moleculer.config.ts"], {
      cwd: ROOT,
      env: { PATH: process.env["PATH"] ?? "", ...mesh, DSTA_ROLES: "trading", DSTA_NODE: "runner-1", DSTA_DATA: join(folder, "runner") },
      stdio: ["ignore", "ignore", "inherit"],
    });
    const ended = once(child, "exit");
    await cluster.until<{ items: { nodeId: string; roles: string[] }[] }>("system/nodes", ({ items }) =>
      items.some(({ nodeId, roles }) => nodeId === "runner-1" && roles.join() === "trading"),
    );
    await cluster.send("POST", "system/actors/move", { actorId: "strategy/grid-xrp-1", node: "runner-1" });
    await cluster.actorsWhen((nodeOf) => nodeOf.get("strategy/grid-xrp-1") === "runner-1");
    child.kill("SIGTERM");
    expect((await ended)[0]).toBe(0);
    await cluster.actorsWhen(
      (nodeOf, rows) => nodeOf.get("strategy/grid-xrp-1") !== "runner-1" && rows.every(({ state }) => state === "active"),
    );
  });
});

describe("nobody joins", () => {
  const place = () => ["--data", join(folder, "stranger"), "--port", "0", "--no-repl"];

  it.each<readonly [string, readonly string[], () => Record<string, string>, number, string]>([
    [
      "with an unknown role",
      ["--roles", "boss"],
      () => ({}),
      2,
      '--roles: expected some of all, core, exchange, trading, data, ml, got "boss"',
    ],
    ["with roles but no mesh", ["--roles", "core"], () => ({}), 2, "--roles: expected NATS_URL"],
    [
      "without a shared database",
      ["--roles", "core"],
      () => ({ NATS_URL: mesh.NATS_URL }),
      2,
      "DATABASE_URL: expected a PostgreSQL that all nodes share",
    ],
    ["under a name nobody can write", ["--node", "a name"], () => mesh, 2, "--node: expected 1 to 48 letters, digits, '-' or '_'"],
    ["where no NATS is", [], () => ({ ...mesh, NATS_URL: "nats://127.0.0.1:1" }), 3, "NATS_URL: no answer from nats://127.0.0.1:1"],
    ["under the name of a living node", ["--node", "core-1", "--roles", "core"], () => mesh, 1, "a living node is called core-1"],
  ])("%s", async (_what, args, env, exitCode, why) => {
    const pid = cluster.pidOf("core-1");
    const { code, err } = await dsta(["start", ...args, ...place()], env());
    expect([code, err.split("\n").length]).toEqual([exitCode, 2]);
    expect(err).toContain(why);
    expect(strays(join(folder, "stranger"))).toEqual([]);
    expect((await cluster.nodes()).map(({ nodeId }) => nodeId)).toEqual(["core-1", "core-2", "exchange-1", "exchange-2"]);
    expect(cluster.pidOf("core-1")).toBe(pid);
  });

  it("on a port that is taken", async () => {
    const { port } = new URL(cluster.run().url);
    const { code, err } = await dsta(
      ["start", "--roles", "core", "--node", "core-9", "--data", join(folder, "ninth"), "--port", port, "--no-repl"],
      mesh,
    );
    expect([code, err]).toEqual([1, expect.stringContaining(`port ${port} on 127.0.0.1 is taken`)]);
    expect((await cluster.nodes()).map(({ nodeId }) => nodeId)).not.toContain("core-9");
  });

  it("no prompt without a mesh, and no cluster in a folder that is taken or without a role it needs", async () => {
    expect(await dsta(["repl"], { NATS_URL: "nats://127.0.0.1:1" })).toMatchObject({ code: 3, err: expect.stringContaining("NATS_URL") });
    expect(await dsta(["cluster", "--data", folder, "--port", "0"])).toMatchObject({
      code: 1,
      err: expect.stringContaining("is in use by process"),
    });
    expect(await dsta(["cluster", "--nodes", "core,trading", "--data", join(folder, "x")])).toMatchObject({
      code: 2,
      err: expect.stringContaining("exchange, data is on none"),
    });
  });
});
