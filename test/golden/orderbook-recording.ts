/**
 * Reads the recorded Binance streams of shared/data/orderbook: gzip lines of "<receive time in ns> <raw message>".
 * A missing file is an error: these recordings are the evidence the golden tests rest on.
 */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

const FOLDER = new URL("../../../shared/data/orderbook/", import.meta.url);

export interface RecordedFrame {
  readonly receivedNs: string;
  readonly text: string;
}

/** Every frame of the files, one after the other, in order. */
export function readRecording(...files: string[]): RecordedFrame[] {
  const frames: RecordedFrame[] = [];
  for (const file of files) {
    for (const line of gunzipSync(readFileSync(new URL(file, FOLDER)))
      .toString("latin1")
      .split("\n")) {
      const space = line.indexOf(" ");
      if (space > 0) frames.push({ receivedNs: line.slice(0, space), text: line.slice(space + 1) });
    }
  }
  return frames;
}

export function readText(file: string): string {
  return readFileSync(new URL(file, FOLDER), "utf8");
}
