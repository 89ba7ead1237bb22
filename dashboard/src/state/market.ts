/**
 * The market the page looks at: book, bars and trades of one venue, symbol and interval, through its own socket.
 * Moving to another market drops what was shown, so numbers of two symbols are never on screen under one name.
 */
import { effect, signal } from "@preact/signals";
import type { MarketDelta, MarketState } from "../../../domain/contract/stream.ts";
import type { FillRow } from "../../../domain/contract/views.ts";
import { applyMarketDelta } from "../stream/apply.ts";
import { NumberedStream } from "../stream/numbered.ts";
import { asApiError, call } from "./api.ts";
import { link, renewForStream, sections, socketUrl } from "./floor.ts";
import { accessToken, may } from "./session.ts";

export interface MarketChoice {
  readonly venue: string;
  readonly symbol: string;
  readonly interval: string;
}

export const market = signal<MarketState | null>(null);
/** Page time at which the shown book arrived, to let its age go on counting. */
export const bookHeardAtMs = signal(0);
export const marketProblem = signal<{ readonly type: string; readonly message: string } | null>(null);
/** Fills of the shown symbol, newest first: asked once, then grown from the stream. */
export const marketFills = signal<readonly FillRow[]>([]);

const FILL_LIMIT = 300;
let stream: NumberedStream<MarketState, MarketDelta> | null = null;
let choice: MarketChoice | null = null;
let pending: MarketState | null = null;
let frame = 0;

/** The shown market if it is this one. While another is on its way, null: never the numbers of one under the name of the other. */
export function marketOf(venue: string, symbol: string, interval?: string): MarketState | null {
  const state = market.value;
  if (state === null || state.venue !== venue || state.symbol !== symbol) return null;
  return interval === undefined || state.interval === interval ? state : null;
}

/** Opens the market's stream; the same choice again changes nothing. */
export function watchMarket(next: MarketChoice): void {
  if (
    choice !== null &&
    stream !== null &&
    choice.venue === next.venue &&
    choice.symbol === next.symbol &&
    choice.interval === next.interval
  )
    return;
  const sameSymbol = choice !== null && choice.venue === next.venue && choice.symbol === next.symbol;
  closeMarket(sameSymbol);
  choice = next;
  const query = `venue=${encodeURIComponent(next.venue)}&interval=${encodeURIComponent(next.interval)}`;
  stream = new NumberedStream<MarketState, MarketDelta>({
    url: () => socketUrl(`market-data/stream/${encodeURIComponent(next.symbol.replace("/", "-"))}?${query}`),
    token: accessToken,
    renew: renewForStream,
    apply: applyMarketDelta,
    onState: publish,
    onPhase: (phase) => {
      if (phase.phase === "live") marketProblem.value = null;
      else if (phase.phase === "lost" && link.value.phase === "live" && market.value === null) {
        marketProblem.value = {
          type: "NO_MARKET_STREAM",
          message: `No stream of ${next.symbol} ${next.interval} from ${next.venue}; trying again.`,
        };
      }
    },
    onError: (type, message) => {
      marketProblem.value = { type, message };
    },
  });
  stream.open();
  if (!sameSymbol) void loadFills(next);
}

export function closeMarket(keepFills = false): void {
  stream?.close();
  stream = null;
  choice = null;
  pending = null;
  cancelAnimationFrame(frame);
  frame = 0;
  market.value = null;
  marketProblem.value = null;
  if (!keepFills) marketFills.value = [];
}

export function retryMarket(): void {
  stream?.retryNow();
}

export function tellMarketVisible(visible: boolean): void {
  stream?.tell({ type: "visible", visible });
}

function publish(state: MarketState): void {
  pending = state;
  if (frame === 0) frame = requestAnimationFrame(paint);
}

function paint(): void {
  frame = 0;
  if (pending === null) return;
  if (market.value?.book !== pending.book) bookHeardAtMs.value = Date.now();
  market.value = pending;
}

async function loadFills(of: MarketChoice): Promise<void> {
  if (!may("order:read")) return;
  try {
    const page = await call<{ items: FillRow[] }>("GET", `fills?symbol=${encodeURIComponent(of.symbol)}&limit=100`);
    if (choice?.symbol === of.symbol) addFills(page.items, of);
  } catch (error) {
    const problem = asApiError(error);
    console.warn(`fills of ${of.symbol}: ${problem.type} ${problem.message}`);
  }
}

function addFills(fills: readonly FillRow[], of: MarketChoice): void {
  const known = new Set(marketFills.value.map((fill) => fill.tradeId));
  const added = fills.filter((fill) => fill.symbol === of.symbol && fill.venue === of.venue && !known.has(fill.tradeId));
  if (added.length === 0) return;
  marketFills.value = [...added, ...marketFills.value].sort((a, b) => b.atMs - a.atMs).slice(0, FILL_LIMIT);
}

effect(() => {
  const fills = sections.fills.value;
  // Reading `market` re-runs this when another symbol is shown: its fills may already be in the list.
  if (fills !== null && market.value !== null && choice !== null) addFills(fills, choice);
});
