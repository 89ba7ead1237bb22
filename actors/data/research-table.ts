/**
 * The rows of runs as lists show them: what actors announce, else what the journal says. Bounded: the 1,000 rows heard of
 * last are remembered; others are read again.
 */
import { type Feed, subjects } from "../../domain/contract/subjects.ts";
import type { ResearchRun } from "../../domain/contract/views/research.ts";
import type { Journal } from "../../domain/journal/journal.ts";
import { notFound } from "../../domain/kernel/errors.ts";
import { foldRun, LIFE_EVENTS, type RunRecord, runStream } from "../../research/store/run-record.ts";

const KEPT = 1_000;
/** Of one run: each start, end and resumption is one. */
const EVENTS_MAX = 1_000;

export class ResearchTable {
  readonly #journal: Pick<Journal, "query">;
  readonly #rows = new Map<string, ResearchRun>();

  constructor(journal: Pick<Journal, "query">) {
    this.#journal = journal;
  }

  /** Returns its end. */
  follow(feed: Feed): () => void {
    const ways = [
      feed.subscribe(subjects.floor("research"), (row) => this.#keep(row as ResearchRun)),
      feed.onGap((lost) => {
        if (lost.includes(subjects.floor("research"))) this.#rows.clear();
      }),
    ];
    return () => ways.forEach((leave) => leave());
  }

  /** Newest first. */
  async page(limit: number, before: string | undefined): Promise<{ items: ResearchRun[]; next: string | null }> {
    const query = { stream: "research/", types: ["RunSubmitted"], limit };
    const events = await this.#journal.query(before === undefined ? query : { ...query, before: BigInt(before) });
    const items = await Promise.all(events.map(({ data }) => this.row(String(data["id"]))));
    return { items, next: events.length === limit ? String(events.at(-1)!.position) : null };
  }

  /** @throws {DstaError} NOT_FOUND */
  async row(id: string): Promise<ResearchRun> {
    return this.#rows.get(id) ?? this.#keep((await this.record(id)).run);
  }

  /** The record without its trials. @throws {DstaError} NOT_FOUND */
  async record(id: string): Promise<RunRecord> {
    const events = await this.#journal.query({ stream: runStream(id), types: [...LIFE_EVENTS, "RunIdentified"], limit: EVENTS_MAX });
    const record = events.toReversed().reduce<RunRecord | null>(foldRun, null);
    if (record === null) throw notFound("run", id);
    return record;
  }

  #keep(row: ResearchRun): ResearchRun {
    this.#rows.delete(row.id);
    this.#rows.set(row.id, row);
    if (this.#rows.size > KEPT) this.#rows.delete(this.#rows.keys().next().value!);
    return row;
  }
}
