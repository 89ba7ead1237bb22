/**
 * When an order whose outcome is unknown is looked up again, and when a person is called. Pure; not journaled: after a
 * restart the schedule begins anew, at once.
 */

export interface LookupPolicy {
  /** Waits between look-ups; the last one repeats. */
  readonly delaysMs: readonly number[];
  /** Unknown for this long: a person is called, once. The look-ups go on. */
  readonly escalateAfterMs: number;
  /** An order the venue does not know is given up only when it was submitted longer ago than this. */
  readonly arrivalGraceMs: number;
}

interface Entry {
  readonly sinceMs: number;
  attempts: number;
  nextAtMs: number;
  asked: boolean;
  escalated: boolean;
}

export class LookupSchedule {
  readonly #policy: LookupPolicy;
  readonly #entries = new Map<string, Entry>();

  constructor(policy: LookupPolicy) {
    this.#policy = policy;
  }

  /** Orders to ask for now; each is then waited for until `answered`. */
  due(unknownIds: readonly string[], nowMs: number): string[] {
    const unknown = new Set(unknownIds);
    for (const id of this.#entries.keys()) if (!unknown.has(id)) this.#entries.delete(id);
    for (const id of unknownIds) {
      if (!this.#entries.has(id))
        this.#entries.set(id, { sinceMs: nowMs, attempts: 0, nextAtMs: nowMs + this.#policy.delaysMs[0]!, asked: false, escalated: false });
    }
    const due = [...this.#entries].filter(([, entry]) => !entry.asked && entry.nextAtMs <= nowMs);
    for (const [, entry] of due) entry.asked = true;
    return due.map(([id]) => id);
  }

  /** The look-up came back without resolving the order. */
  answered(orderId: string, nowMs: number): void {
    const entry = this.#entries.get(orderId);
    if (!entry) return;
    entry.asked = false;
    entry.attempts++;
    const { delaysMs } = this.#policy;
    entry.nextAtMs = nowMs + delaysMs[Math.min(entry.attempts, delaysMs.length - 1)]!;
  }

  /** Orders unknown for too long, each named once. */
  escalate(nowMs: number): string[] {
    const late = [...this.#entries].filter(([, entry]) => !entry.escalated && nowMs - entry.sinceMs >= this.#policy.escalateAfterMs);
    for (const [, entry] of late) entry.escalated = true;
    return late.map(([id]) => id);
  }
}
