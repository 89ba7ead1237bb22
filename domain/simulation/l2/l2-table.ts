/**
 * A recorded order book as columns, for research: every received message is a row, its levels are pairs in one long
 * column, and workers read the same memory. Owns layout, growing and reading; what the messages mean is the market's.
 * Rows are in order of their time of receipt. Whoever fills a table hands it over: nobody writes to it afterwards.
 */
import type { DepthSnapshot, DepthUpdate } from "../../book/depth.ts";
import type { Trade } from "../../market/events.ts";

/** `other`: nothing but that time passed (quotes, control frames, lines that were malformed). */
export const L2_KINDS = { other: 0, depth: 1, trade: 2, snapshot: 3 } as const;

export interface L2Table {
  readonly venue: string;
  readonly symbol: string;
  /** Name of the venue's continuity rules (`SequenceRules.name`). */
  readonly rules: string;
  /** Time of receipt, whole UTC ms. */
  readonly receivedAtMs: Float64Array;
  readonly venueTimeMs: Float64Array;
  readonly kind: Uint8Array;
  /** Index of the row's first pair in `levels`: bids, then asks. A trade has one pair. */
  readonly offset: Uint32Array;
  /** Of a trade: 1 when the taker bought, else 0. */
  readonly bidCount: Uint32Array;
  readonly askCount: Uint32Array;
  /** Update ids, as in `DepthUpdate`; a snapshot's is `lastId`, a trade's own `firstId`. */
  readonly firstId: Float64Array;
  readonly lastId: Float64Array;
  readonly previousId: Float64Array;
  /** Price units, quantity units, price units, … */
  readonly levels: Float64Array;
}

const FLOATS = ["receivedAtMs", "venueTimeMs", "firstId", "lastId", "previousId"] as const;
const COUNTS = ["offset", "bidCount", "askCount"] as const;

/** Collects rows; memory doubles as they come. Bound: 2^32 pairs of levels, far above what a machine holds. */
export class L2Builder {
  rows = 0;
  #pairs = 0;
  #floats = Object.fromEntries(FLOATS.map((name) => [name, new Float64Array(1_024)])) as Record<(typeof FLOATS)[number], Float64Array>;
  #counts = Object.fromEntries(COUNTS.map((name) => [name, new Uint32Array(1_024)])) as Record<(typeof COUNTS)[number], Uint32Array>;
  #kind = new Uint8Array(1_024);
  #levels = new Float64Array(8_192);

  other(receivedAtMs: number): void {
    this.#row(L2_KINDS.other, receivedAtMs, 0);
  }

  depth(update: DepthUpdate, receivedAtMs: number): void {
    const row = this.#row(L2_KINDS.depth, receivedAtMs, update.venueTimeMs);
    this.#floats.firstId[row] = update.firstId;
    this.#floats.lastId[row] = update.lastId;
    this.#floats.previousId[row] = update.previousId;
    this.#counts.bidCount[row] = update.bidCount;
    this.#counts.askCount[row] = update.askCount;
    this.#add(update.bids, update.bidCount * 2);
    this.#add(update.asks, update.askCount * 2);
  }

  snapshot({ lastId, bids, asks }: DepthSnapshot, receivedAtMs: number): void {
    const row = this.#row(L2_KINDS.snapshot, receivedAtMs, 0);
    this.#floats.lastId[row] = lastId;
    this.#counts.bidCount[row] = bids.length / 2;
    this.#counts.askCount[row] = asks.length / 2;
    this.#add(bids, bids.length);
    this.#add(asks, asks.length);
  }

  trade({ price, quantity, side, tradeId, venueTimeMs, receivedAtMs }: Trade): void {
    const row = this.#row(L2_KINDS.trade, receivedAtMs, venueTimeMs);
    this.#floats.firstId[row] = Number(tradeId);
    this.#counts.bidCount[row] = side === "buy" ? 1 : 0;
    this.#add([price, quantity], 2);
  }

  /** The rows so far, on shared memory. */
  table(place: Pick<L2Table, "venue" | "symbol" | "rules">): L2Table {
    const { rows } = this;
    return {
      ...place,
      ...mapped(this.#floats, (column) => shared(Float64Array, column, rows)),
      ...mapped(this.#counts, (column) => shared(Uint32Array, column, rows)),
      kind: shared(Uint8Array, this.#kind, rows),
      levels: shared(Float64Array, this.#levels, this.#pairs * 2),
    };
  }

  #row(kind: number, receivedAtMs: number, venueTimeMs: number): number {
    const row = this.rows++;
    if (row === this.#kind.length) {
      this.#floats = mapped(this.#floats, grown);
      this.#counts = mapped(this.#counts, grown);
      this.#kind = grown(this.#kind);
    }
    this.#kind[row] = kind;
    this.#floats.receivedAtMs[row] = receivedAtMs;
    this.#floats.venueTimeMs[row] = venueTimeMs;
    this.#counts.offset[row] = this.#pairs;
    return row;
  }

  #add(pairs: ArrayLike<number>, length: number): void {
    while (this.#pairs * 2 + length > this.#levels.length) this.#levels = grown(this.#levels);
    for (let index = 0, at = this.#pairs * 2; index < length; index++) this.#levels[at + index] = pairs[index]!;
    this.#pairs += length / 2;
  }
}

export function rowsOfL2(table: L2Table): number {
  return table.kind.length;
}

/** The messages received before `toMs`, on the same memory. */
export function l2Before(table: L2Table, toMs: number): L2Table {
  let low = 0;
  let high = rowsOfL2(table);
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (table.receivedAtMs[middle]! < toMs) low = middle + 1;
    else high = middle;
  }
  const rows = <T extends Column>(column: T) => column.subarray(0, low) as T;
  const floats = Object.fromEntries(FLOATS.map((name) => [name, rows(table[name])])) as Record<(typeof FLOATS)[number], Float64Array>;
  const counts = Object.fromEntries(COUNTS.map((name) => [name, rows(table[name])])) as Record<(typeof COUNTS)[number], Uint32Array>;
  return { ...table, ...floats, ...counts, kind: rows(table.kind) };
}

/** Fills `into` with a depth row; its arrays grow when they are too short. */
export function readDepth(table: L2Table, row: number, into: DepthUpdate): DepthUpdate {
  const { levels } = table;
  const bidCount = table.bidCount[row]!;
  const askCount = table.askCount[row]!;
  if (into.bids.length < bidCount * 2) into.bids = new Float64Array(bidCount * 4);
  if (into.asks.length < askCount * 2) into.asks = new Float64Array(askCount * 4);
  const { bids, asks } = into;
  let at = table.offset[row]! * 2;
  for (let index = 0; index < bidCount * 2; index++) bids[index] = levels[at++]!;
  for (let index = 0; index < askCount * 2; index++) asks[index] = levels[at++]!;
  into.bidCount = bidCount;
  into.askCount = askCount;
  into.firstId = table.firstId[row]!;
  into.lastId = table.lastId[row]!;
  into.previousId = table.previousId[row]!;
  into.venueTimeMs = table.venueTimeMs[row]!;
  return into;
}

export function readSnapshot(table: L2Table, row: number): DepthSnapshot {
  const start = table.offset[row]! * 2;
  const middle = start + table.bidCount[row]! * 2;
  const end = middle + table.askCount[row]! * 2;
  return { lastId: table.lastId[row]!, bids: table.levels.slice(start, middle), asks: table.levels.slice(middle, end) };
}

export function readTrade(table: L2Table, row: number): Trade {
  const at = table.offset[row]! * 2;
  return {
    venue: table.venue,
    symbol: table.symbol,
    tradeId: String(table.firstId[row]!),
    price: table.levels[at]!,
    quantity: table.levels[at + 1]!,
    side: table.bidCount[row] === 1 ? "buy" : "sell",
    venueTimeMs: table.venueTimeMs[row]!,
    receivedAtMs: table.receivedAtMs[row]!,
  };
}

function mapped<Name extends string, T>(columns: Readonly<Record<Name, T>>, map: (column: T) => T): Record<Name, T> {
  return Object.fromEntries(Object.entries<T>(columns).map(([name, column]) => [name, map(column)])) as Record<Name, T>;
}

type Column = Float64Array | Uint32Array | Uint8Array;

function grown<T extends Column>(column: T): T {
  const larger = new (column.constructor as new (length: number) => T)(column.length * 2);
  larger.set(column);
  return larger;
}

function shared<T extends Column>(
  make: { new (buffer: SharedArrayBuffer): T; readonly BYTES_PER_ELEMENT: number },
  from: T,
  length: number,
): T {
  const column = new make(new SharedArrayBuffer(length * make.BYTES_PER_ELEMENT));
  column.set(from.subarray(0, length));
  return column;
}
