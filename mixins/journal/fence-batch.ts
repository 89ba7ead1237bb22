/** One batch of take-overs as one statement of each sort: thousands of actors waking on a node do not cost a commit each. */
import type pg from "pg";
import type { StreamHead } from "../../domain/journal/journal.ts";
import { fenced } from "../../domain/journal/refusals.ts";
import { HEADS, type HeadRow } from "./append-batch.ts";
import type { Outcome } from "./commit-lane.ts";

export interface Fence {
  readonly stream: string;
  /** Of the caller's lease; null raises the stream's by one. */
  readonly epoch: bigint | null;
}

const MAX_FENCES = 1_024;

/** With a lease's epoch. Sorted as every statement that locks heads, so that nodes never wait for each other in a circle. */
const FENCE_AT = `
  insert into dsta.head as h (stream, epoch, base, version)
  select stream, epoch, 0, 0 from unnest($1::text[], $2::bigint[]) as f (stream, epoch) order by stream
  on conflict (stream) do update set epoch = excluded.epoch where h.epoch <= excluded.epoch
  returning stream, epoch, version`;

/** Without a lease: one above what the stream has. */
const FENCE_NEXT = `
  insert into dsta.head as h (stream, epoch, base, version)
  select stream, 1, 0, 0 from unnest($1::text[]) as f (stream) order by stream
  on conflict (stream) do update set epoch = h.epoch + 1
  returning stream, epoch, version`;

/** A stream named twice waits for the next batch: each caller gets an epoch of its own. */
export function pickFences(queue: readonly Fence[]): { taken: number; deferred: Set<number> } {
  const deferred = new Set<number>();
  const streams = new Set<string>();
  const taken = Math.min(queue.length, MAX_FENCES);
  for (let index = 0; index < taken; index++) {
    const { stream } = queue[index]!;
    if (streams.has(stream)) deferred.add(index);
    streams.add(stream);
  }
  return { taken, deferred };
}

/** Repeating after a lost answer gives the same epoch, or raises it once more where there is no lease: which harms nobody. */
export async function executeFences(client: pg.Client, batch: readonly Fence[]): Promise<readonly Outcome<StreamHead>[]> {
  const leased = batch.filter((fence) => fence.epoch !== null);
  const others = batch.filter((fence) => fence.epoch === null);
  const rows: HeadRow[] = [];
  if (leased.length > 0) {
    const values = [leased.map(({ stream }) => stream), leased.map(({ epoch }) => epoch)];
    rows.push(...(await client.query<HeadRow>({ name: "dsta-fence-at", text: FENCE_AT, values })).rows);
  }
  if (others.length > 0) {
    const values = [others.map(({ stream }) => stream)];
    rows.push(...(await client.query<HeadRow>({ name: "dsta-fence-next", text: FENCE_NEXT, values })).rows);
  }
  const passed = new Map(rows.map((row) => [row.stream, headOf(row)]));
  const refused = batch.filter(({ stream }) => !passed.has(stream)).map(({ stream }) => stream);
  const heads = refused.length === 0 ? [] : (await client.query<HeadRow>(HEADS, [refused])).rows;
  const above = new Map(heads.map((row) => [row.stream, headOf(row)]));
  return batch.map(({ stream, epoch }) => {
    const head = passed.get(stream);
    return head ? { done: head } : { failed: fenced(stream, epoch ?? 0n, above.get(stream)!) };
  });
}

function headOf(row: HeadRow): StreamHead {
  return { epoch: BigInt(row.epoch), version: Number(row.version) };
}
