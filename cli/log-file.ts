/**
 * Reads the end of a growing file of lines, and follows it. Bounded: looks at the last 4 MB at most, and reads 64 KB at
 * a time while following. A file that was rotated away or cut is followed from the start of the new one.
 */
import { open, stat, type FileHandle } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";

const TAIL_BYTES = 4 * 1_024 * 1_024;
const CHUNK_BYTES = 64 * 1_024;
const POLL_MS = 250;

/** The last `count` wanted lines, oldest first, and where the whole lines end. */
export async function lastLines(
  path: string,
  count: number,
  wanted: (line: string) => boolean,
): Promise<{ lines: string[]; endByte: number }> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    const from = Math.max(0, size - TAIL_BYTES);
    const bytes = Buffer.alloc(size - from);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, from);
    const whole = bytes.subarray(0, bytes.subarray(0, bytesRead).lastIndexOf(10) + 1);
    const lines = whole
      .toString("utf8")
      .split("\n")
      .slice(from === 0 ? 0 : 1)
      .filter((line) => line !== "" && wanted(line));
    return { lines: count === 0 ? [] : lines.slice(-count), endByte: from + whole.length };
  } finally {
    await file.close();
  }
}

/**
 * Calls `show` for each further line; never resolves. What was written to a file before it was rotated away is read
 * first. @throws when the file cannot be read.
 */
export async function followFile(path: string, fromByte: number, show: (line: string) => void): Promise<never> {
  let file = await open(path, "r");
  let at = fromByte;
  for (;;) {
    at = await readLines(file, at, show);
    const [here, there] = [await file.stat(), await stat(path).catch(absent)];
    if (there !== null && there.ino !== here.ino) {
      await file.close();
      file = await open(path, "r");
      at = 0;
    } else if (here.size < at) at = 0;
    else await pause(POLL_MS);
  }
}

/** Reads on from `fromByte`; returns where the whole lines end. A line longer than a chunk is shown in pieces. */
async function readLines(file: FileHandle, fromByte: number, show: (line: string) => void): Promise<number> {
  const chunk = Buffer.alloc(CHUNK_BYTES);
  let at = fromByte;
  for (;;) {
    const { bytesRead } = await file.read(chunk, 0, CHUNK_BYTES, at);
    const end = bytesRead === CHUNK_BYTES ? chunk.lastIndexOf(10) + 1 || bytesRead : chunk.subarray(0, bytesRead).lastIndexOf(10) + 1;
    for (const line of chunk.subarray(0, end).toString("utf8").split("\n")) if (line !== "") show(line);
    at += end;
    if (bytesRead < CHUNK_BYTES) return at;
  }
}

/** Between the two steps of a rotation there is no file for a moment. */
function absent(error: unknown): null {
  if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
  throw error;
}
