/** A strategy in a thread of its own decides what it decides inline, and its faults stay its own. */
import { afterEach, describe, expect, it } from "vitest";
import { InlineRunner, type SessionRunner } from "../../actors/trading/strategy-runner.ts";
import type { StrategyJob } from "../../actors/trading/strategy-protocol.ts";
import { StrategyThreads, type ThreadSettings } from "../../actors/trading/strategy-thread.ts";
import { systemPorts } from "../../brokers/system-ports.ts";
import { add, decimal, fromNumber, negate, ZERO } from "../../domain/kernel/decimal.ts";
import type { DstaError } from "../../domain/kernel/errors.ts";
import { seededRandom } from "../../domain/kernel/random.ts";
import type { Decision } from "../../domain/strategy/decision.ts";
import { FLAT, type PositionState } from "../../domain/strategy/position-view.ts";
import { LoopHolder } from "../../mixins/watchdog/loop-holder.ts";
import { loadCatalogue } from "../../strategies/catalogue.ts";
import { readBars } from "../golden/candle-files.ts";
import { bar, BTC, INSTANCE, orderOf, PERPETUAL, top } from "./strategy-desk.ts";

const OWN = new URL("../integration/own-strategies.ts", import.meta.url).href;
const THREADS_START_MS = 60_000;
const minutes = readBars("binance-btcusdt-1m-2025", 60_000, "BTC/USDT", 1_200);
const opened: StrategyThreads[] = [];

function threads(given: Partial<ThreadSettings> = {}): StrategyThreads {
  const { systemClock: clock, elapsedMs, defer } = systemPorts;
  const made = new StrategyThreads({ clock, elapsedMs, defer, callLimitMs: 10_000, memoryMb: 128, ownModule: OWN, ...given });
  opened.push(made);
  return made;
}

function job(strategy: string, given: Partial<StrategyJob> = {}): StrategyJob {
  return {
    strategy,
    seed: "recording",
    params: {},
    instance: INSTANCE,
    instrument: BTC,
    position: FLAT,
    orders: [],
    state: null,
    ...given,
  };
}

async function inline(wanted: StrategyJob): Promise<SessionRunner> {
  const { strategyNamed } = await loadCatalogue(OWN);
  return new InlineRunner({ ...wanted, definition: strategyNamed(wanted.strategy), random: seededRandom(wanted.seed) }, new LoopHolder());
}

const unheard = (error: Error): void => {
  throw error;
};

afterEach(() => {
  for (const each of opened.splice(0)) each.end(INSTANCE.id);
});

/** Bars and tops of a recording, market orders filled at once, limits left to rest, cancels answered; what it said to all of it. */
async function drive(runner: SessionRunner): Promise<unknown[]> {
  const said: unknown[] = [runner.candles, runner.view()];
  let position: PositionState = FLAT;
  const tell = async (decision: Decision, price: number, atMs: number): Promise<void> => {
    said.push(decision, runner.ready, runner.view());
    if (decision.intents.length + decision.cancels.length > 0) said.push(runner.saveState());
    for (const intent of decision.intents) {
      if (intent.type === "limit") {
        said.push(await runner.onOrder(orderOf(intent, "Working")), runner.saveState());
        continue;
      }
      const { intentId, side, why, quantity } = intent;
      const fillPrice = fromNumber(price);
      const held = add(position.quantity, side === "buy" ? quantity : negate(quantity));
      position = held === ZERO ? FLAT : { quantity: held, averagePrice: fillPrice };
      const terms = { tradeId: `t-${intentId}`, price: fillPrice, quantity, fee: ZERO, feeAsset: "USDT" } as const;
      const fill = { ...terms, liquidity: "taker", venueTimeMs: atMs } as const;
      said.push(await runner.onFill({ orderId: `o-${intentId}`, intentId, side, why, fill, atMs }, position));
      said.push(await runner.onOrder({ ...orderOf(intent, "Filled", quantity), atMs }), runner.saveState());
    }
  };
  const wantsBars = runner.candles.length > 0;
  if (wantsBars) await runner.warm(minutes.slice(0, 100));
  await tell(await runner.onStart(minutes[100]!.openTimeMs), minutes[99]!.close, minutes[100]!.openTimeMs);
  for (const [index, minute] of minutes.slice(100).entries()) {
    const endMs = minute.openTimeMs + minute.intervalMs;
    await tell(await runner.onTop(top(endMs - 1, minute.close - 0.01, minute.close)), minute.close, endMs - 1);
    if (wantsBars) await tell(await runner.onBar(minute), minute.close, endMs);
    if (index % 200 === 0) {
      const state = { venue: "binance", connected: index % 400 !== 0, reason: "test", atMs: endMs, session: "test" };
      await tell(await runner.onConnection(state), minute.close, endMs);
    }
  }
  await tell(await runner.onStop(minutes.at(-1)!.openTimeMs), minutes.at(-1)!.close, minutes.at(-1)!.openTimeMs);
  return said;
}

describe("the same recording inline and in a thread", () => {
  it.each([
    ["sma-cross", { interval: "1m" }, PERPETUAL],
    ["grid", { stepBps: 20, size: 1_000 }, BTC],
    ["market-maker", {}, PERPETUAL],
    ["dice", {}, BTC],
  ] as const)(
    "%s decides the same",
    async (strategy, params, instrument) => {
      const wanted = job(strategy, { params, instrument });
      const here = await drive(await inline(wanted));
      const there = await drive(await threads().open(wanted, unheard));
      expect(there).toEqual(here);
      expect(here.some((each) => (each as Partial<Decision>).intents?.length)).toBe(true);
    },
    THREADS_START_MS,
  );
});

describe("a fault in a thread", () => {
  const faultOf = async (strategy: string, given: Partial<ThreadSettings> = {}) => {
    const mine = threads(given);
    const runner = await mine.open(job(strategy), unheard);
    const error = await Promise.resolve(runner.onBar(bar(1, 100, 1_000))).catch((reason: unknown) => reason);
    return { mine, runner, error: error as DstaError };
  };

  it(
    "is STRATEGY_STUCK when an event is not answered in time, and ends the thread",
    async () => {
      const { mine, runner, error } = await faultOf("spins", { callLimitMs: 100 });
      expect(error).toMatchObject({ type: "STRATEGY_STUCK", message: "test-1: no answer from its thread within 100 ms" });
      expect(mine.size).toBe(0);
      await expect(runner.onStart(1)).rejects.toMatchObject({ type: "STRATEGY_CRASHED" });
    },
    THREADS_START_MS,
  );

  it(
    "is STRATEGY_OUT_OF_MEMORY when it needs more than it may have",
    async () => {
      const { error } = await faultOf("hungry", { memoryMb: 24, callLimitMs: 60_000 });
      expect(error).toMatchObject({ type: "STRATEGY_OUT_OF_MEMORY", data: { strategyId: "test-1", memoryMb: 24 } });
    },
    THREADS_START_MS,
  );

  it(
    "is the same error as inline when the author's code throws, and the thread goes on",
    async () => {
      const { mine, error } = await faultOf("throws");
      const here = await inline(job("throws"));
      expect(() => here.onBar(bar(1, 100, 1_000))).toThrow(error.message);
      expect(error).toMatchObject({ type: "STRATEGY_THREW", data: { strategyId: "test-1", handler: "bar", message: "boom" } });
      expect(mine.size).toBe(1);
    },
    THREADS_START_MS,
  );

  it(
    "reaches the actor also when nobody waits for an answer",
    async () => {
      let heard: (error: Error) => void = () => undefined;
      const fault = new Promise<Error>((resolve) => (heard = resolve));
      const runner = await threads().open(job("sleeper"), heard);
      await Promise.resolve(runner.onBar(bar(1, 100, 1_000))).catch(() => undefined);
      await Promise.resolve(runner.onBar(bar(2, 100, 1_000))).catch((error: Error) => heard(error));
      expect(await fault).toMatchObject({ type: "STRATEGY_CRASHED" });
    },
    THREADS_START_MS,
  );

  it(
    "names bad parameters and unknown strategies as inline does",
    async () => {
      await expect(threads().open(job("sma-cross", { params: { fast: 0 } }), unheard)).rejects.toMatchObject({ type: "VALIDATION_ERROR" });
      await expect(threads().open(job("nobody"), unheard)).rejects.toMatchObject({ type: "NOT_FOUND" });
    },
    THREADS_START_MS,
  );

  it(
    "a new session's thread replaces the one before",
    async () => {
      const mine = threads();
      const first = await mine.open(job("dice"), unheard);
      await mine.open(job("dice"), unheard);
      expect(mine.size).toBe(1);
      await expect(first.onStart(1)).rejects.toMatchObject({ type: "STRATEGY_CRASHED" });
    },
    THREADS_START_MS,
  );
});

describe("own strategies", () => {
  it("join those of the program, by name", async () => {
    const { strategies, strategyNamed } = await loadCatalogue(OWN);
    expect(strategies.map(({ name }) => name)).toEqual(expect.arrayContaining(["sma-cross", "dice"]));
    expect(strategyNamed("dice").version).toBe(1);
    expect(() => strategyNamed("nobody")).toThrow("strategy nobody (there are bollinger-reversion, grid,");
  });

  it.each([
    [new URL("./no-such-file.ts", import.meta.url).href, "cannot be used"],
    [new URL("./strategy-desk.ts", import.meta.url).href, "expected an export `strategies`"],
    [new URL("../../strategies/index.ts", import.meta.url).href, "two strategies are named bollinger-reversion"],
  ])("%s is refused, saying why", async (url, why) => {
    await expect(loadCatalogue(url)).rejects.toMatchObject({ type: "CONFIG_INVALID", message: expect.stringContaining(why) });
  });
});

it(
  "decimals reach the thread exactly",
  async () => {
    const runner = await threads().open(
      job("dice", { position: { quantity: decimal("0.00001"), averagePrice: decimal("61737.63") } }),
      unheard,
    );
    expect((await runner.onStart(1)).notes).toEqual(["begins"]);
  },
  THREADS_START_MS,
);
