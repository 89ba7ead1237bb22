/**
 * What every public event is wrapped in, and the recorded event it is made from. The id is a function of the record,
 * so publishing one again gives the same id: whoever stores or consumes events drops repeats by it.
 */
import { z } from "zod";
import { timeMs } from "../fields.ts";

/** The part of a journal's stored event that publishing needs. */
export interface RecordedEvent {
  /** `execution/sim:main`, `strategy/sma-btc-1` … */
  readonly stream: string;
  readonly version: number;
  readonly position: bigint;
  readonly schema: number;
  readonly type: string;
  readonly atMs: number;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface PublicEvent {
  /** `<stream>:<version>/<subject>`: one record gives at most one event a subject. */
  readonly id: string;
  /** Without the namespace, e.g. `trading.orders` or `fill.BTC-USDT`. */
  readonly subject: string;
  /** Version of the subject's data schema. Members are added within a version; a change of meaning makes a new one. */
  readonly schema: number;
  /** When it happened by the trading clock, UTC ms. */
  readonly atMs: number;
  /** Place in the journal's commit order; digits, since it may pass 2^53. */
  readonly recordedPosition: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Members a reader does not know are left aside, so that a newer writer does not break it. */
export function envelope<T extends z.ZodType>(schema: number, data: T) {
  return z.object({
    id: z.string().min(1).max(500).meta({ description: "The same for every repeat of this event" }),
    subject: z.string().min(1).max(300),
    schema: z.literal(schema),
    atMs: timeMs,
    recordedPosition: z.string().regex(/^\d{1,20}$/, "expected digits"),
    data,
  });
}
