/**
 * The positions of one account: a fold of the account's execution stream, marked to market.
 *
 * Owns one position per (strategy, venue, symbol), marks, equity, day P&L, peak and drawdown. A strategy's position is
 * virtual: strategies net in the account, never in each other's books. Money is exact, in the account's currency.
 * Refuses an event out of turn (EXECUTION_GAP); ignores one already folded and a fill whose (venue, symbol, trade id) was
 * seen among the newest 100,000 fills. A duplicate older than that would count again: the stream's version and the
 * de-duplication of the execution actor stand before it.
 * Invariant: equity = start equity + Σ(realised + unrealised − fees), exactly; see cash.ts for its other side.
 * Positions are never dropped: their realised P&L is part of the equity. Marks and asset prices are observations: they
 * are in snapshots, not in the journal.
 */
import { marketKey } from "../instrument/symbol.ts";
import { type Decimal, add, format, sub, toNumber, UNIT, ZERO } from "../kernel/decimal.ts";
import { invalid } from "../kernel/errors.ts";
import type { OrderEvent } from "../order/events.ts";
import { takesTurn } from "./execution-turn.ts";
import { NO_TRADES, recordFill } from "./performance.ts";
import { type FillOutcome, applyFill, FLAT } from "./position.ts";
import type { AccountTerms, DayRolled, PositionEntry, PositionsState } from "./positions-state.ts";
import { RecentMap } from "./recent-map.ts";
import { symbolAssets } from "./symbol-assets.ts";
import { type Valuation, exchanged, NO_VALUE, valuePosition } from "./valuation.ts";

export type { AccountTerms, DayRolled, PositionEntry, PositionsState } from "./positions-state.ts";

export const SEEN_FILLS_MAX = 100_000;
const DAY_MS = 86_400_000;

type Held = { -readonly [K in keyof PositionEntry]: PositionEntry[K] };

export class PositionsBook {
  readonly terms: AccountTerms;
  readonly #entries = new Map<string, Held>();
  readonly #byMarket = new Map<string, Held[]>();
  readonly #marks = new Map<string, Decimal>();
  readonly #assetPrices = new Map<string, Decimal>();
  readonly #seenFills = new RecentMap<true>(SEEN_FILLS_MAX);
  #totals: Valuation = NO_VALUE;
  #unpricedEntries = 0;
  #appliedVersion = 0;
  #dayStartMs = 0;
  #dayStartEquity: Decimal;
  #dayStartNetPnls: ReadonlyMap<string, Decimal> = new Map();
  #peakEquity: Decimal;

  constructor(terms: AccountTerms) {
    this.terms = terms;
    this.#dayStartEquity = terms.startEquity;
    this.#peakEquity = terms.startEquity;
  }

  static from(state: PositionsState): PositionsBook {
    const book = new PositionsBook(state.terms);
    for (const [market, price] of state.marks) book.#marks.set(market, price);
    for (const [asset, price] of state.assetPrices) book.#assetPrices.set(asset, price);
    for (const key of state.seenFills) book.#seenFills.add(key, true);
    for (const { strategyId, venue, symbol, position, performance } of state.positions) {
      const entry = book.#entry(strategyId, venue, symbol);
      entry.position = position;
      entry.performance = performance;
      book.#revalue(entry);
    }
    book.#appliedVersion = state.appliedVersion;
    book.#dayStartMs = state.dayStartMs;
    book.#dayStartEquity = state.dayStartEquity;
    book.#dayStartNetPnls = state.dayStartNetPnls;
    book.#peakEquity = state.peakEquity;
    return book;
  }

  state(): PositionsState {
    return {
      terms: this.terms,
      appliedVersion: this.#appliedVersion,
      dayStartMs: this.#dayStartMs,
      dayStartEquity: this.#dayStartEquity,
      dayStartNetPnls: this.#dayStartNetPnls,
      peakEquity: this.#peakEquity,
      marks: new Map(this.#marks),
      assetPrices: new Map(this.#assetPrices),
      seenFills: Array.from(this.#seenFills.entries(), ([key]) => key),
      positions: Array.from(this.#entries.values(), ({ strategyId, venue, symbol, position, performance }) => ({
        strategyId,
        venue,
        symbol,
        position,
        performance,
      })),
    };
  }

  /** Version of the execution stream up to which this book has folded it. */
  get appliedVersion(): number {
    return this.#appliedVersion;
  }

  get equity(): Decimal {
    return add(this.terms.startEquity, this.#totals.netPnl);
  }

  /** False while something held has no price: equity then leaves its unrealised P&L out, and no peak is taken. */
  get isPriced(): boolean {
    return this.#unpricedEntries === 0;
  }

  get totals(): Valuation {
    return { ...this.#totals, unpriced: this.#unpriced() };
  }

  get peakEquity(): Decimal {
    return this.#peakEquity;
  }

  /** Share of the peak lost since, 0 at the peak. */
  get drawdownRatio(): number {
    const peak = toNumber(this.#peakEquity);
    return peak > 0 ? Math.max(0, toNumber(sub(this.#peakEquity, this.equity)) / peak) : 0;
  }

  get dayStartEquity(): Decimal {
    return this.#dayStartEquity;
  }

  get dayPnl(): Decimal {
    return sub(this.equity, this.#dayStartEquity);
  }

  entries(): IterableIterator<PositionEntry> {
    return this.#entries.values();
  }

  entry(strategyId: string, venue: string, symbol: string): PositionEntry | null {
    return this.#entries.get(positionKey(strategyId, venue, symbol)) ?? null;
  }

  /** Every owner's part of one symbol. */
  market(venue: string, symbol: string): readonly PositionEntry[] {
    return this.#byMarket.get(marketKey(venue, symbol)) ?? [];
  }

  markOf(venue: string, symbol: string): Decimal | null {
    return this.#marks.get(marketKey(venue, symbol)) ?? null;
  }

  dayPnlOf(entry: PositionEntry): Decimal {
    return sub(entry.valuation.netPnl, this.#dayStartNetPnls.get(entry.key) ?? ZERO);
  }

  /** What a unit of an asset is worth in the account's currency: 1 for itself, else a given price or a spot mark. */
  rateOf = (asset: string): Decimal | null => (asset === this.terms.currency ? UNIT : (this.#assetPrices.get(asset) ?? null));

  /**
   * Folds event `version` of the execution stream. Returns what a fill did, or null for other events and duplicates.
   * @throws {DstaError} EXECUTION_GAP (retryable): events before `version` are missing; read them from the journal first.
   */
  onOrderEvent(event: OrderEvent, version: number): FillOutcome | null {
    if (!takesTurn(this.#appliedVersion, version)) return null;
    const outcome = event.type === "OrderFilled" ? this.#fill(event) : null;
    this.#appliedVersion = version;
    return outcome;
  }

  /** Moves past an event of the execution stream that is not about an order. */
  skip(version: number): void {
    if (takesTurn(this.#appliedVersion, version)) this.#appliedVersion = version;
  }

  /** A new mark price of a symbol; also prices the base asset when the symbol is spot against the account's currency. */
  setMark(venue: string, symbol: string, price: Decimal): void {
    if (price <= ZERO) throw invalid("markPrice", "a price above 0", format(price));
    const market = marketKey(venue, symbol);
    if (this.#marks.get(market) === price) return;
    this.#marks.set(market, price);
    const assets = symbolAssets(symbol);
    if (assets.kind === "spot" && assets.quote === this.terms.currency) this.#setAssetPrice(assets.base, price);
    for (const entry of this.#byMarket.get(market) ?? []) this.#revalue(entry);
    this.#takePeak();
  }

  /** Price of an asset in the account's currency, for fees in it and symbols quoted in it. */
  setAssetPrice(asset: string, price: Decimal): void {
    if (price <= ZERO) throw invalid("assetPrice", "a price above 0", format(price));
    this.#setAssetPrice(asset, price);
    this.#takePeak();
  }

  /**
   * The event that begins the UTC day of `nowMs`, or null when that day has begun. Call it before each mark and fill: the
   * equity it takes is the one just before. After a night without the program it is that of the first call.
   */
  rollDay(nowMs: number): DayRolled | null {
    const dayStartMs = Math.floor(nowMs / DAY_MS) * DAY_MS;
    if (dayStartMs <= this.#dayStartMs) return null;
    const netPnls = new Map(Array.from(this.#entries.values(), ({ key, valuation }) => [key, valuation.netPnl]));
    return { type: "DayRolled", atMs: nowMs, dayStartMs, equity: this.equity, peakEquity: this.#peakEquity, netPnls };
  }

  apply(event: DayRolled): void {
    if (event.dayStartMs <= this.#dayStartMs) return;
    this.#dayStartMs = event.dayStartMs;
    this.#dayStartEquity = event.equity;
    this.#dayStartNetPnls = event.netPnls;
    if (event.peakEquity > this.#peakEquity) this.#peakEquity = event.peakEquity;
  }

  #fill(event: Extract<OrderEvent, { type: "OrderFilled" }>): FillOutcome | null {
    const { strategyId, venue, symbol, side, orderId, fill } = event;
    const assets = symbolAssets(symbol);
    if (!this.#seenFills.add(`${venue}|${symbol}|${fill.tradeId}`, true)) return null;
    const entry = this.#entry(strategyId, venue, symbol);
    const outcome = applyFill(entry.position, side, fill, assets);
    entry.position = outcome.position;
    entry.performance = recordFill(entry.performance, orderId, outcome);
    this.#revalue(entry);
    this.#takePeak();
    return outcome;
  }

  #entry(strategyId: string, venue: string, symbol: string): Held {
    const key = positionKey(strategyId, venue, symbol);
    const known = this.#entries.get(key);
    if (known) return known;
    const entry: Held = {
      key,
      strategyId,
      venue,
      symbol,
      assets: symbolAssets(symbol),
      position: FLAT,
      performance: NO_TRADES,
      valuation: NO_VALUE,
    };
    this.#entries.set(key, entry);
    const market = marketKey(venue, symbol);
    const sharers = this.#byMarket.get(market);
    if (sharers) sharers.push(entry);
    else this.#byMarket.set(market, [entry]);
    return entry;
  }

  #setAssetPrice(asset: string, price: Decimal): void {
    if (this.#assetPrices.get(asset) === price) return;
    this.#assetPrices.set(asset, price);
    for (const entry of this.#entries.values()) {
      if (entry.assets.quote === asset || entry.position.feesByAsset.has(asset)) this.#revalue(entry);
    }
  }

  #revalue(entry: Held): void {
    const earlier = entry.valuation;
    entry.valuation = valuePosition(entry, this.markOf(entry.venue, entry.symbol), this.rateOf);
    this.#totals = exchanged(this.#totals, earlier, entry.valuation);
    this.#unpricedEntries += (entry.valuation.unpriced.length > 0 ? 1 : 0) - (earlier.unpriced.length > 0 ? 1 : 0);
  }

  #takePeak(): void {
    if (this.isPriced && this.equity > this.#peakEquity) this.#peakEquity = this.equity;
  }

  #unpriced(): readonly string[] {
    if (this.isPriced) return [];
    return [...new Set(Array.from(this.#entries.values(), ({ valuation }) => valuation.unpriced).flat())].toSorted();
  }
}

export function positionKey(strategyId: string, venue: string, symbol: string): string {
  return `${venue}|${symbol}|${strategyId}`;
}
