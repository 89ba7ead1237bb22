import { describe, expect, it } from "vitest";
import { CHANNELS, publicEventsOf, type RecordedEvent } from "../../domain/contract/events.ts";
import { symbolOfToken, symbolToken } from "../../domain/contract/events/subject-symbol.ts";
import { sampleRecords } from "./outbox-samples.ts";

const records = sampleRecords();
const of = (type: string, at = 0): RecordedEvent => records.filter((record) => record.type === type)[at]!;
const subjectsOf = (record: RecordedEvent): string[] => publicEventsOf(record).map(({ subject }) => subject);

describe("public events of the journal's records", () => {
  it.each([
    ["OrderSubmitted", ["trading.orders"]],
    ["OrderFilled", ["trading.orders", "fill.BTC-USDT"]],
    ["OrderCancelRequested", ["trading.orders"]],
    ["IntentApproved", []],
    ["IntentRefused", ["risk.alerts"]],
    ["LimitBreached", ["risk.alerts"]],
    ["TradingStateChanged", ["risk.alerts", "audit.logs"]],
    ["LimitsChanged", ["audit.logs"]],
    ["RiskDayStarted", []],
    ["FillBooked", ["trading.positions"]],
    ["EquitySampled", ["trading.positions"]],
    ["StrategyStarted", ["system.events", "audit.logs"]],
    ["StrategyFailed", ["system.events"]],
    ["StateSaved", []],
    ["DeskOpened", ["system.events"]],
    ["NodeJoined", ["system.events"]],
    ["NodeLost", ["system.events"]],
    ["NodeLeft", ["system.events"]],
    ["fill", []],
  ])("%s → %j", (type, subjects) => {
    expect(subjectsOf(of(type))).toEqual(subjects);
  });

  it("says nothing twice: every id is unique, and the same again the next time", () => {
    const ids = records.flatMap(publicEventsOf).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(sampleRecords().flatMap(publicEventsOf)).toEqual(records.flatMap(publicEventsOf));
  });

  it("none of the program's own records is unpublishable", () => {
    const kinds = records.flatMap(publicEventsOf).map(({ data }) => data["type"]);
    expect(kinds).not.toContain("EventUnpublishable");
  });

  it("keeps decimals as texts and leaves inner members inside", () => {
    const [order, fill] = publicEventsOf(of("OrderFilled"));
    expect(fill!.data).toMatchObject({ price: "67409.1", quantity: "0.0148", fee: "0.99765468", strategyId: "sma-btc-1" });
    expect(order!.data).not.toHaveProperty("decisionPrice");
    expect(publicEventsOf(of("FillBooked"))[0]!.data).not.toHaveProperty("executionVersion");
  });

  it("audits a person's cancel and an order by hand, not a strategy's own", () => {
    expect(subjectsOf(of("OrderCancelRequested", 1))).toEqual(["trading.orders", "audit.logs"]);
    const [, audit] = publicEventsOf(of("OrderSubmitted", 1));
    expect(audit!.data).toMatchObject({ by: "manual", action: "order.create", target: "o-1" });
    expect(publicEventsOf(of("LimitsChanged"))[0]!.data).toMatchObject({
      by: "ada",
      action: "limits.change",
      target: "sim:main",
      reason: "smaller",
      detail: { version: 2, limits: { maxOrdersPerSecond: 10 } },
    });
  });

  it("announces a record that does not fit instead of stopping or hiding it", () => {
    const broken = { ...of("OrderFilled"), data: { ...of("OrderFilled").data, side: "sideways" } };
    const events = publicEventsOf(broken);
    expect(events.map(({ subject, data }) => [subject, data["missing"]])).toEqual([
      ["system.events", "trading.orders"],
      ["system.events", "fill.BTC-USDT"],
    ]);
    expect(new Set(events.map(({ id }) => id)).size).toBe(2);
    for (const event of events) expect(CHANNELS.system.message.safeParse(event).success).toBe(true);
    expect(publicEventsOf({ ...of("OrderFilled"), schema: 2 })[0]!.data).toMatchObject({ type: "EventUnpublishable" });
    const odd = { ...of("OrderFilled"), data: { ...of("OrderFilled").data, symbol: "BTC USDT" } };
    expect(publicEventsOf(odd).map(({ data }) => data["type"])).toEqual(["OrderFilled", "EventUnpublishable"]);
  });
});

describe("a symbol as a token", () => {
  it.each([
    ["BTC/USDT", "BTC-USDT"],
    ["ETH/USDT:USDT", "ETH-USDT_USDT"],
    ["BTC/USDT:USDT-240927", "BTC-USDT_USDT-240927"],
  ])("%s ⇄ %s", (symbol, token) => {
    expect(symbolToken(symbol)).toBe(token);
    expect(symbolOfToken(token)).toBe(symbol);
  });

  it.each(["BTCUSDT", "BTC/USDT.P", "A B/C", "BTC/>", "", "A-B/C", "A_B/C"])("refuses %j", (symbol) => {
    expect(() => symbolToken(symbol)).toThrow(/symbol: expected/);
  });
});
