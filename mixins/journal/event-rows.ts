/** Rows of `dsta.journal` as events, and `EventQuery` as SQL with every value a parameter. */
import type { EventQuery, StoredEvent } from "../../domain/journal/journal.ts";

/** As node-postgres delivers it: bigint columns are texts, jsonb is parsed. */
export interface EventRow {
  readonly stream: string;
  readonly version: string;
  readonly epoch: string;
  readonly position: string;
  readonly at_ms: string;
  readonly schema: number;
  readonly type: string;
  readonly causation_id: string | null;
  readonly correlation_id: string | null;
  readonly data: Record<string, unknown>;
}

const COLUMNS = "stream, version, epoch, position, at_ms, schema, type, causation_id, correlation_id, data";

export const READ_PAGE = `select ${COLUMNS} from dsta.journal where stream = $1 and version > $2 order by version limit $3`;

export const READ_ALL = `select ${COLUMNS} from dsta.journal where position > $1 order by position limit $2`;

export function toEvent(row: EventRow): StoredEvent {
  return {
    stream: row.stream,
    version: Number(row.version),
    epoch: BigInt(row.epoch),
    position: BigInt(row.position),
    type: row.type,
    schema: row.schema,
    atMs: Number(row.at_ms),
    data: row.data,
    ...(row.causation_id === null ? {} : { causationId: row.causation_id }),
    ...(row.correlation_id === null ? {} : { correlationId: row.correlation_id }),
  };
}

/** Keys with an index of their own (see schema.ts); written as constants so that the planner recognises it. */
const INDEXED_KEYS = new Set(["strategyId", "symbol", "orderId"]);

export function querySql(query: EventQuery): { text: string; values: unknown[] } {
  const values: unknown[] = [];
  const bind = (value: unknown): string => `$${values.push(value)}`;
  const conditions: string[] = [];
  const { stream, types, match, fromMs, toMs, before } = query;
  if (stream?.endsWith("/")) {
    // "0" follows "/" in the C collation: the range is every text that begins with the prefix.
    conditions.push(`stream >= ${bind(stream)}`, `stream < ${bind(`${stream.slice(0, -1)}0`)}`);
  } else if (stream !== undefined) conditions.push(`stream = ${bind(stream)}`);
  if (types !== undefined) conditions.push(`type = any(${bind(types)}::text[])`);
  for (const [key, value] of Object.entries(match ?? {})) {
    const column = INDEXED_KEYS.has(key) ? `data ->> '${key}'` : `data ->> ${bind(key)}`;
    // Only texts match: 1 and "1" look alike through ->>.
    conditions.push(`${column} = ${bind(value)}`, `jsonb_typeof(data -> ${bind(key)}) = 'string'`);
  }
  if (fromMs !== undefined) conditions.push(`at_ms >= ${bind(fromMs)}`);
  if (toMs !== undefined) conditions.push(`at_ms < ${bind(toMs)}`);
  if (before !== undefined) conditions.push(`position < ${bind(before)}`);
  // Within one stream both orders are the same, and the primary key gives this one.
  const order = stream !== undefined && !stream.endsWith("/") ? "version desc" : "position desc";
  const where = conditions.length === 0 ? "" : `where ${conditions.join(" and ")}`;
  return { text: `select ${COLUMNS} from dsta.journal ${where} order by ${order} limit ${bind(query.limit)}`, values };
}
