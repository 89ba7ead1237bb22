/**
 * Keeps a `MarketState` per venue, symbol and interval while somebody watches it: loads it by calls, takes trades, bars
 * and changes of the top from the feed, and sends at most ten deltas a second. The book is read again only after its
 * top changed, and once a second for its age and quality. A market nobody watches costs nothing.
 */
import { subjects } from "../../../domain/contract/subjects.ts";
import type { MarketState } from "../../../domain/contract/stream.ts";
import type { BarRow, BookView } from "../../../domain/contract/views.ts";
import { marketKey } from "../../../domain/instrument/symbol.ts";
import type { CancelTimer } from "../../../domain/kernel/clock.ts";
import { DstaError, messageOf } from "../../../domain/kernel/errors.ts";
import type { Bar, Interval, Trade } from "../../../domain/market/events.ts";
import { Audience } from "./audience.ts";
import type { HubDeps } from "./floor-hub.ts";
import { callAsGateway } from "./floor-load.ts";
import { MarketModel, type MarketUnits } from "./market-state.ts";
import type { StreamClient } from "./stream-client.ts";

const TICK_MS = 100;
const BOOK_MS = 1_000;
const RETRY_MS = 1_000;
const BOOK_LEVELS = 25;
const BARS = 500;
const MAX_BUFFERED = 10_000;

/** A market that exists, with the decimals of its feed. */
export interface WatchedMarket extends MarketUnits {
  readonly venue: string;
  readonly symbol: string;
  readonly interval: Interval;
}

export class MarketHub {
  readonly #deps: HubDeps;
  readonly #rooms = new Map<string, MarketRoom>();

  constructor(deps: HubDeps) {
    this.#deps = deps;
  }

  /** @throws {DstaError} NOT_FOUND (404), or VENUE_REQUIRED (422) when several venues have the symbol. */
  async find(venue: string | undefined, symbol: string, interval: Interval): Promise<WatchedMarket> {
    const params = venue === undefined ? {} : { venue };
    const { items } = await callAsGateway<{ items: readonly WatchedMarket[] }>(this.#deps.broker, "market.instruments", params);
    const [found, other] = items.filter((row) => row.symbol === symbol && (venue === undefined || row.venue === venue));
    if (!found) throw new DstaError("NOT_FOUND", `${symbol} is not traded${venue ? ` at ${venue}` : ""}`, { code: 404, data: { symbol } });
    if (other)
      throw new DstaError("VENUE_REQUIRED", `venue: expected a venue, ${symbol} is traded at several`, {
        data: { field: "venue", symbol },
      });
    const { priceDecimals, quantityDecimals } = found;
    return { venue: found.venue, symbol, interval, priceDecimals, quantityDecimals };
  }

  /** Returns the way out. */
  join(client: StreamClient, market: WatchedMarket): () => void {
    const key = `${marketKey(market.venue, market.symbol)}:${market.interval}`;
    const room = this.#rooms.get(key) ?? new MarketRoom(this.#deps, market);
    this.#rooms.set(key, room);
    room.audience.add(client);
    return () => {
      room.audience.remove(client);
      if (room.audience.size > 0 || this.#rooms.get(key) !== room) return;
      room.stop();
      this.#rooms.delete(key);
    };
  }

  close(): void {
    for (const room of this.#rooms.values()) room.stop();
    this.#rooms.clear();
  }
}

class MarketRoom {
  readonly audience = new Audience();
  readonly #deps: HubDeps;
  readonly #market: WatchedMarket;
  readonly #ways: (() => void)[];
  #model: MarketModel | null = null;
  #buffer: ((model: MarketModel) => void)[] = [];
  #topChanged = false;
  #reading = false;
  #readAtMs = 0;
  #readFailed = false;
  #stopped = false;
  #cancel: CancelTimer = () => undefined;

  constructor(deps: HubDeps, market: WatchedMarket) {
    this.#deps = deps;
    this.#market = market;
    const { venue, symbol, interval } = market;
    this.#ways = [
      deps.feed.subscribe(subjects.trade(venue, symbol), (message) => this.#apply((model) => model.trade(message as Trade))),
      deps.feed.subscribe(subjects.bar(venue, symbol, interval), (message) => this.#apply((model) => model.bar(message as Bar))),
      deps.feed.subscribe(subjects.top(venue, symbol), () => {
        this.#topChanged = true;
      }),
      deps.feed.onGap((lost) => this.#onGap(lost)),
    ];
    void this.#load();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
    for (const leave of this.#ways) leave();
  }

  /** Trades or bars may be missing: the market is loaded again, and every client gets it whole. */
  #onGap(lost: readonly string[]): void {
    const { venue, symbol, interval } = this.#market;
    const own = [subjects.trade(venue, symbol), subjects.bar(venue, symbol, interval)];
    if (this.#model === null || !own.some((subject) => lost.includes(subject))) return;
    this.#model = null;
    this.#cancel();
    this.audience.needSnapshot();
    void this.#load();
  }

  #apply(change: (model: MarketModel) => void): void {
    if (this.#model) change(this.#model);
    else if (this.#buffer.length < MAX_BUFFERED) this.#buffer.push(change);
  }

  async #load(): Promise<void> {
    const { broker, clock } = this.#deps;
    const { venue, symbol, interval, priceDecimals, quantityDecimals } = this.#market;
    this.#buffer = [];
    try {
      const [book, { bars }] = await Promise.all([this.#readBook(), this.#readBars()]);
      const state: MarketState = {
        venue,
        symbol,
        interval,
        pricePrecision: priceDecimals,
        quantityPrecision: quantityDecimals,
        book,
        bars: [...bars],
        trades: [],
      };
      if (this.#stopped) return;
      this.#model = new MarketModel(state, interval, this.#market);
      for (const change of this.#buffer) change(this.#model);
      this.#buffer = [];
      this.#tick(this.#model);
    } catch (error) {
      if (this.#stopped) return;
      broker.logger.warn(`market stream ${venue} ${symbol}: could not be loaded: ${messageOf(error)}`);
      this.audience.sendError("LOADING", `the market could not be loaded, trying again: ${messageOf(error)}`);
      this.#cancel = clock.after(RETRY_MS, () => void this.#load());
    }
  }

  #tick(model: MarketModel): void {
    const nowMs = this.#deps.clock.now();
    const delta = model.take();
    if (delta) this.audience.sendDelta(delta);
    this.audience.refresh(nowMs, model.state);
    if (!this.#reading && (this.#topChanged || nowMs - this.#readAtMs >= BOOK_MS)) void this.#refreshBook(model, nowMs);
    this.#cancel = this.#deps.clock.after(TICK_MS, () => this.#tick(model));
  }

  /** One read at a time; a failure is logged once until a read works again, and shows as a book that ages. */
  async #refreshBook(model: MarketModel, nowMs: number): Promise<void> {
    this.#reading = true;
    this.#topChanged = false;
    this.#readAtMs = nowMs;
    try {
      model.book(await this.#readBook());
      this.#readFailed = false;
    } catch (error) {
      if (!this.#readFailed) this.#deps.broker.logger.warn(`market stream ${this.#market.symbol}: no book: ${messageOf(error)}`);
      this.#readFailed = true;
    } finally {
      this.#reading = false;
    }
  }

  #readBook(): Promise<BookView> {
    const { venue, symbol } = this.#market;
    return callAsGateway(this.#deps.broker, "market.orderbook", { venue, symbol, depth: BOOK_LEVELS });
  }

  #readBars(): Promise<{ bars: readonly BarRow[] }> {
    const { venue, symbol, interval } = this.#market;
    return callAsGateway(this.#deps.broker, "market.ohlcv", { venue, symbol, interval, limit: BARS });
  }
}
