/**
 * A strategy that misbehaves harms itself only: it ends as failed with the reason in its row and nothing left at the
 * venue, while those beside it miss no bar, follow the book to its newest top and go on trading.
 *
 * Out of scope: code that holds the event loop, which no exception tells of: see strategy-guard.test.ts.
 */
import { describe, expect, it } from "vitest";
import type { AnyStrategy, HandlerName } from "../../domain/strategy/define.ts";
import { bool, candles, defineStrategy, topOfBook, trades } from "../../domain/strategy/index.ts";
import { IsolationFloor, WITNESSES } from "./isolation-floor.ts";

const BAD = "bad";
const head = { name: BAD, version: 1, state: {} };
const params = { broken: bool(true, { label: "Broken", help: "Whether it misbehaves" }) };
const data = { bars: candles("1s"), book: topOfBook(), flow: trades() };

/** Rests an order far below the market on its first bar, then fails in the handler named. */
function throwsIn(name: HandlerName): AnyStrategy {
  const boom = (ctx: { readonly params: { readonly broken: boolean } }): void => {
    if (ctx.params.broken) throw new Error(`boom in ${name}`);
  };
  return defineStrategy({
    ...head,
    params,
    data,
    on: {
      bar(ctx) {
        const rests = ctx.orders.some(({ limitPrice }) => limitPrice !== null);
        if (rests && name === "bar") return boom(ctx);
        if (!rests) ctx.buy({ quote: 500, limit: ctx.price * 0.97, why: "rests" });
        if (name === "fill" || name === "order") ctx.buy({ quote: 500, why: "fills" });
      },
      ...(name === "bar" ? {} : { [name]: boom }),
    },
  });
}

/** Misbehaves on each bar while it is broken. */
function onBar(act: (ctx: { buy(wish: object): string | null; cancel(id: string): void; readonly price: number }) => unknown): AnyStrategy {
  return defineStrategy({
    ...head,
    params,
    data,
    on: {
      bar(ctx) {
        if (ctx.params.broken) return act(ctx as never) as void;
      },
    },
  });
}

async function liveWith(bad: AnyStrategy, seconds = 16): Promise<IsolationFloor> {
  const floor = new IsolationFloor(bad);
  await floor.wake();
  await floor.seconds(seconds);
  return floor;
}

function expectWitnessesUnharmed(floor: IsolationFloor): void {
  const { published, heard } = floor;
  expect(published.bars.length).toBeGreaterThanOrEqual(14);
  for (const id of WITNESSES) {
    const { bars, tops, lastTopAtMs, fills } = heard.get(id)!;
    expect(bars, `${id} misses no bar`).toEqual(published.bars.slice(-bars.length));
    expect(bars.length).toBeGreaterThanOrEqual(published.bars.length - 1);
    expect(lastTopAtMs, `${id} saw the newest top`).toBe(published.lastTopAtMs);
    expect(tops).toBeGreaterThan(published.tops * 0.5);
    expect(fills, `${id} trades`).toBeGreaterThan(8);
  }
}

async function expectFailed(floor: IsolationFloor, reason: RegExp): Promise<void> {
  const row = await floor.detail(BAD);
  expect([row.state, row.stateReason]).toEqual(["failed", expect.stringMatching(reason) as string]);
  expect(await floor.openOrders(BAD)).toEqual([]);
  expectWitnessesUnharmed(floor);
  // The same floor takes it back once what was wrong is put right.
  await floor.setParameters(BAD, { broken: false });
  expect((await floor.start(BAD)).state).toMatch(/running|warm-up/);
  await floor.seconds(3);
  expect((await floor.detail(BAD)).state).toBe("running");
}

describe("a strategy that throws", () => {
  it.each(["start", "bar", "top", "trade", "fill", "order"] as const)("in on.%s fails alone", async (name) => {
    await expectFailed(await liveWith(throwsIn(name)), new RegExp(`on\\.${name} threw: boom in ${name}`));
  });

  it("in on.connection fails alone", async () => {
    const floor = new IsolationFloor(throwsIn("connection"));
    await floor.wake();
    for (let loss = 0; loss < 4; loss++) {
      await floor.seconds(2);
      floor.venue.inject.disconnect(300);
      await floor.seconds(2);
    }
    await expectFailed(floor, /on\.connection threw: boom in connection/);
  });

  it("in setup fails alone", async () => {
    const bad = defineStrategy({
      ...head,
      params,
      data,
      setup: (input) => {
        if (input.params.broken) throw new Error("boom in setup");
        return {};
      },
      on: { bar: () => undefined },
    });
    await expectFailed(await liveWith(bad), /boom in setup/);
  });

  it("in an async handler fails alone", async () => {
    const bad = onBar(() => Promise.reject(new Error("boom later")));
    await expectFailed(await liveWith(bad), /handlers decide synchronously/);
  });
});

describe("a strategy that asks for what nobody can give", () => {
  it.each([
    ["NaN", Number.NaN],
    ["a negative size", -1],
    ["infinity", Number.POSITIVE_INFINITY],
  ])("%s fails alone", async (_name, quote) => {
    await expectFailed(await liveWith(onBar((ctx) => ctx.buy({ quote, why: "nonsense" }))), /BAD_INTENT|quote: expected/);
  });

  it.each([
    ["zero", 0],
    ["a size of 1e300", 1e300],
    ["more than a limit allows", 60_000],
  ])("%s never becomes an order", async (_name, quote) => {
    const floor = await liveWith(onBar((ctx) => ctx.buy({ quote, why: "too much" })));
    const row = await floor.detail(BAD);
    expect(row.positionQuantity).toBe("0");
    expect(await floor.openOrders(BAD)).toEqual([]);
    expectWitnessesUnharmed(floor);
  });
});

describe("a strategy in a loop", () => {
  it("of 10,000 orders fails alone, and none of that event's orders leaves", async () => {
    const floor = await liveWith(
      onBar((ctx) => {
        for (let count = 0; count < 10_000; count++) ctx.buy({ quote: 100, why: "flood" });
      }),
    );
    expect((await floor.detail(BAD)).positionQuantity).toBe("0");
    await expectFailed(floor, /more than 50 intents in one second/);
  });

  it("of 40 orders a bar is cut by the order rate of risk", async () => {
    const floor = await liveWith(
      onBar((ctx) => {
        for (let count = 0; count < 40; count++) ctx.buy({ quote: 20, limit: ctx.price * 0.97, why: "many" });
      }),
    );
    const open = await floor.openOrders(BAD);
    expect(open.length).toBeLessThanOrEqual(20 * 16);
    expect((await floor.detail(BAD)).state).toBe("running");
    expectWitnessesUnharmed(floor);
  });

  it("of cancels that name nothing goes on without harm", async () => {
    const floor = await liveWith(
      onBar((ctx) => {
        for (let count = 0; count < 10_000; count++) ctx.cancel(`none-${count}`);
      }),
    );
    expect((await floor.detail(BAD)).state).toBe("running");
    expectWitnessesUnharmed(floor);
  });
});
