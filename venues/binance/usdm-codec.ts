/**
 * Binance USD-M futures market streams: depth diffs, trades, best bid and ask, REST depth snapshots.
 * Source: developers.binance.com, USDⓈ-M Futures, "How to manage a local order book correctly".
 */
import type { SequenceRules } from "../../domain/book/sequencer.ts";
import type { StreamCodec } from "../codec.ts";
import { scanDepth } from "./depth-scanner.ts";
import { readDepth, readSnapshot, readTop, readTrade } from "./messages.ts";
import { routeBinance } from "./route.ts";

/**
 * That page's steps, in our words; they are not the spot rules:
 * 1–3. Open the diff stream, buffer what it brings, fetch a snapshot.
 * 4. Drop events whose `u` is below `lastUpdateId`.
 * 5. The first event applied has `U` at or below `lastUpdateId` and `u` at or above it.
 * 6. Afterwards `pu` of each event equals `u` of the one before; otherwise start again from the snapshot.
 * Ids jump within and between events, so `U` says nothing about continuity. An event whose `pu` is the snapshot's own id
 * joins as well: by step 6 it follows the event that ended there, and step 5 alone would never accept it.
 */
export const BINANCE_USDM_RULES: SequenceRules = {
  name: "binance-usdm",
  isOld: (bookId, update) => update.lastId < bookId,
  joins: (snapshotId, update) => (update.firstId <= snapshotId && update.lastId >= snapshotId) || update.previousId === snapshotId,
  continues: (bookId, update) => update.previousId === bookId,
};

export const binanceUsdmCodec: StreamCodec = {
  rules: BINANCE_USDM_RULES,
  route: routeBinance,
  depth: (frame, instrument, into) => (scanDepth(frame, instrument, true, into) ? into : readDepth(frame, instrument, true, into)),
  snapshot: readSnapshot,
  trade: readTrade,
  top: readTop,
};
