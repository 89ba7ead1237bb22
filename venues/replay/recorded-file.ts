/**
 * Reads a recording file, gzip or plain (told by its first bytes, not its name), as a stream: memory stays bounded
 * however long the file. Refuses what cannot be read with REPLAY_UNREADABLE naming the file.
 */
import { createReadStream } from "node:fs";
import { open, stat } from "node:fs/promises";
import { pipeline, type Readable, Transform } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import { createGunzip } from "node:zlib";
import { isExpected, messageOf } from "../../domain/kernel/errors.ts";
import { unreadable } from "./unreadable.ts";

export interface RecordedLine {
  /** 1 for the first. */
  readonly number: number;
  readonly text: string;
}

/** Counts compressed bytes read, for progress. */
export interface ReadMeter {
  bytes: number;
}

/** Longest line accepted, in characters: a full-depth snapshot is far below. */
const MAX_LINE = 16_777_216;

/** Bytes on disk. @throws {DstaError} REPLAY_UNREADABLE for a missing, unreadable, empty or non-regular file. */
export async function fileSize(file: string): Promise<number> {
  const info = await stat(file).catch((error: unknown) => {
    throw unreadable(file, isMissing(error) ? "the file does not exist" : messageOf(error), undefined, error);
  });
  if (!info.isFile()) throw unreadable(file, "expected a file");
  if (info.size === 0) throw unreadable(file, "the file is empty");
  return info.size;
}

/** The decompressed bytes. Errors of the file or of gzip end the stream; pass them through `readError`. */
export async function openBytes(file: string, meter?: ReadMeter): Promise<Readable> {
  const isGzip = await startsWithGzip(file);
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      if (meter) meter.bytes += chunk.length;
      done(null, chunk);
    },
  });
  // The callback exists because pipeline wants one: the error itself reaches whoever reads the last stream.
  const ended = (): void => undefined;
  return isGzip ? pipeline(createReadStream(file), counter, createGunzip(), ended) : pipeline(createReadStream(file), counter, ended);
}

/** Lines without their ends. @throws {DstaError} REPLAY_UNREADABLE */
export async function* readLines(file: string, meter?: ReadMeter): AsyncGenerator<RecordedLine> {
  const bytes = await openBytes(file, meter);
  const decoder = new StringDecoder("utf8");
  let rest = "";
  let number = 0;
  try {
    for await (const chunk of bytes) {
      const lines = (rest + decoder.write(chunk as Buffer)).split("\n");
      rest = lines.pop() ?? "";
      if (rest.length > MAX_LINE) throw unreadable(file, `the line is longer than ${MAX_LINE} characters`, number + lines.length + 1);
      for (const line of lines) yield { number: ++number, text: trimEnd(line) };
    }
    rest += decoder.end();
    if (rest !== "") yield { number: ++number, text: trimEnd(rest) };
  } catch (error) {
    throw readError(file, error, number);
  } finally {
    bytes.destroy();
  }
}

/** A read or gzip failure as REPLAY_UNREADABLE; one that already is stays. */
export function readError(file: string, error: unknown, linesRead?: number): Error {
  if (isExpected(error) && error.type === "REPLAY_UNREADABLE") return error;
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const why = code.startsWith("Z_") ? `the gzip data is corrupt or cut short (${messageOf(error)})` : messageOf(error);
  return unreadable(file, linesRead ? `${why}, after line ${linesRead}` : why, undefined, error);
}

async function startsWithGzip(file: string): Promise<boolean> {
  try {
    const handle = await open(file);
    try {
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0);
      return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw readError(file, error);
  }
}

function trimEnd(line: string): string {
  return line.endsWith("\r") ? line.slice(0, -1) : line;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
