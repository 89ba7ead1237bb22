/** Messages of the order book of one market. */
import { z } from "zod";
import type { BookTop, ConnectionState } from "../../market/events.ts";
import { exposed, internal } from "../message.ts";
import type { BookView } from "../views.ts";
import { ofMarket, type Outcome } from "./keys.ts";

/** Best prices for people: decimals as text. */
export interface TopView {
  readonly venue: string;
  readonly symbol: string;
  readonly quality: string;
  readonly updateId: number;
  readonly bid: string;
  readonly bidQuantity: string;
  readonly ask: string;
  readonly askQuantity: string;
  readonly ageMs: number;
}

export const bookMessages = {
  top: exposed<{ venue: string; symbol: string }, TopView>("book", "top", ofMarket),
  depth: exposed<{ venue: string; symbol: string; depth: number }, BookView>(
    "book",
    "depth",
    ofMarket.extend({ depth: z.coerce.number().int().min(1).max(5_000).default(50) }),
  ),
  topNow: internal<Record<string, never>, BookTop>("book", "topNow"),
  frame: internal<{ readonly text: string; readonly receivedAtMs: number }>("book", "frame", "market"),
  snapshotArrived: internal<Outcome<string>>("book", "snapshotArrived"),
  retrySnapshot: internal<null>("book", "retrySnapshot"),
  connection: internal<ConnectionState>("book", "connection"),
  watch: internal<null>("book", "watch"),
} as const;
