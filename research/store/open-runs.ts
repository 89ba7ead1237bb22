/**
 * Which runs are still to be carried on: those whose newest record of their life is not an end. Reads the journal newest
 * first, at the first look as far back as 10,000 such records, afterwards only what is new. A run that waits for longer than
 * that many others took is not found here; it goes on when somebody asks for it.
 */
import type { ResearchRun } from "../../domain/contract/views/research.ts";
import type { Journal, StoredEvent } from "../../domain/journal/journal.ts";
import { LIFE_EVENTS } from "./run-record.ts";

const PAGE = 200;
const PAGES_MAX = 50;
const ENDS: ReadonlySet<string> = new Set(["RunEnded", "RunFailed", "RunCancelled", "RunInterrupted"]);

export class OpenRuns {
  readonly #journal: Pick<Journal, "query">;
  readonly #open = new Set<ResearchRun["id"]>();
  #newest = 0n;
  #reading: Promise<void> | null = null;

  constructor(journal: Pick<Journal, "query">) {
    this.#journal = journal;
  }

  /** Ids, oldest first. @throws {DstaError} JOURNAL_UNAVAILABLE */
  async ids(): Promise<readonly string[]> {
    this.#reading ??= this.#read().finally(() => (this.#reading = null));
    await this.#reading;
    return [...this.#open];
  }

  async #read(): Promise<void> {
    const news: StoredEvent[] = [];
    for (let page = 0; page < PAGES_MAX; page++) {
      const before = news.at(-1)?.position;
      const query = { stream: "research/", types: LIFE_EVENTS, limit: PAGE };
      const events = await this.#journal.query(before === undefined ? query : { ...query, before });
      const fresh = events.filter(({ position }) => position > this.#newest);
      news.push(...fresh);
      if (fresh.length < PAGE) break;
    }
    for (const { stream, type } of news.toReversed()) {
      const id = stream.slice("research/".length);
      if (ENDS.has(type)) this.#open.delete(id);
      else this.#open.add(id);
    }
    this.#newest = news[0]?.position ?? this.#newest;
  }
}
