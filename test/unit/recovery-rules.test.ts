/** Small rules that a recovery stands on: what was lost may be asked again, missed fills keep their order, a snapshot only saves time. */
import { describe, expect, it } from "vitest";
import { MemoryJournal } from "../../domain/journal/memory-journal.ts";
import { decimal } from "../../domain/kernel/decimal.ts";
import { invalid } from "../../domain/kernel/errors.ts";
import type { OrderEvent } from "../../domain/order/events.ts";
import { inVenueOrder } from "../../domain/order/reports.ts";
import { unsubmitted } from "../../domain/risk/commands.ts";
import { decide } from "../../domain/risk/review.ts";
import { RiskBook } from "../../domain/risk/risk-book.ts";
import { restoreRisk, snapshotRisk } from "../../domain/risk/risk-snapshot.ts";
import { EventStream } from "../../mixins/journal/event-stream.ts";
import { HostDesk, messages } from "./host-desk.ts";
import { intentOf, marketOf, START_MS } from "./risk-samples.ts";

describe("an intent approved and then lost before its order existed", () => {
  it("reserves nothing, is judged afresh under today's switch, and becomes one order at most", () => {
    const book = RiskBook.open("paper");
    const intent = intentOf();
    expect(decide(book, intent, marketOf())).toMatchObject({ kind: "approved" });
    for (const release of unsubmitted(book, new Set(), START_MS)) book.apply(release);
    expect([book.openReservations, book.gross]).toEqual([0, 0n]);

    const restored = restoreRisk(JSON.parse(JSON.stringify(snapshotRisk(book))));
    restored.apply({
      type: "TradingStateChanged",
      atMs: START_MS,
      account: "paper",
      from: "active",
      to: "halted",
      by: "me",
      reason: "stop",
    });
    expect(decide(restored, intent, marketOf())).toMatchObject({ kind: "refused", code: "TRADING_HALTED" });

    const again = decide(book, intent, marketOf());
    expect(again).toMatchObject({ kind: "approved", event: { reservationId: `${intent.intentId}@2` } });
    expect(decide(book, intent, marketOf())).toMatchObject({ kind: "approved", event: null });
    expect(book.openReservations).toBe(1);
  });
});

describe("fills missed on several orders", () => {
  const owner = { intentId: "i", strategyId: "s1", account: "paper", venue: "sim", symbol: "ETH/USDT:USDT", side: "buy" } as const;
  const filled = (orderId: string, tradeId: string, venueTimeMs: number): OrderEvent => ({
    ...owner,
    orderId,
    type: "OrderFilled",
    atMs: 9,
    why: "",
    fill: { tradeId, venueTimeMs, price: decimal("1"), quantity: decimal("1"), fee: decimal("0"), feeAsset: "USDT", liquidity: "taker" },
  });
  const ended = (orderId: string): OrderEvent => ({ ...owner, orderId, type: "OrderCanceled", atMs: 9, reason: "" });
  const accepted = (orderId: string): OrderEvent => ({ ...owner, orderId, type: "OrderAccepted", atMs: 9, venueOrderId: orderId });

  it("are taken in the order of the venue, after acknowledgements and before ends", () => {
    const events = [
      accepted("a"),
      filled("a", "9", 1),
      filled("a", "101", 5),
      ended("a"),
      accepted("b"),
      filled("b", "10", 1),
      filled("b", "100", 5),
    ];
    const order = inVenueOrder(events).map((event) =>
      event.type === "OrderFilled" ? event.fill.tradeId : `${event.type} ${event.orderId}`,
    );
    expect(order).toEqual(["OrderAccepted a", "OrderAccepted b", "9", "10", "100", "101", "OrderCanceled a"]);
  });
});

describe("a snapshot that cannot be read", () => {
  it("is left aside: the stream is folded from its first event", async () => {
    const journal = new MemoryJournal();
    const { epoch } = await journal.fence("s");
    await journal.append(
      "s",
      epoch,
      0,
      ["a", "b"].map((text) => ({ type: "Said", schema: 1, atMs: 1, data: { text } })),
    );
    await journal.saveSnapshot("s", 1, { shape: "of another version" });
    const fold = (start: (snapshot: unknown) => string[]) =>
      EventStream.open<string[]>(journal, "s", { start, apply: (said, { data }) => void said.push(String(data["text"])) });
    const read = await fold((snapshot) => {
      if (snapshot !== null) throw invalid("said", "a list", snapshot);
      return [];
    });
    expect(read.state).toEqual(["a", "b"]);
    expect(read.stream.version).toBe(2);
    const broken = fold(() => {
      throw new TypeError("a mistake in the program");
    });
    await expect(broken).rejects.toThrow("a mistake in the program");
  });
});

describe("a node that is being stopped", () => {
  it("wakes nobody for a late message: a tell is kept as a dead letter, an ask is refused", async () => {
    const desk = new HostDesk();
    desk.host.tell(messages.note, "a", "in time");
    await desk.settle();
    await desk.host.stop(["probe"]);
    desk.host.tell(messages.note, "a", "late");
    await expect(desk.host.ask(messages.note, "b", "late too")).rejects.toMatchObject({ type: "ACTOR_PASSIVE", retryable: true });
    await desk.settle();
    expect(desk.said).toEqual(["in time"]);
    expect(desk.host.deadLetters.list()).toMatchObject([{ actorId: "probe/a", message: "note" }]);
    expect(desk.host.size).toBe(0);
  });
});
