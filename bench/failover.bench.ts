/**
 * How long an actor is away when its node dies (SIGKILL) and when it is handed over in order (drain), as a caller on a
 * third node sees it: time from the last answer of the old owner to the first of the new one.
 *
 * Goals with sessions renewed every 200 ms and expiring after 600 ms: SIGKILL within 1,000 ms, in order within 50 ms.
 * Floors in the same run: the expiry itself, before which nobody may take over, and a remote ask to an actor that does
 * not move. Non-goals: the journal's replay, which depends on the actor's history.
 * Run: node bench/failover.bench.ts [--quick]
 */
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { startNats } from "../test/integration/nats-server.ts";
import { isExpected } from "../domain/kernel/errors.ts";
import type { ChildCommand } from "./mesh/child.ts";
import { echoMessages } from "./mesh/echo.ts";
import { type BenchNode, joinMesh } from "./mesh/node.ts";
import { quantile, rounded } from "./measure.ts";

const quick = process.argv.includes("--quick");
const ROUNDS = quick ? 2 : 20;
const RENEW_MS = 200;
const EXPIRY_MS = 600;
const ACTORS = 10;
const ASK_PAUSE_MS = 5;
const CHILD = fileURLToPath(new URL("./mesh/child.ts", import.meta.url));

const nats = await startNats();
const caller = await joinMesh({ url: nats.url, node: "caller", definitions: [], renewMs: RENEW_MS, expiryMs: EXPIRY_MS });
let started = 0;

function said(child: ChildProcess, word: string): Promise<void> {
  return new Promise((resolve, reject) => {
    child.on("message", (message) => message === word && resolve());
    child.once("exit", () => reject(new Error(`a node ended before it said ${word}`)));
  });
}

async function startChild(): Promise<ChildProcess> {
  const node = `node-${++started}`;
  const child = fork(CHILD, [JSON.stringify({ url: nats.url, node, renewMs: RENEW_MS, expiryMs: EXPIRY_MS })]);
  await said(child, "ready");
  return child;
}

function median(values: readonly number[]): number {
  return quantile(
    values.toSorted((a, b) => a - b),
    0.5,
  );
}

function tell(child: ChildProcess, command: ChildCommand): void {
  child.send(command);
}

/** Asks each actor over and over; for each that changed its node the time between the last answer there and the first here. */
async function gapsMs({ host }: BenchNode, act: () => Promise<void>): Promise<{ gaps: readonly number[]; askMs: number }> {
  let running = true;
  const gaps: number[] = [];
  const asks: number[] = [];
  const ask = async (id: string): Promise<void> => {
    let lastMs = performance.now();
    let owner = 0;
    while (running || owner === 0) {
      const sentMs = performance.now();
      try {
        const { pid } = await host.ask(echoMessages.say, id, 1, 2_000);
        const nowMs = performance.now();
        if (pid === owner) asks.push(nowMs - sentMs);
        else if (owner !== 0) gaps.push(nowMs - lastMs);
        owner = pid;
        lastMs = nowMs;
      } catch (error) {
        if (!isExpected(error)) throw error;
      }
      // Callers that leave no processor to those who hand over would measure themselves.
      await new Promise((resolve) => setTimeout(resolve, ASK_PAUSE_MS));
    }
  };
  const askers = Array.from({ length: ACTORS }, (_, index) => ask(`e${index}`));
  await new Promise((resolve) => setTimeout(resolve, 100));
  await act();
  running = false;
  await Promise.all(askers);
  return { gaps, askMs: median(asks) };
}

/** Until no lease is held by a node that is gone. */
async function settled(child: ChildProcess): Promise<void> {
  const has = (): boolean => [...caller.directory.leases()].every(({ node }) => node !== null);
  for (const untilMs = performance.now() + 10_000; performance.now() < untilMs && !has();)
    await new Promise((resolve) => setTimeout(resolve, 5));
  if (!has()) throw new Error(`actors of process ${child.pid} were not taken over within 10 s`);
}

const kills: number[] = [];
const drains: number[] = [];
const asks: number[] = [];
let [young, old] = [await startChild(), await startChild()];
for (let round = 0; round < ROUNDS; round++) {
  const killed = await gapsMs(caller, async () => {
    const left = new Promise<void>((resolve) => {
      const forget = caller.directory.onChange((change) => {
        if (change.type !== "members" || change.left.length === 0) return;
        forget();
        resolve();
      });
    });
    old.kill("SIGKILL");
    await left;
    await settled(old);
  });
  kills.push(...killed.gaps);
  asks.push(killed.askMs);
  old = await startChild();
  const drained = await gapsMs(caller, async () => {
    tell(young, { do: "drain" });
    await said(young, "drained");
  });
  drains.push(...drained.gaps);
  tell(young, { do: "end" });
  young = await startChild();
}
for (const child of [young, old]) child.kill("SIGKILL");
await caller.close();
await nats.stop();

const [killP50, killMax] = [median(kills), Math.max(...kills)];
const [drainP50, drainMax] = [median(drains), Math.max(...drains)];
const askMs = median(asks);
console.log(
  `SIGKILL   ${killP50.toFixed(0)} ms p50, ${killMax.toFixed(0)} ms max, ${(killP50 / EXPIRY_MS).toFixed(2)}× the expiry (goal ≤ 1,000 ms)`,
);
console.log(`in order  ${drainP50.toFixed(1)} ms p50, ${drainMax.toFixed(1)} ms max (goal ≤ 50 ms)`);
console.log(`a remote ask of an actor that stays: ${askMs.toFixed(2)} ms; in order is ${(drainP50 / askMs).toFixed(1)}× that`);
const result = {
  bench: "failover",
  rounds: ROUNDS,
  actors: ACTORS,
  killP50: rounded(killP50),
  killMax: rounded(killMax),
  drainP50: rounded(drainP50),
  drainMax: rounded(drainMax),
};
console.log(
  JSON.stringify({ ...result, askMs: rounded(askMs), killRatio: rounded(killP50 / EXPIRY_MS), drainRatio: rounded(drainP50 / askMs) }),
);
