/**
 * Reads the end of a growing file of lines, and follows it. Bounded: looks at the last 4 MB at most, and reads 64 KB at
 * a time while following. A file that was rotated away or cut is followed from the start of the new one.
 */
import { watchFile } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";

const TAIL_BYTES = 4 * 1_024 * 1_024;
const CHUNK_BYTES = 64 * 1_024;
const POLL_MS = 250;

/** The last `count` wanted lines, oldest first, and where the whole lines end. */
export async function lastLines(path: string, count: number, wanted: (line: string) => boolean): Promise<{ lines: string[]; endByte: number }> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    const from = Math.max(0, size - TAIL_BYTES);
    const bytes = Buffer.alloc(size - from);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, from);
    const whole = bytes.subarray(0, bytes.subarray(0, bytesRead).lastIndexOf(10) + 1);
    const lines = whole.toString("utf8").split("\n").slice(from === 0 ? 0 : 1).filter((line) => line !== "" && wanted(line));
    return { lines: count === 0 ? [] : lines.slice(-count), endByte: from + whole.length };
  } finally {
    await file.close();
  }
}

/** Calls `show` for each further line; never resolves. Rejects when the file cannot be read. */
export function followFile(path: string, fromByte: number, show: (line: string) => void): Promise<never> {
  let at = fromByte;
  let inode = 0;
  let rest: Buffer = Buffer.alloc(0);
  let queue = Promise.resolve();
  return new Promise<never>((_resolve, reject) => {
    watchFile(path, { interval: POLL_MS }, (now) => {
      if (now.ino === 0) return;
      if ((inode !== 0 && now.ino !== inode) || now.size < at) {
        at = 0;
        rest = Buffer.alloc(0);
      }
      inode = now.ino;
      queue = queue.then(() => readOn()).catch(reject);
    });
    async function readOn(): Promise<void> {
      const file = await open(path, "r");
      try {
        for (let chunk = await next(file); chunk.length > 0; chunk = await next(file)) {
          at += chunk.length;
          const bytes = Buffer.concat([rest, chunk]);
          const end = bytes.lastIndexOf(10) + 1;
          rest = Buffer.from(bytes.subarray(end));
          for (const line of bytes.subarray(0, end).toString("utf8").split("\n")) if (line !== "") show(line);
        }
      } finally {
        await file.close();
      }
    }
    async function next(file: FileHandle): Promise<Buffer> {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(CHUNK_BYTES), 0, CHUNK_BYTES, at);
      return buffer.subarray(0, bytesRead);
    }
  });
}
