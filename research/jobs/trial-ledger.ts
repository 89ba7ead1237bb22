/**
 * The finished trials of a job: those of an earlier process, and those that finish now, which are on the checkpoint
 * before anybody counts them. Bounded by the trials that the spec allows.
 */
import { DstaError } from "../../domain/kernel/errors.ts";
import type { CheckpointLog, TrialRecord } from "./job.ts";

type Place = Pick<TrialRecord, "fold" | "part" | "trial">;

export class TrialLedger {
  readonly #log: CheckpointLog;
  readonly #earlier: Map<string, TrialRecord>;

  private constructor(log: CheckpointLog, earlier: Map<string, TrialRecord>) {
    this.#log = log;
    this.#earlier = earlier;
  }

  /** @throws {DstaError} CHECKPOINT_DAMAGED, also when a trial is there twice */
  static async open(log: CheckpointLog): Promise<TrialLedger> {
    const earlier = new Map<string, TrialRecord>();
    for (const record of await log.load()) {
      const key = keyOf(record);
      if (earlier.has(key)) throw new DstaError("CHECKPOINT_DAMAGED", `trial ${key} is there twice`, { data: { trial: key } });
      earlier.set(key, record);
    }
    return new TrialLedger(log, earlier);
  }

  /** Trials of an earlier process, in the order of their numbers; they are the caller's from here on. */
  takeTrained(fold: number | null): readonly TrialRecord[] {
    const taken = [...this.#earlier].filter(([, record]) => record.fold === fold && record.part === "train");
    for (const [key] of taken) this.#earlier.delete(key);
    return taken.map(([, record]) => record).toSorted((a, b) => a.trial - b.trial);
  }

  before(place: Place): TrialRecord | null {
    return this.#earlier.get(keyOf(place)) ?? null;
  }

  append(records: readonly TrialRecord[]): Promise<void> {
    return this.#log.append(records);
  }
}

function keyOf({ fold, part, trial }: Place): string {
  return `${part}/${fold ?? "all"}/${trial}`;
}
