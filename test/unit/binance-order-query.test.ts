/** New orders as Binance reads them: the examples of its API, and exact digits whatever the size. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { decimal } from "../../domain/kernel/decimal.ts";
import type { OrderRequest } from "../../domain/order/types.ts";
import { newOrderQuery } from "../../venues/binance/order-query.ts";

const FOLDER = new URL("../../../shared/data/protocol/binance-jkorf/", import.meta.url);

const LIMIT: OrderRequest = {
  clientOrderId: "sma-1.7.42",
  symbol: "BTC/USDT",
  side: "buy",
  type: "limit",
  quantity: decimal("0.00847"),
  limitPrice: decimal("23416.10"),
  timeInForce: "GTC",
  postOnly: false,
};

/** The JSON after the "=" line of a recorded request, or after the three lines of an endpoint. */
function echoOf(file: string): Record<string, unknown> {
  const text = readFileSync(new URL(file, FOLDER), "utf8");
  const start = text.startsWith(">") ? text.indexOf("{", text.indexOf("\n")) : text.indexOf("{");
  const body = JSON.parse(text.slice(start)) as Record<string, unknown>;
  return (body["result"] ?? body) as Record<string, unknown>;
}

describe("newOrderQuery", () => {
  it.each([
    ["spot", "Socket/Spot/Trading/PlaceOrder.txt"],
    ["linear", "Socket/UsdFutures/Trading/PlaceOrder.txt"],
  ] as const)("asks for the order that the venue echoes, %s", (kind, file) => {
    const echo = echoOf(file);
    const text = (field: string): string => String(echo[field]);
    const query = new URLSearchParams(
      newOrderQuery(
        kind,
        {
          ...LIMIT,
          clientOrderId: text("clientOrderId"),
          side: echo["side"] === "BUY" ? "buy" : "sell",
          quantity: decimal(text("origQty")),
          limitPrice: decimal(text("price")),
        },
        text("symbol"),
        1_660_801_839_480,
      ),
    );
    for (const field of ["symbol", "side", "type", "timeInForce"]) expect(query.get(field)).toBe(echo[field]);
    expect(query.get("newClientOrderId")).toBe(echo["clientOrderId"]);
    expect(decimal(query.get("quantity") ?? "")).toBe(decimal(text("origQty")));
    expect(decimal(query.get("price") ?? "")).toBe(decimal(text("price")));
  });

  it("writes every part in order", () => {
    expect(newOrderQuery("spot", LIMIT, "BTCUSDT", 1_700_000_000_000)).toBe(
      "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.00847&price=23416.1" +
        "&newClientOrderId=sma-1.7.42&newOrderRespType=RESULT&timestamp=1700000000000",
    );
  });

  it("says post-only in each market's words", () => {
    const resting = { ...LIMIT, postOnly: true };
    expect(newOrderQuery("spot", resting, "BTCUSDT", 1)).toContain("&type=LIMIT_MAKER&quantity=0.00847&price=23416.1&");
    expect(newOrderQuery("linear", resting, "BTCUSDT", 1)).toContain("&type=LIMIT&timeInForce=GTX&quantity=0.00847&price=23416.1&");
  });

  it("gives a market order neither price nor time in force", () => {
    const market = { ...LIMIT, type: "market", limitPrice: null, timeInForce: "IOC", side: "sell" } as const;
    expect(newOrderQuery("spot", market, "BTCUSDT", 1)).toBe(
      "symbol=BTCUSDT&side=SELL&type=MARKET&quantity=0.00847&newClientOrderId=sma-1.7.42&newOrderRespType=RESULT&timestamp=1",
    );
  });

  it.each(["0.00000001", "0.000000000000000001", "123456789.123456789", "9007199254740993"])("keeps every digit of %s", (digits) => {
    const query = new URLSearchParams(newOrderQuery("spot", { ...LIMIT, quantity: decimal(digits), limitPrice: decimal(digits) }, "X", 1));
    expect([query.get("quantity"), query.get("price")]).toEqual([digits, digits]);
  });

  it("refuses what Binance would not take, by field", () => {
    const withId = (clientOrderId: string) => () => newOrderQuery("spot", { ...LIMIT, clientOrderId }, "BTCUSDT", 1);
    expect(withId("")).toThrow("clientOrderId: expected 1 to 36");
    expect(withId("a&b=c")).toThrow("clientOrderId: expected 1 to 36");
    expect(withId("x".repeat(37))).toThrow("clientOrderId: expected 1 to 36");
    expect(() => newOrderQuery("spot", { ...LIMIT, limitPrice: null }, "BTCUSDT", 1)).toThrow("limitPrice: expected a price");
    expect(() => newOrderQuery("spot", { ...LIMIT, type: "market" }, "BTCUSDT", 1)).toThrow("limitPrice: expected none");
    expect(() => newOrderQuery("spot", LIMIT, "BTCUSDT", 1.5)).toThrow("timestampMs: expected UTC milliseconds");
  });
});
