/**
 * What the feed promises for each subject when it travels between nodes, in one table. Inside a node everything is
 * delivered to everybody at once; the promise matters where a wire can lose and a receiver can be slow.
 *
 *   last   The newest value wins. A new subscriber gets it first, and it is said again after a gap: subscribers end up
 *          with the newest value, whatever they missed on the way.
 *   each   Never conflated. Held for a slow subscriber up to a bound; what is lost is told as a gap.
 *
 * A subject the table does not know is `each`: losing one must then be noticed.
 */

export type Delivery = "last" | "each";

/** What a record of the subject looks like, for encodings of fixed layout. */
export type FeedShape = "top" | "trade" | "bar" | "frame" | "value";

export interface FeedPromise {
  readonly delivery: Delivery;
  readonly shape: FeedShape;
  readonly why: string;
}

/** By the subject's kind: what stands before its first dot; topics of the floor by their whole name. */
const PROMISES: Readonly<Record<string, FeedPromise>> = {
  top: { delivery: "last", shape: "top", why: "an older best price decides nothing" },
  mark: { delivery: "last", shape: "bar", why: "a mark price is replaced by the next one" },
  position: { delivery: "last", shape: "value", why: "a row says the whole position" },
  connection: { delivery: "last", shape: "value", why: "a state, not a change" },
  "floor.trading": { delivery: "last", shape: "value", why: "a state, not a change: nobody may act on an older one" },
  "floor.pnl": { delivery: "last", shape: "value", why: "totals, said whole" },
  depth: { delivery: "each", shape: "frame", why: "changes build on each other: a lost one makes the book wrong" },
  trade: { delivery: "each", shape: "trade", why: "bars add trades up" },
  bar: { delivery: "each", shape: "bar", why: "indicators count every bar" },
  "venue-bar": { delivery: "each", shape: "bar", why: "bars pass it on as it is" },
  "floor.order": { delivery: "each", shape: "value", why: "one subject carries the rows of many orders" },
  "floor.fill": { delivery: "each", shape: "value", why: "fills are listed one by one" },
  "floor.strategy": { delivery: "each", shape: "value", why: "one subject carries the rows of many strategies" },
  "floor.position": { delivery: "each", shape: "value", why: "one subject carries the rows of many positions" },
  "floor.event": { delivery: "each", shape: "value", why: "events are listed one by one" },
  "floor.dead-letter": { delivery: "each", shape: "value", why: "listed one by one" },
};

const UNKNOWN: FeedPromise = { delivery: "each", shape: "value", why: "an unknown subject may build on what came before" };

export function promiseOf(subject: string): FeedPromise {
  const dot = subject.indexOf(".");
  return PROMISES[subject] ?? PROMISES[dot < 0 ? subject : subject.slice(0, dot)] ?? UNKNOWN;
}

/** Venue and symbol that a market subject names; both empty for other subjects. */
export function marketOf(subject: string): { readonly venue: string; readonly symbol: string } {
  const dot = subject.indexOf(".");
  const { shape } = promiseOf(subject);
  const key = subject.slice(dot + 1);
  const colon = key.indexOf(":");
  if (dot < 0 || colon < 0 || shape === "value") return { venue: "", symbol: "" };
  // `bar.sim:ETH/USDT:USDT:1m`: the interval comes last, the symbol may have a colon of its own.
  const endsWithInterval = subject.startsWith("bar.") || subject.startsWith("venue-bar.");
  const end = endsWithInterval ? key.lastIndexOf(":") : key.length;
  if (end <= colon) return { venue: "", symbol: "" };
  return { venue: key.slice(0, colon), symbol: key.slice(colon + 1, end) };
}
