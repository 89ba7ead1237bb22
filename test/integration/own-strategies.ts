/**
 * Own strategies as a user gives them (DSTA_STRATEGIES): some that misbehave in ways no exception tells of, and one that
 * uses whatever an author may use. The file imports only what an author imports.
 */
import { bool, candles, defineStrategy, topOfBook } from "../../domain/strategy/index.ts";

const broken = bool(true, { label: "Broken", help: "Whether it misbehaves" });

/** Holds its thread for ever on its first bar. */
const spins = defineStrategy({
  name: "spins",
  version: 1,
  params: { broken },
  data: { bars: candles("1s") },
  state: { turns: 0 },
  on: {
    bar(ctx) {
      for (let turns = 0; ctx.params.broken; turns++) ctx.state.turns = turns;
    },
  },
});

/** Collects without end on its first bar. */
const hungry = defineStrategy({
  name: "hungry",
  version: 1,
  params: {},
  data: { bars: candles("1s") },
  on: {
    bar() {
      const eaten: object[] = [];
      for (let bite = 0; ; bite++) eaten.push({ bite, crumbs: [bite] });
    },
  },
});

/** Leaves something behind that fails when nobody is looking. */
const sleeper = defineStrategy({
  name: "sleeper",
  version: 1,
  params: {},
  data: { bars: candles("1s") },
  on: {
    bar() {
      queueMicrotask(() => {
        throw new Error("boom between events");
      });
    },
  },
});

const throws = defineStrategy({
  name: "throws",
  version: 1,
  params: {},
  data: { bars: candles("1s") },
  on: {
    bar() {
      throw new Error("boom");
    },
  },
});

/** Decides by chance, its own state, its position and its orders; steps in and out. */
const dice = defineStrategy({
  name: "dice",
  version: 1,
  params: { broken },
  data: { bars: candles("1m"), book: topOfBook() },
  state: { throws: 0, tops: 0 },
  on: {
    start: (ctx) => ctx.note("begins"),
    bar(ctx) {
      ctx.state.throws++;
      const die = Math.floor(ctx.random.next() * 6);
      if (die === 0 && ctx.position.isFlat) ctx.buy({ quote: 1_000, why: `a one at throw ${ctx.state.throws}` });
      if (die === 1) ctx.close({ why: "a two" });
      if (die === 2) ctx.buy({ quote: 500, limit: ctx.price * 0.99, why: "a three" });
      if (die === 3) for (const order of ctx.orders) if (order.orderId !== null) ctx.cancel(order.orderId);
    },
    top: (ctx) => void ctx.state.tops++,
  },
});

export const strategies = [spins, hungry, sleeper, throws, dice];
