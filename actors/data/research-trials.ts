/**
 * Trials of a search that is not over, as its journal has them: in the order they finished, judged by the search's own
 * wishes. Whoever watches asks for what is new once a second, so the places of trials in the stream are remembered: of the
 * 100 searches asked about last, one place in 500 trials.
 */
import type { ResearchTrial } from "../../domain/contract/views/research.ts";
import type { Journal } from "../../domain/journal/journal.ts";
import { invalid } from "../../domain/kernel/errors.ts";
import { createJudge, type Judge } from "../../domain/optimization/objective.ts";
import type { TrialRecord } from "../../research/jobs/job.ts";
import { told } from "../../research/jobs/search-run.ts";
import { type RunRecord, runStream } from "../../research/store/run-record.ts";

/** Trials before the record with the version above `afterVersion`. */
interface Place {
  readonly afterVersion: number;
  readonly count: number;
}

const SEARCHES_KEPT = 100;
const PLACE_EVERY = 500;

export class SearchTrials {
  readonly #journal: Pick<Journal, "read">;
  readonly #places = new Map<string, Place[]>();

  constructor(journal: Pick<Journal, "read">) {
    this.#journal = journal;
  }

  /** `total` is of those finished so far; which of them no other dominates is known at the end. */
  async page({ job, run }: RunRecord, from: number, limit: number): Promise<{ items: ResearchTrial[]; total: number }> {
    if (job.kind !== "optimize") throw invalid("id", "a search: other runs have no trials", run.id);
    const judge = createJudge(job.spec);
    const places = this.#placesOf(run.id);
    const start = places.findLast(({ count }) => count <= from)!;
    const items: ResearchTrial[] = [];
    let total = start.count;
    for await (const { type, data, version } of this.#journal.read(runStream(run.id), start.afterVersion)) {
      if (type !== "TrialsFinished") continue;
      for (const record of data["records"] as readonly TrialRecord[]) {
        if (record.part !== "train") continue;
        if (total >= from && items.length < limit) items.push(rowOf(record, judge));
        total++;
      }
      if (total - places.at(-1)!.count >= PLACE_EVERY) places.push({ afterVersion: version, count: total });
    }
    return { items, total };
  }

  #placesOf(id: string): Place[] {
    const places = this.#places.get(id) ?? [{ afterVersion: 0, count: 0 }];
    this.#places.delete(id);
    this.#places.set(id, places);
    if (this.#places.size > SEARCHES_KEPT) this.#places.delete(this.#places.keys().next().value!);
    return places;
  }
}

function rowOf(record: TrialRecord, judge: Judge): ResearchTrial {
  const { trial, fold, params, state, reason, metrics } = record;
  const { objectives, feasible } = told(state, metrics, judge);
  return { trial, fold, params, state, reason, metrics, objectives: [...objectives], feasible, onFront: false };
}
