/** Quarantine of a process that keeps nothing: floors in simulation. */
import type { Quarantine, QuarantineRecord } from "./quarantine.ts";

export class MemoryQuarantine implements Quarantine {
  readonly #records = new Map<string, QuarantineRecord>();

  of(actorId: string): Promise<QuarantineRecord | null> {
    return Promise.resolve(this.#records.get(actorId) ?? null);
  }

  put(record: QuarantineRecord): Promise<void> {
    this.#records.set(record.actorId, record);
    return Promise.resolve();
  }

  clear(actorId: string): Promise<void> {
    this.#records.delete(actorId);
    return Promise.resolve();
  }
}
