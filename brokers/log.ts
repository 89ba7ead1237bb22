/**
 * The log: JSON lines in `<data folder>/logs/dsta.log`, rotated at 10 MB with 5 old files kept, so it cannot fill the
 * disk. With `--json-log` the same lines go to standard output, for containers. Secrets are never logged: what could
 * hold one (headers, tokens, passwords, URLs with credentials) is redacted by path.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import pino, { type Logger } from "pino";
import { createStream, type RotatingFileStream } from "rotating-file-stream";

export interface Log {
  readonly logger: Logger;
  /** One line, with what was thrown. */
  readonly line: (level: "debug" | "info" | "warn" | "error", text: string, error?: unknown) => void;
  close(): Promise<void>;
}

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
  const file: RotatingFileStream = createStream("dsta.log", { path: directory, size: "10M", maxFiles: 5 });
  // A full disk must not end trading: the journal decides about that, a log line may be lost.
  file.on("error", () => undefined);
  const streams = [
    { level, stream: file as NodeJS.WritableStream },
    ...(toStdout ? [{ level, stream: process.stdout as NodeJS.WritableStream }] : []),
  ];
  const logger = pino(
    { level, redact: { paths: REDACTED, censor: "[hidden]" }, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    pino.multistream(streams as pino.StreamEntry[]),
  );
  return {
    logger,
    line: (lineLevel, text, error) => logger[lineLevel](error === undefined ? {} : { err: error }, text),
    close: () => new Promise((resolve) => file.end(resolve)),
  };
}
