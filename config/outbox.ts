/**
 * The JetStream streams that keep public events for others, and how fast market data goes out, each number with its
 * reason. None of the streams is the record: that is the journal, from which the relay can fill them again.
 */

const DAY_MS = 86_400_000;
const MIB = 1_048_576;

export interface StreamPolicy {
  /** Last part of the stream's name, after the namespace. */
  readonly name: string;
  /** After `<namespace>.`; `>` stands for the rest. */
  readonly subjects: readonly string[];
  readonly maxAgeMs: number;
  /** At the bound the oldest go. */
  readonly maxBytes: number;
  /** Nobody may delete single messages or purge it. */
  readonly sealed: boolean;
}

/** A relay that comes back within this finds its repeats dropped by id; later ones by their place in the stream. */
export const DUPLICATE_WINDOW_MS = 10 * 60_000;

export const STREAMS: readonly StreamPolicy[] = [
  {
    name: "events",
    subjects: ["out.trading.>", "out.fill.>", "out.risk.>", "out.system.>"],
    // A consumer that was away over a long weekend catches up; an older one starts again from the journal's lists (REST).
    maxAgeMs: 7 * DAY_MS,
    // Two million events of half a kilobyte: a week of twelve orders a second.
    maxBytes: 1_024 * MIB,
    sealed: false,
  },
  {
    name: "audit",
    subjects: ["out.audit.>"],
    // The audit table keeps entries for good; a year is for readers of other systems.
    maxAgeMs: 365 * DAY_MS,
    maxBytes: 256 * MIB,
    sealed: true,
  },
  {
    name: "dead",
    subjects: ["dead.>"],
    // Somebody has to look at a message that no consumer can process; a month covers holidays.
    maxAgeMs: 30 * DAY_MS,
    maxBytes: 128 * MIB,
    sealed: false,
  },
];

export const MARKET_DATA_OUT = {
  /** Per symbol. Eyes and slow models see nothing faster; who trades on it listens to the feed. */
  maxPerSecond: 4,
  /** An unchanged value is said again after this, for those who joined since. */
  repeatMs: 5_000,
  /** Levels of each side of `market-data.orderbooks`. */
  depth: 10,
} as const;
