/**
 * Strategies that hold what they run on, on the real program: inline the process ends, says which strategy it was, and the
 * next start runs without it until a person starts it; in a thread of its own only the thread ends, and the floor trades on.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import type { OrderRow, StrategyDetail, StrategyRow } from "../../domain/contract/views.ts";
import { temporaryFolder } from "./database.ts";
import { endAll, FloorProcess } from "./floor-process.ts";

const OWN = fileURLToPath(new URL("./own-strategies.ts", import.meta.url));
const LONG_MS = 120_000;
const folders: string[] = [];

afterAll(() => endAll(folders), LONG_MS);

async function folder(): Promise<string> {
  const path = await temporaryFolder();
  folders.push(path);
  return path;
}

const env = { DSTA_STRATEGIES: OWN };
const wish = (strategy: string, more: object = {}) => ({ id: `${strategy}-1`, strategy, symbol: "BTC/USDT", start: true, ...more });

async function tradesOn(floor: FloorProcess): Promise<void> {
  const { orderId } = await floor.post<OrderRow>("orders", { symbol: "ETH/USDT", side: "buy", type: "market", quantity: "0.01" });
  await floor.until<OrderRow>(`orders/${orderId}`, ({ status }) => status === "Filled");
}

describe("a strategy that holds the event loop", () => {
  it(
    "ends its process, is named, and does not run at the next start until somebody starts it",
    async () => {
      const data = await folder();
      const first = await FloorProcess.start(data, { env });
      await first.post("strategies", wish("spins"));
      expect(await first.ended).toEqual({ code: null, signal: "SIGKILL" });
      expect(first.err).toMatch(
        /^strategy\/spins-1 held the event loop for \d{3} ms in its own code, at .*own-strategies\.ts:\d+:\d+\)?: this process ends/m,
      );
      expect(first.err).toContain("it is not started again until somebody does");
      expect(readFileSync(join(data, "logs", "dsta.log"), "utf8")).toMatch(/"level":60.*strategy\/spins-1 held the event loop/);

      const second = await FloorProcess.start(data, { env });
      const found = await second.until<StrategyDetail>("strategies/spins-1", ({ state }) => state === "failed");
      expect(found.stateReason).toMatch(/held the event loop for \d{3} ms .*that ended node floor-1/);
      await tradesOn(second);

      // Repaired by its parameters and started by a person, it runs, also after another start.
      await second.api("PUT", "strategies/spins-1/parameters", { params: { broken: false } });
      await second.post("strategies/spins-1/start");
      await second.until<StrategyDetail>("strategies/spins-1", ({ state, seenBars }) => state === "running" && seenBars > 0);
      await second.stop();
      const third = await FloorProcess.start(data, { env });
      await third.until<StrategyRow>("strategies/spins-1", ({ state }) => state === "running");
      expect((await third.stop()).code).toBe(0);
    },
    LONG_MS,
  );

  it(
    "is nobody's fault while the whole process is suspended",
    async () => {
      const floor = await FloorProcess.start(await folder(), { env });
      floor.signal("SIGSTOP");
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      floor.signal("SIGCONT");
      await tradesOn(floor);
      expect((await floor.stop()).code).toBe(0);
    },
    LONG_MS,
  );
});

describe("a strategy in a thread of its own", () => {
  it(
    "ends alone when it is stuck or eats its memory: failed, with the reason, while the floor trades on",
    async () => {
      const floor = await FloorProcess.start(await folder(), {
        env: { ...env, DSTA_STRATEGY_CALL_MS: "300", DSTA_STRATEGY_MEMORY_MB: "32" },
      });
      const { isolation } = await floor.post<StrategyDetail>("strategies", wish("spins", { isolation: "thread" }));
      expect(isolation).toBe("thread");
      await floor.post("strategies", wish("hungry", { isolation: "thread" }));
      await floor.post("strategies", wish("dice", { isolation: "thread" }));
      const stuck = await floor.until<StrategyDetail>("strategies/spins-1", ({ state }) => state === "failed");
      expect(stuck.stateReason).toContain("no answer from its thread within 300 ms");
      await floor.until<StrategyDetail>("strategies/hungry-1", ({ state }) => state === "failed");
      await floor.until<StrategyDetail>("strategies/dice-1", ({ state }) => state === "running");
      await tradesOn(floor);
      expect((await floor.stop()).code).toBe(0);
    },
    LONG_MS,
  );
});
