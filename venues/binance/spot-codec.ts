/**
 * Binance spot market streams: depth diffs, trades, best bid and ask, REST depth snapshots.
 * Source: binance-spot-api-docs, web-socket-streams.md, "How to manage a local order book correctly".
 */
import type { SequenceRules } from "../../domain/book/sequencer.ts";
import type { StreamCodec } from "../codec.ts";
import { scanDepth } from "./depth-scanner.ts";
import { readDepth, readSnapshot, readTop, readTrade } from "./messages.ts";
import { routeBinance } from "./route.ts";

/**
 * That page's steps, in our words:
 * 1–2. Open the diff stream, buffer what it brings, and note `U` of the first event.
 * 3–4. Fetch a snapshot; when its `lastUpdateId` is below that `U`, fetch again.
 * 5. Discard buffered events whose `u` is at or below `lastUpdateId`; the first one left must span `lastUpdateId + 1`.
 * 6. Load the snapshot; its `lastUpdateId` becomes the book's id.
 * 7. Apply the events left, and every later one: ignore those with `u` below the book's id; when `U` is above the
 *    book's id + 1, events were missed and the whole procedure starts again. Then the book's id becomes `u`.
 */
export const BINANCE_SPOT_RULES: SequenceRules = {
  name: "binance-spot",
  isOld: (bookId, update) => update.lastId <= bookId,
  joins: (snapshotId, update) => update.firstId <= snapshotId + 1 && update.lastId > snapshotId,
  continues: (bookId, update) => update.firstId <= bookId + 1,
};

export const binanceSpotCodec: StreamCodec = {
  rules: BINANCE_SPOT_RULES,
  route: routeBinance,
  depth: (frame, instrument, into) => (scanDepth(frame, instrument, false, into) ? into : readDepth(frame, instrument, false, into)),
  snapshot: readSnapshot,
  trade: readTrade,
  top: readTop,
};
