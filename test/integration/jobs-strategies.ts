/**
 * Own strategies for tests of the research pool: one that trades, with a way to misbehave that the search chooses, so that
 * healthy and broken trials stand side by side. The file imports only what an author imports, and Node.
 */
import { exit } from "node:process";
import { candles, choice, crossedAbove, crossedBelow, defineStrategy, int, interval, sma } from "../../domain/strategy/index.ts";

const FAULT_BAR = 500;

const moody = defineStrategy({
  name: "moody",
  version: 1,
  params: {
    fast: int(5, { min: 2, max: 50 }),
    slow: int(20, { min: 5, max: 200 }),
    interval: interval("1m"),
    mood: choice("well", ["well", "throws", "exits", "eats", "spins", "late"]),
  },
  check: ({ fast, slow }) => (slow > fast ? null : `slow above fast: ${slow} is not above ${fast}`),
  data: { bars: candles({ param: "interval" }) },
  state: { bars: 0 },
  setup: ({ params, data }) => ({ fast: sma(data.bars.close, params.fast), slow: sma(data.bars.close, params.slow) }),
  on: {
    bar(ctx) {
      ctx.state.bars++;
      if (ctx.state.bars === FAULT_BAR) misbehave(ctx.params.mood);
      const { fast, slow } = ctx.ind;
      if (crossedAbove(fast, slow) && !ctx.position.isLong) ctx.buy({ quote: 1_000, why: "above" });
      if (crossedBelow(fast, slow) && ctx.position.isLong) ctx.close({ why: "below" });
    },
  },
});

function misbehave(mood: string): void {
  if (mood === "throws") throw new Error("boom at bar 500");
  if (mood === "exits") exit(3);
  if (mood === "late") queueMicrotask(() => exit(3));
  const eaten: object[] = [];
  while (mood === "eats" || mood === "spins") {
    if (mood === "eats") eaten.push({ bite: eaten.length, crumbs: [eaten.length] });
  }
}

export const strategies = [moody];
