/**
 * One batch of appends: all at once where every stream stands as expected (copy-append.ts), which is nearly always; else
 * as one SQL statement that lets the good ones pass, and the diagnosis of those it refused.
 *
 * Appends to one stream that continue each other form a group (all or none); a group passes when the stream's head
 * has an epoch not above its own and exactly its base version. Streams are locked in one order over all nodes, and a
 * lock held until commit makes positions follow commit order.
 * Repeating is safe: a refused append whose very events already stand at its versions under its epoch was committed
 * by an attempt whose answer got lost, and is acknowledged.
 */
import type pg from "pg";
import type { NewEvent, StreamHead } from "../../domain/journal/journal.ts";
import { fenced, versionConflict } from "../../domain/journal/refusals.ts";
import type { Append } from "./append.ts";
import type { Outcome } from "./commit-lane.ts";
import { copyAppends } from "./copy-append.ts";
import { ORDER_LOCK } from "./schema.ts";

/** As node-postgres delivers it: bigint columns are texts. */
export interface HeadRow {
  readonly stream: string;
  readonly epoch: string;
  readonly version: string;
}

interface Group {
  readonly stream: string;
  readonly epoch: bigint;
  readonly base: number;
  version: number;
  /** Indexes into the batch. */
  readonly members: number[];
}

/** Keeps a batch's transaction short: other nodes wait for its order lock. */
const MAX_APPENDS = 256;
const MAX_EVENTS = 4_096;
const MAX_BYTES = 4 * 1024 * 1024;

const EVENT_COLUMNS = "stream, version, epoch, type, schema, at_ms, causation_id, correlation_id, data";
const EVENT_TYPES = ["text", "bigint", "bigint", "text", "smallint", "bigint", "text", "text", "text"];
const UNNESTED = (first: number): string => EVENT_TYPES.map((type, index) => `$${first + index}::${type}[]`).join(", ");

const APPEND = `
  with passed as (
    insert into dsta.head as h (stream, epoch, base, version)
    select g.stream, g.epoch, g.base, g.version
    from unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[]) as g (stream, epoch, base, version)
    left join dsta.head t on t.stream = g.stream
    where g.base = 0 or t.stream is not null
    order by g.stream
    on conflict (stream) do update set epoch = excluded.epoch, base = excluded.base, version = excluded.version
    where h.epoch <= excluded.epoch and h.version = excluded.base
    returning h.stream
  ),
  gate as materialized (select pg_advisory_xact_lock(${ORDER_LOCK}) from (select count(*) from passed) as every),
  written as (
    insert into dsta.journal (${EVENT_COLUMNS})
    select e.stream, e.version, e.epoch, e.type, e.schema, e.at_ms, nullif(e.causation_id, ''), nullif(e.correlation_id, ''), e.data::jsonb
    from unnest(${UNNESTED(5)}) with ordinality as e (${EVENT_COLUMNS}, number)
    join passed on passed.stream = e.stream cross join gate
    order by e.number
  )
  select stream from passed`;

/** Of the streams named. */
export const HEADS = "select stream, epoch, version from dsta.head where stream = any($1::text[])";

const ALREADY_THERE = `
  select e.number::int - 1 as index
  from unnest(${UNNESTED(1)}) with ordinality as e (${EVENT_COLUMNS}, number)
  join dsta.journal j on j.stream = e.stream and j.version = e.version
  where j.epoch = e.epoch and j.type = e.type and j.schema = e.schema and j.at_ms = e.at_ms and j.data = e.data::jsonb
    and coalesce(j.causation_id, '') = e.causation_id and coalesce(j.correlation_id, '') = e.correlation_id`;

/** Takes appends from the front; one that does not continue its stream's last taken one waits, with all behind it. */
export function pickAppends(queue: readonly Append[]): { taken: number; deferred: Set<number> } {
  const deferred = new Set<number>();
  const ends = new Map<string, { epoch: bigint; version: number } | "waits">();
  let [appends, events, bytes, taken] = [0, 0, 0, 0];
  for (const append of queue) {
    if (appends === MAX_APPENDS || deferred.size === MAX_APPENDS) break;
    if (appends > 0 && (events + append.events.length > MAX_EVENTS || bytes + append.sizeBytes > MAX_BYTES)) break;
    const end = ends.get(append.stream);
    const continues = end === undefined || (end !== "waits" && end.epoch === append.epoch && end.version === append.base);
    if (continues) {
      ends.set(append.stream, { epoch: append.epoch, version: append.base + append.events.length });
      appends += 1;
      events += append.events.length;
      bytes += append.sizeBytes;
    } else {
      ends.set(append.stream, "waits");
      deferred.add(taken);
    }
    taken += 1;
  }
  return { taken, deferred };
}

/** Writes the batch; the outcome of each append in the batch's order, `done` with its new version. */
export async function executeAppends(client: pg.Client, batch: readonly Append[]): Promise<readonly Outcome<number>[]> {
  const groups = groupByStream(batch);
  const heads = [
    textArray(groups.map(({ stream }) => stream)),
    numberArray(groups.map(({ epoch }) => epoch)),
    numberArray(groups.map(({ base }) => base)),
    numberArray(groups.map(({ version }) => version)),
  ];
  const outcomes: Outcome<number>[] = batch.map((append) => ({ done: append.base + append.events.length }));
  if (await copyAppends(client, heads, batch)) return outcomes;
  const values = [...heads, ...eventColumns(batch)];
  const { rows } = await client.query<{ stream: string }>({ name: "dsta-append", text: APPEND, values });
  if (rows.length < groups.length) {
    const passed = new Set(rows.map(({ stream }) => stream));
    const refused = groups.filter(({ stream }) => !passed.has(stream));
    await diagnose(client, batch, refused, outcomes);
  }
  return outcomes;
}

function groupByStream(batch: readonly Append[]): Group[] {
  const groups = new Map<string, Group>();
  batch.forEach((append, index) => {
    let group = groups.get(append.stream);
    if (!group) {
      group = { stream: append.stream, epoch: append.epoch, base: append.base, version: append.base, members: [] };
      groups.set(append.stream, group);
    }
    group.version += append.events.length;
    group.members.push(index);
  });
  return [...groups.values()];
}

async function diagnose(
  client: pg.Client,
  batch: readonly Append[],
  refused: readonly Group[],
  outcomes: Outcome<number>[],
): Promise<void> {
  const streams = refused.map(({ stream }) => stream);
  const { rows } = await client.query<HeadRow>(HEADS, [streams]);
  const heads = new Map(rows.map((row) => [row.stream, { epoch: BigInt(row.epoch), version: Number(row.version) }]));
  const suspects = refused.flatMap(({ members }) => members.map((index) => batch[index]!));
  const there = await client.query<{ index: number }>(ALREADY_THERE, eventColumns(suspects));
  const found = new Set(there.rows.map(({ index }) => index));
  let next = 0;
  for (const group of refused) {
    const head = heads.get(group.stream) ?? { epoch: 0n, version: 0 };
    // Where the stream would stand when those before in the group have had their turn; null once one of them failed.
    let cursor: number | null = head.version;
    for (const index of group.members) {
      const append = batch[index]!;
      const repeated = append.events.every((_, offset) => found.has(next + offset));
      next += append.events.length;
      const outcome = judge(append, head, repeated, cursor);
      outcomes[index] = outcome;
      if (outcome === "again") cursor = append.base + append.events.length;
      else if ("failed" in outcome) cursor = null;
    }
  }
}

function judge(append: Append, head: StreamHead, repeated: boolean, cursor: number | null): Outcome<number> {
  if (append.epoch < head.epoch) return { failed: fenced(append.stream, append.epoch, head) };
  if (repeated) return { done: append.base + append.events.length };
  // Refused only because appends before it in the group were already there: it stands on its own next time.
  if (append.base === cursor) return "again";
  return { failed: versionConflict(append.stream, append.base, head) };
}

/** Columns of all events, one array literal each: what `unnest` turns back into rows. An absent id is an empty text. */
function eventColumns(appends: readonly Append[]): string[] {
  const streams: string[] = [];
  const versions: number[] = [];
  const epochs: bigint[] = [];
  const events: NewEvent[] = [];
  const texts: string[] = [];
  for (const append of appends) {
    for (let index = 0; index < append.events.length; index++) {
      streams.push(append.stream);
      versions.push(append.base + index + 1);
      epochs.push(append.epoch);
      events.push(append.events[index]!);
      texts.push(append.texts[index]!);
    }
  }
  return [
    textArray(streams),
    numberArray(versions),
    numberArray(epochs),
    textArray(events.map(({ type }) => type)),
    numberArray(events.map(({ schema }) => schema)),
    numberArray(events.map(({ atMs }) => atMs)),
    textArray(events.map(({ causationId }) => causationId ?? "")),
    textArray(events.map(({ correlationId }) => correlationId ?? "")),
    textArray(texts),
  ];
}

function numberArray(values: readonly (number | bigint)[]): string {
  return `{${values.join(",")}}`;
}

/**
 * A PostgreSQL array literal, escaped in one pass over the whole column (node-postgres escapes element by element, which
 * cost half of the append's time here). The separator is a control character: names have none, JSON texts escape them.
 */
function textArray(values: readonly string[]): string {
  return values.length === 0 ? "{}" : `{"${values.join("\u0001").replace(/["\\]/g, "\\$&").replaceAll("\u0001", '","')}"}`;
}
