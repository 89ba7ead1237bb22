/** What the feed between nodes counts, and the bounds it keeps. All counts only grow. */

export interface FeedCounts {
  batchesOut: number;
  recordsOut: number;
  bytesOut: number;
  batchesIn: number;
  recordsIn: number;
  /** Values of `last` subjects that a newer one replaced before a slow taker could get them. */
  conflated: number;
  /** Records of `each` subjects that waited for a slow taker. */
  held: number;
  /** Of those, dropped because too many waited: told to the taker as a gap. */
  overflowed: number;
  /** Records not sent because there was no connection. */
  sentNowhere: number;
  /** Values no encoding takes, or that are too large: reported as errors of their subject. */
  unsendable: number;
  /** Incidents after which records may be missing here. */
  gaps: number;
  /** Re-sent values that were not newer than what was here. */
  stale: number;
  /** Messages that could not be read, or are of a version this program does not know. */
  malformed: number;
  /** Messages from no member, or for an earlier life of this node. */
  strangers: number;
  /** Records said by a node whose area may not say them, or interest said for another node. */
  refused: number;
  /** Subjects not taken because the table was full. */
  tableFull: number;
}

export function noCounts(): FeedCounts {
  return {
    batchesOut: 0,
    recordsOut: 0,
    bytesOut: 0,
    batchesIn: 0,
    recordsIn: 0,
    conflated: 0,
    held: 0,
    overflowed: 0,
    sentNowhere: 0,
    unsendable: 0,
    gaps: 0,
    stale: 0,
    malformed: 0,
    strangers: 0,
    refused: 0,
    tableFull: 0,
  };
}

export interface FeedLimits {
  /** A batch goes out at once when it has so many records or bytes; otherwise at the end of the turn. */
  readonly batchRecords: number;
  readonly batchBytes: number;
  /** Batches and bytes sent to one taker and not acknowledged; beyond, `last` subjects conflate and `each` ones wait. */
  readonly windowBatches: number;
  readonly windowBytes: number;
  /** Records and (estimated) bytes of `each` subjects that wait for one taker; beyond, the oldest is lost. */
  readonly heldRecords: number;
  readonly heldBytes: number;
  /** A taker acknowledges at least every so many batches. */
  readonly ackBatches: number;
  /** How often interests are compared, and unacknowledged ends and unanswered questions repeated. */
  readonly beatMs: number;
  readonly topics: number;
}

export const FEED_LIMITS: FeedLimits = {
  batchRecords: 100,
  batchBytes: 65_536,
  windowBatches: 1_024,
  windowBytes: 4 * 1_024 * 1_024,
  heldRecords: 16_384,
  heldBytes: 16 * 1_024 * 1_024,
  ackBatches: 64,
  beatMs: 1_000,
  topics: 65_536,
};
