/** A message on its way from this node to an actor elsewhere, and the line of messages for that one actor. */
import type { Envelope } from "../hosted/envelope.ts";
import { ASK } from "./message-frame.ts";

/** The actor turned out to belong to this node. */
export const HERE = "here";

/** The way to the actors of one area on one node. */
export interface Outlet {
  readonly node: string;
  /** Given to it and not taken there yet. */
  readonly waiting: number;
  /** False when it is full. */
  offer(item: Item): boolean;
  /** Sent at most once. False when it cannot be sent now. */
  offerUnnumbered(item: Pick<Item, "flags" | "bytes">): boolean;
  /** Sends what was offered. */
  flush(): void;
}

export type Target = Outlet | typeof HERE;

export interface Item {
  readonly flow: Flow;
  readonly envelope: Envelope;
  readonly bytes: Uint8Array;
  /** Of all messages this node ever sent: what comes back goes out again in this order. */
  readonly order: number;
  /** ASK, MARKET, AFTER_DETOUR of message-frame.ts. */
  flags: number;
  /** Since when it waits for somebody to take it; 0 while it never had to. */
  waitingSinceMs: number;
}

/** The messages for one actor, in order. */
export interface Flow {
  readonly kind: string;
  readonly id: string;
  readonly actorId: string;
  /** Where the outstanding ones went. */
  target: Target | null;
  /** Given to `target` and neither taken nor refused. */
  outstanding: number;
  /** Came back; they go out again, before those waiting, once nothing is outstanding. */
  returned: Item[];
  waiting: Item[];
  /** Refused in a row. */
  refusals: number;
  notBeforeMs: number;
  /** Named by the last refusal, tried once. */
  hint: string | null;
  /** The next one sent tells the receiver that its refusals have been dealt with. */
  isAfterDetour: boolean;
  isPumping: boolean;
}

export function isAsk(item: Item): boolean {
  return (item.flags & ASK) !== 0;
}

/** Nobody waits for its answer any more. */
export function isOverdue(item: Item, nowMs: number): boolean {
  return item.envelope.deadlineMs > 0 && nowMs > item.envelope.deadlineMs;
}
