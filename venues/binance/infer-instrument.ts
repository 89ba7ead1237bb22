/**
 * An instrument for a recording that comes without exchangeInfo: its increments are read off the prices and quantities
 * it holds. What cannot be read is stated here as a default: minNotional 5 in quote, the largest order 9,000,000 in
 * base, fees of Binance's regular tier (spot 10/10 bps, USD-M 2/5 bps maker/taker).
 *
 * Give it every frame that will be decoded: decimals not yet seen would later be malformed. Frames that carry no price
 * are skipped; a frame that is no JSON is left to the codec to refuse. Not for live venues: they state their rules.
 */
import type { Instrument } from "../../domain/instrument/instrument.ts";
import { type Decimal, decimal, fromUnits } from "../../domain/kernel/decimal.ts";
import { invalid } from "../../domain/kernel/errors.ts";
import { type JsonObject, parseEvent } from "./fields.ts";
import { routeBinance } from "./route.ts";
import { splitBinanceSymbol } from "./symbols.ts";

const DECIMALS_MAX = 9;
const MIN_NOTIONAL = decimal("5");
const MAX_QUANTITY = decimal("9000000");
const FEE_RATES: Readonly<Record<Instrument["kind"], { readonly maker: Decimal; readonly taker: Decimal }>> = {
  spot: { maker: decimal("0.001"), taker: decimal("0.001") },
  linear: { maker: decimal("0.0002"), taker: decimal("0.0005") },
};

/**
 * @param frames raw stream messages and REST snapshots of one symbol, any order.
 * @throws {DstaError} VALIDATION_ERROR when no frame holds a price, or one has more than 9 significant decimals;
 * MALFORMED_FRAME for a market frame that is no JSON.
 */
export function inferInstrument(venue: string, venueSymbol: string, kind: Instrument["kind"], frames: Iterable<string>): Instrument {
  const parts = splitBinanceSymbol(venueSymbol, kind);
  const { priceDecimals, quantityDecimals } = seenDecimals(venueSymbol, frames);
  const fees = FEE_RATES[kind];
  return {
    venue,
    ...parts,
    kind,
    priceDecimals,
    quantityDecimals,
    tickSize: fromUnits(1, priceDecimals),
    lotSize: fromUnits(1, quantityDecimals),
    minQuantity: fromUnits(1, quantityDecimals),
    maxQuantity: MAX_QUANTITY,
    minNotional: MIN_NOTIONAL,
    makerFeeRate: fees.maker,
    takerFeeRate: fees.taker,
  };
}

function seenDecimals(venueSymbol: string, frames: Iterable<string>): { priceDecimals: number; quantityDecimals: number } {
  let priceDecimals = -1;
  let quantityDecimals = -1;
  for (const frame of frames) {
    for (const [price, quantity] of pricesOf(frame)) {
      priceDecimals = Math.max(priceDecimals, significantDecimals(price));
      quantityDecimals = Math.max(quantityDecimals, significantDecimals(quantity));
    }
  }
  const seen = priceDecimals >= 0 && quantityDecimals >= 0;
  if (!seen) throw invalid("frames", `at least one depth, trade or snapshot frame of ${venueSymbol}`, "none");
  if (priceDecimals > DECIMALS_MAX) throw invalid("frames", `prices of at most ${DECIMALS_MAX} decimals`, priceDecimals);
  if (quantityDecimals > DECIMALS_MAX) throw invalid("frames", `quantities of at most ${DECIMALS_MAX} decimals`, quantityDecimals);
  return { priceDecimals, quantityDecimals };
}

/** The [price, quantity] pairs a frame holds. */
function pricesOf(frame: string): readonly (readonly [unknown, unknown])[] {
  const { kind } = routeBinance(frame);
  if (kind === "unknown" || kind === "control") return [];
  const event = parseEvent(frame);
  if (kind === "trade") return [[event["p"], event["q"]]];
  if (kind === "top")
    return [
      [event["b"], event["B"]],
      [event["a"], event["A"]],
    ];
  return kind === "snapshot" ? [...levels(event, "bids"), ...levels(event, "asks")] : [...levels(event, "b"), ...levels(event, "a")];
}

function levels(event: JsonObject, field: string): readonly (readonly [unknown, unknown])[] {
  const value = event[field];
  return Array.isArray(value) ? value.filter(Array.isArray).map((level) => [level[0], level[1]] as const) : [];
}

/** 2 for "61737.63000000", 0 for "5" and "5.000", -1 for anything that is no decimal text. */
function significantDecimals(text: unknown): number {
  const match = typeof text === "string" ? /^\d+(?:\.(\d*?)0*)?$/.exec(text) : null;
  return match ? (match[1]?.length ?? 0) : -1;
}
