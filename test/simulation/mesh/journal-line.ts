/**
 * The journal as one process reaches it: a request and its answer take their time, either can be lost while the line is
 * down, and who gets no answer in time is told JOURNAL_UNAVAILABLE with the outcome unknown. Requests overtake each other.
 */
import type { Journal } from "../../../domain/journal/journal.ts";
import { journalUnavailable } from "../../../domain/journal/refusals.ts";
import type { SimProcess, SimTime } from "./sim-time.ts";

const TIMEOUT_MS = 800;

export interface JournalLineOptions {
  readonly process: SimProcess;
  readonly time: SimTime;
  /** One way. */
  readonly latencyMs: () => number;
  readonly isDown: () => boolean;
}

export function journalLine(journal: Journal, { process, time, latencyMs, isDown }: JournalLineOptions): Journal {
  const request = <T>(work: () => Promise<T>): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      const cancel = process.clock.after(TIMEOUT_MS, () => reject(journalUnavailable("no answer in time")));
      const answer = (settle: () => void): void => {
        time.after(latencyMs(), () => {
          if (isDown()) return;
          process.input(() => {
            cancel();
            settle();
          });
        });
      };
      time.after(latencyMs(), () => {
        if (isDown()) return;
        work().then(
          (value) => answer(() => resolve(value)),
          (error: unknown) => answer(() => reject(error instanceof Error ? error : new Error(String(error)))),
        );
      });
    });
  return {
    fence: (stream, epoch) => request(() => journal.fence(stream, epoch)),
    highestEpoch: () => request(() => journal.highestEpoch()),
    append: (stream, epoch, version, events) => request(() => journal.append(stream, epoch, version, events)),
    async *read(stream, afterVersion) {
      yield* await request(() => all(journal.read(stream, afterVersion)));
    },
    readAll: (afterPosition, limit) => request(() => journal.readAll(afterPosition, limit)),
    onAppended: (listener) => journal.onAppended(listener),
    query: (query) => request(() => journal.query(query)),
    saveSnapshot: (stream, version, state) => request(() => journal.saveSnapshot(stream, version, state)),
    loadSnapshot: (stream) => request(() => journal.loadSnapshot(stream)),
    health: () => journal.health(),
  };
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}
