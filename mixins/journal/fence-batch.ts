/** One batch of take-overs as one statement: thousands of actors waking on a node do not cost a commit each. */
import type pg from "pg";
import type { StreamHead } from "../../domain/journal/journal.ts";
import type { HeadRow } from "./append-batch.ts";
import type { Outcome } from "./commit-lane.ts";

const MAX_FENCES = 1_024;

const FENCE = `
  insert into dsta.head as h (stream, epoch, base, version)
  select stream, 1, 0, 0 from unnest($1::text[]) as f (stream) order by stream
  on conflict (stream) do update set epoch = h.epoch + 1
  returning stream, epoch, version`;

/** A stream named twice waits for the next batch: each caller gets an epoch of its own. */
export function pickFences(queue: readonly string[]): { taken: number; deferred: Set<number> } {
  const deferred = new Set<number>();
  const streams = new Set<string>();
  const taken = Math.min(queue.length, MAX_FENCES);
  for (let index = 0; index < taken; index++) {
    if (streams.has(queue[index]!)) deferred.add(index);
    streams.add(queue[index]!);
  }
  return { taken, deferred };
}

/** Repeating after a lost answer raises the epoch once more, which harms nobody. */
export async function executeFences(client: pg.Client, batch: readonly string[]): Promise<readonly Outcome<StreamHead>[]> {
  const { rows } = await client.query<HeadRow>({ name: "dsta-fence", text: FENCE, values: [batch] });
  const heads = new Map(rows.map((row) => [row.stream, { epoch: BigInt(row.epoch), version: Number(row.version) }]));
  return batch.map((stream) => ({ done: heads.get(stream)! }));
}
