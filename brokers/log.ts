/**
 * The log: JSON lines in `<data folder>/logs/dsta.log`, rotated at 10 MB with 5 old files kept, so it cannot fill the
 * disk. With `--json-log` the same lines go to standard output, for containers. Secrets are never logged: what could
 * hold one (headers, tokens, passwords, URLs with credentials) is redacted by path.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import pino, { type Logger } from "pino";
import { createStream, type RotatingFileStream } from "rotating-file-stream";
import { elapsedMs } from "./system-ports.ts";

export interface Log {
  readonly logger: Logger;
  /** One line, with what was thrown. */
  readonly line: (level: "debug" | "info" | "warn" | "error", text: string, error?: unknown) => void;
  close(): Promise<void>;
}

const REOPEN_MS = 1_000;

const REDACTED = [
  "password",
  "*.password",
  "token",
  "*.token",
  "accessToken",
  "*.accessToken",
  "refreshToken",
  "*.refreshToken",
  "authorization",
  "*.authorization",
  "headers.authorization",
  "headers.cookie",
  "url",
  "*.databaseUrl",
];

export function openLog(folder: string, level: string, toStdout: boolean): Log {
  const directory = join(folder, "logs");
  mkdirSync(directory, { recursive: true });
  const file = new LogFile(directory);
  const streams = [{ level, stream: file }, ...(toStdout ? [{ level, stream: process.stdout as NodeJS.WritableStream }] : [])];
  const logger = pino(
    { level, redact: { paths: REDACTED, censor: "[hidden]" }, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    pino.multistream(streams as pino.StreamEntry[]),
  );
  return {
    logger,
    line: (lineLevel, text, error) => logger[lineLevel](error === undefined ? {} : { err: error }, text),
    close: () => file.close(),
  };
}

/**
 * A full disk must not end trading: the journal decides about that, a log line may be lost. But a stream that failed once
 * writes nothing any more, so it is opened again with a later line, at most once a second.
 */
class LogFile {
  readonly #directory: string;
  #stream: RotatingFileStream;
  #openedMs = 0;

  constructor(directory: string) {
    this.#directory = directory;
    this.#stream = this.#open();
  }

  write(line: string): void {
    const isOver = this.#stream.destroyed || this.#stream.errored !== null;
    if (isOver && elapsedMs() - this.#openedMs < REOPEN_MS) return;
    if (isOver) this.#stream = this.#open();
    this.#stream.write(line);
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#stream.destroyed) resolve();
      else this.#stream.end(() => resolve());
    });
  }

  #open(): RotatingFileStream {
    this.#openedMs = elapsedMs();
    const stream = createStream("dsta.log", { path: this.#directory, size: "10M", maxFiles: 5 });
    stream.on("error", () => undefined);
    return stream;
  }
}
