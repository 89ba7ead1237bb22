import fc from "fast-check";
import { assert, describe, it } from "vitest";
import { type EngineOrder, type Execution, MatchingEngine } from "../../domain/simulation/matching-engine.ts";

const SEED = 20_251_122;

type Command =
  | { readonly kind: "submit"; readonly order: Omit<EngineOrder, "id"> }
  | { readonly kind: "cancel"; readonly pick: number }
  | { readonly kind: "drain" };

const order: fc.Arbitrary<Omit<EngineOrder, "id">> = fc
  .record({
    owner: fc.constantFrom("a", "b", "c"),
    side: fc.constantFrom("buy", "sell"),
    type: fc.constantFrom("limit", "limit", "limit", "market"),
    price: fc.integer({ min: 90, max: 110 }),
    quantity: fc.integer({ min: 1, max: 20 }),
    timeInForce: fc.constantFrom("GTC", "GTC", "IOC"),
    postOnly: fc.constantFrom(false, false, true),
  })
  .map((draft) => ({ ...draft, postOnly: draft.postOnly && draft.type === "limit" && draft.timeInForce === "GTC" }));

const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 8, arbitrary: order.map((drawn): Command => ({ kind: "submit", order: drawn })) },
  { weight: 3, arbitrary: fc.nat(200).map((pick): Command => ({ kind: "cancel", pick })) },
  { weight: 1, arbitrary: fc.constant<Command>({ kind: "drain" }) },
);

interface Known {
  readonly order: EngineOrder;
  traded: number;
  /** Position in the queue of its price: grows with every order that rests. */
  restedAt: number;
  isOver: boolean;
}

/** Runs commands and checks what must hold after each. */
class World {
  readonly engine = new MatchingEngine();
  readonly known = new Map<number, Known>();
  readonly mirror = { buy: new Map<number, number>(), sell: new Map<number, number>() };
  #rests = 0;
  #lastTradeId = 0;
  #lastUpdateId = 0;

  run(step: Command): void {
    if (step.kind === "submit") this.#submit(step.order);
    else if (step.kind === "cancel") this.#cancel(step.pick);
    else this.#drain();
    this.#checkBook();
  }

  #submit(draft: Omit<EngineOrder, "id">): void {
    const incoming: EngineOrder = { ...draft, id: this.engine.nextOrderId() };
    const record: Known = { order: incoming, traded: 0, restedAt: 0, isOver: false };
    this.known.set(incoming.id, record);
    const sweep = this.engine.sweep(incoming.side, incoming.quantity, incoming.type === "limit" ? incoming.price : 0);
    const result = this.engine.submit(incoming);
    for (const execution of result.executions) this.#checkExecution(execution, incoming);
    assert.strictEqual(record.traded + result.remaining, incoming.quantity);
    if (incoming.postOnly) assert.deepEqual(result.executions, []);
    if (result.reason !== "SELF_TRADE" && result.outcome !== "rejected") assert.strictEqual(record.traded, sweep.filled);
    if (result.outcome === "resting") record.restedAt = ++this.#rests;
    else record.isOver = true;
    assert.strictEqual(this.engine.remainingOf(incoming.id), result.outcome === "resting" ? result.remaining : 0);
  }

  #checkExecution(execution: Execution, taker: EngineOrder): void {
    const maker = this.known.get(execution.makerId)!;
    assert.strictEqual(execution.tradeId, ++this.#lastTradeId);
    assert.strictEqual(maker.isOver, false);
    assert.notStrictEqual(maker.order.owner, taker.owner);
    assert.notStrictEqual(maker.order.side, taker.side);
    assert.strictEqual(execution.price, maker.order.price);
    if (taker.type === "limit") {
      if (taker.side === "buy") assert.isAtMost(execution.price, taker.price);
      else assert.isAtLeast(execution.price, taker.price);
    }
    // Nobody who should have come first is still waiting.
    for (const other of this.known.values()) {
      if (other === maker || other.isOver || other.restedAt === 0 || other.order.side !== maker.order.side) continue;
      const isBetter = maker.order.side === "buy" ? other.order.price > maker.order.price : other.order.price < maker.order.price;
      const isEarlier = other.order.price === maker.order.price && other.restedAt < maker.restedAt;
      assert.strictEqual(isBetter || isEarlier, false);
    }
    for (const party of [maker, this.known.get(taker.id)!]) {
      party.traded += execution.quantity;
      assert.isAtMost(party.traded, party.order.quantity);
    }
    assert.strictEqual(execution.makerRemaining, maker.order.quantity - maker.traded);
    if (execution.makerRemaining === 0) maker.isOver = true;
  }

  #cancel(pick: number): void {
    const id = pick + 1;
    const record = this.known.get(id);
    const isResting = record !== undefined && !record.isOver && record.restedAt > 0;
    assert.strictEqual(this.engine.cancel(id), isResting);
    assert.strictEqual(this.engine.cancel(id), false);
    if (record) record.isOver = true;
  }

  #drain(): void {
    const change = this.engine.drainDepth();
    if (!change) return;
    assert.strictEqual(change.firstId, this.#lastUpdateId + 1);
    this.#lastUpdateId = change.lastId;
    for (const [side, pairs] of [
      ["buy", change.bids],
      ["sell", change.asks],
    ] as const) {
      for (let index = 0; index < pairs.length; index += 2) {
        if (pairs[index + 1] === 0) this.mirror[side].delete(pairs[index]!);
        else this.mirror[side].set(pairs[index]!, pairs[index + 1]!);
      }
      assert.deepEqual(new Map(this.engine.levels(side)), this.mirror[side]);
    }
  }

  #checkBook(): void {
    const { bidPrice, askPrice } = this.engine;
    if (bidPrice > 0 && askPrice > 0) assert.isBelow(bidPrice, askPrice);
    for (const side of ["buy", "sell"] as const) {
      const expected = new Map<number, number>();
      for (const { order: known, traded, restedAt, isOver } of this.known.values()) {
        if (isOver || restedAt === 0 || known.side !== side) continue;
        expected.set(known.price, (expected.get(known.price) ?? 0) + known.quantity - traded);
      }
      const levels = this.engine.levels(side);
      assert.deepEqual(new Map(levels), expected);
      const prices = levels.map(([price]) => price);
      assert.deepEqual(
        prices,
        [...prices].sort((a, b) => (side === "buy" ? b - a : a - b)),
      );
    }
  }
}

describe("matching engine, for every sequence of commands", () => {
  it("is never crossed, conserves quantity, keeps price-time priority, and its diffs rebuild its book", () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 120 }), (commands) => {
        const world = new World();
        for (const step of commands) world.run(step);
        world.run({ kind: "drain" });
      }),
      { seed: SEED, numRuns: 300 },
    );
  });
});
