/**
 * Tick and lot sizes of every instrument, asked once after signing in: prices and quantities are shown with the places
 * their venue trades in. An instrument that is not known yet shows the digits it came with.
 */
import { signal } from "@preact/signals";
import { placesOf } from "../model/format.ts";
import { asApiError, call } from "./api.ts";

export interface Instrument {
  readonly venue: string;
  readonly symbol: string;
  readonly kind: string;
  readonly tickSize: string;
  readonly lotSize: string;
  readonly minNotional: string;
  readonly makerFeeRate: string;
  readonly takerFeeRate: string;
}

export const instruments = signal<readonly Instrument[]>([]);
const places = signal<ReadonlyMap<string, { readonly price: number; readonly quantity: number }>>(new Map());

export async function loadInstruments(): Promise<void> {
  try {
    const { items } = await call<{ items: Instrument[] }>("GET", "market-data/instruments");
    instruments.value = items;
    places.value = new Map(
      items.map((item) => [`${item.venue}|${item.symbol}`, { price: placesOf(item.tickSize), quantity: placesOf(item.lotSize) }]),
    );
  } catch (error) {
    const problem = asApiError(error);
    console.warn(`instruments: ${problem.type} ${problem.message}`);
  }
}

export function pricePlaces(venue: string, symbol: string): number | null {
  return places.value.get(`${venue}|${symbol}`)?.price ?? null;
}

export function quantityPlaces(venue: string, symbol: string): number | null {
  return places.value.get(`${venue}|${symbol}`)?.quantity ?? null;
}
