/** Reads the recorded candles and trades of ../shared/data, gzip CSV, as the program's own market events. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { parse } from "csv-parse/sync";
import type { Bar, Trade } from "../../domain/market/events.ts";

export const DATA = fileURLToPath(new URL("../../../shared/data/", import.meta.url));

/** Rows of `timestamp, open, high, low, close, volume`; `rows` cuts the file short. */
export function readBars(name: string, intervalMs: number, symbol: string, rows = Number.POSITIVE_INFINITY): Bar[] {
  return records(`candles/${name}.csv.gz`, rows).map((row) => ({
    venue: "binance",
    symbol,
    intervalMs,
    openTimeMs: Number(row["timestamp"]),
    open: Number(row["open"]),
    high: Number(row["high"]),
    low: Number(row["low"]),
    close: Number(row["close"]),
    volume: Number(row["volume"]),
  }));
}

/** Rows of `timestamp, id, side, price, amount, cost`, prices and amounts to the integer grid. */
export function readTrades(name: string, symbol: string, priceDecimals: number, quantityDecimals: number): Trade[] {
  return records(`trades/${name}.csv.gz`, Number.POSITIVE_INFINITY).map((row) => ({
    venue: "binance",
    symbol,
    tradeId: row["id"] ?? "",
    price: Math.round(Number(row["price"]) * 10 ** priceDecimals),
    quantity: Math.round(Number(row["amount"]) * 10 ** quantityDecimals),
    side: row["side"] === "sell" ? "sell" : "buy",
    venueTimeMs: Number(row["timestamp"]),
    receivedAtMs: Number(row["timestamp"]),
  }));
}

function records(name: string, rows: number): Record<string, string>[] {
  const text = gunzipSync(readFileSync(DATA + name));
  const limit = Number.isFinite(rows) ? { to: rows } : {};
  return parse(text, { columns: true, skip_empty_lines: true, ...limit });
}
