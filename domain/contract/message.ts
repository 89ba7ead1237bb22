/**
 * Messages as values: who is spoken to (a kind of actor), what is said, whether an answer is expected, and what the
 * message is allowed to suffer. Senders write `ask(positionsMessages.view, id, params)`, never a string name.
 */
import type { z } from "zod";

/**
 * `control` messages are never dropped: a full control lane makes the actor fail, and it recovers from the journal.
 * `market` messages are refused when the lane is full, and counted as dead letters.
 */
export type Lane = "control" | "market";

export interface MessageContract<P, R> {
  readonly kind: string;
  readonly name: string;
  readonly lane: Lane;
  /** Checked when the message comes from outside the process (REPL, REST, another node); null for internal ones. */
  readonly schema: z.ZodType | null;
  /** Types only. */
  readonly params?: P;
  readonly result?: R;
}

export type MessageMap = Readonly<Record<string, MessageContract<unknown, unknown>>>;
export type ParamsOf<M> = M extends { readonly params?: infer P } ? Exclude<P, undefined> : never;
export type ResultOf<M> = M extends { readonly result?: infer R } ? R : never;

/** A message that anybody may send through the mesh; its key fields are part of `schema`. */
export function exposed<P, R>(kind: string, name: string, schema: z.ZodType): MessageContract<P, R> {
  return { kind, name, lane: "control", schema };
}

/** A message between actors; not an action of the mesh. */
export function internal<P, R = void>(kind: string, name: string, lane: Lane = "control"): MessageContract<P, R> {
  return { kind, name, lane, schema: null };
}
