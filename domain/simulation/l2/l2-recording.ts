/** A recorded order book as a backtest is given it: the messages, and what must be known to follow them. */
import type { SequenceRules } from "../../book/sequencer.ts";
import type { Order } from "../../order/order.ts";
import type { L2Table } from "./l2-table.ts";

export interface L2Recording {
  readonly table: L2Table;
  /** The venue's continuity rules, those the table names. */
  readonly rules: SequenceRules;
  /** Silence after which the book is not trusted, ms. */
  readonly staleAfterMs: number;
  /** Told of every new state of every order. */
  readonly onOrder?: (order: Order) => void;
}
