/**
 * Opens recordings: what can be replayed, recognised by content.
 *
 * 1. Raw frames: lines "<receive time, ns UTC> <raw JSON as the venue sent it>", of one symbol of Binance spot or USD-M
 *    futures (told by `pu` in the depth frames); a REST snapshot is a line of its own. 2. Candles: CSV with a header.
 * Several files of one kind are one recording, played in the given order. A recording without any good line is refused.
 */
import { invalid } from "../../domain/kernel/errors.ts";
import { openCandles } from "./candle-recording.ts";
import { FRAME_LINE, openFrames } from "./frame-recording.ts";
import { fileSize, readLines } from "./recorded-file.ts";
import type { Recording, RecordingOptions } from "./recording.ts";
import { unreadable } from "./unreadable.ts";

/** A file whose first lines are all unrecognisable is refused. */
const SNIFFED_LINES = 20;

/**
 * @param files one or more paths, in playing order.
 * @throws {DstaError} REPLAY_UNREADABLE naming the file, and the line where there is one; VALIDATION_ERROR without files.
 */
export async function openRecording(files: readonly string[], options: RecordingOptions = {}): Promise<Recording> {
  const [first] = files;
  if (first === undefined) throw invalid("files", "at least one recording file", "none");
  let totalBytes = 0;
  const kinds: string[] = [];
  for (const file of files) {
    totalBytes += await fileSize(file);
    kinds.push(await recognise(file));
  }
  const odd = kinds.findIndex((kind) => kind !== kinds[0]);
  if (odd > 0) throw unreadable(files[odd]!, `expected ${kinds[0]} like ${first}, found ${kinds[odd]}`);
  return kinds[0] === "frames" ? openFrames(files, totalBytes, options) : openCandles(files, totalBytes, options);
}

async function recognise(file: string): Promise<Recording["kind"]> {
  let seen = 0;
  let hasHeader = false;
  for await (const { number, text } of readLines(file)) {
    if (FRAME_LINE.test(text)) return "frames";
    if (number === 1) hasHeader = /(^|[,;\t])\W*open\W*([,;\t])/i.test(text) && /close/i.test(text);
    if (hasHeader && number > 1) return "candles";
    if (text !== "") seen++;
    if (seen >= SNIFFED_LINES) break;
  }
  if (hasHeader) throw unreadable(file, "the table has a header but no rows");
  throw unreadable(
    file,
    "unknown format: expected lines '<receive ns> <raw JSON>' or a candle CSV with a header such as timestamp,open,high,low,close,volume",
    1,
  );
}
