/** One message on its way to an actor: what is said, how important it is, and who waits for the answer. */

export interface Envelope {
  readonly name: string;
  params: unknown;
  readonly lane: "control" | "market";
  /** Null for a tell. */
  readonly resolve: ((value: unknown) => void) | null;
  readonly reject: ((error: unknown) => void) | null;
  /** By the system clock; 0 for none. */
  readonly deadlineMs: number;
  /** A conflated subscription's slot: emptied when taken. */
  readonly slot: { pending: Envelope | null } | null;
}

export function tellEnvelope(name: string, params: unknown, lane: "control" | "market", slot: Envelope["slot"]): Envelope {
  return { name, params, lane, resolve: null, reject: null, deadlineMs: 0, slot };
}
