/** The one error of recordings: it names the file and, where there is one, the line. */
import { DstaError } from "../../domain/kernel/errors.ts";

export function unreadable(file: string, why: string, line?: number, cause?: unknown): DstaError {
  const where = line === undefined ? file : `${file}, line ${line}`;
  return new DstaError("REPLAY_UNREADABLE", `${where}: ${why}`, {
    data: { file, expected: why, ...(line === undefined ? {} : { line }) },
    ...(cause === undefined ? {} : { cause }),
  });
}
