/**
 * A batch of the same work on reminders as one or two statements, each safe to repeat. Rows whose epoch is above the
 * caller's stay untouched, and the caller is told FENCED.
 */
import type pg from "pg";
import type { Outcome } from "../journal/commit-lane.ts";
import { reminderFenced, REMINDERS_PER_ACTOR, remindersFull } from "./accept.ts";
import type { Reminder } from "./reminders.ts";

interface Owner {
  readonly kind: string;
  readonly id: string;
  readonly epoch: bigint;
}

interface Setting extends Owner {
  readonly work: "set";
  readonly name: string;
  readonly dueMs: number;
  readonly message: string;
  readonly paramsText: string;
}

/** With a due time: only if it still has that one. */
interface Dropping extends Owner {
  readonly work: "drop";
  readonly name: string;
  readonly dueMs: number | null;
}

interface Taking extends Owner {
  readonly work: "take";
}

export type ReminderWork = Setting | Dropping | Taking;
type Outcomes = readonly Outcome<readonly Reminder[]>[];

interface ReminderRow {
  readonly actor_kind: string;
  readonly actor_id: string;
  readonly name: string;
  readonly due_ms: string;
  readonly message: string;
  readonly params: unknown;
  readonly epoch: string;
}

const MAX_BATCH = 256;
const KEY = "r.actor_kind = w.kind and r.actor_id = w.id and r.name = w.name";

/** The bound counts what was there before the statement: sets that share one may pass it together, by less than a batch. */
const SET = `
  insert into dsta.reminder as r (actor_kind, actor_id, name, due_ms, message, params, epoch)
  select w.kind, w.id, w.name, w.due_ms, w.message, w.params::jsonb, w.epoch
  from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::text[], $7::text[])
    as w (kind, id, name, epoch, due_ms, message, params)
  where (select count(*) from dsta.reminder r where r.actor_kind = w.kind and r.actor_id = w.id) < ${REMINDERS_PER_ACTOR}
    or exists (select from dsta.reminder r where ${KEY})
  order by 1, 2, 3
  on conflict (actor_kind, actor_id, name) do update
    set due_ms = excluded.due_ms, message = excluded.message, params = excluded.params, epoch = excluded.epoch, set_at = now()
    where r.epoch <= excluded.epoch
  returning actor_kind, actor_id, name`;

const NAMED = "unnest($1::text[], $2::text[], $3::text[], $4::bigint[]) as w (kind, id, name, epoch)";
const ABOVE = `select r.actor_kind, r.actor_id, r.name, r.epoch from ${NAMED} join dsta.reminder r on ${KEY} and r.epoch > w.epoch`;

const DROP = `
  delete from dsta.reminder r
  using unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[]) as w (kind, id, name, epoch, due_ms)
  where ${KEY} and r.epoch <= w.epoch and (w.due_ms is null or r.due_ms = w.due_ms)`;

const OWNERS = "unnest($1::text[], $2::text[], $3::bigint[]) as w (kind, id, epoch)";
const TAKE = `
  update dsta.reminder r set epoch = w.epoch from ${OWNERS}
  where r.actor_kind = w.kind and r.actor_id = w.id and r.epoch < w.epoch`;
const LIST = `
  select r.actor_kind, r.actor_id, r.name, r.due_ms, r.message, r.params, r.epoch
  from ${OWNERS} join dsta.reminder r on r.actor_kind = w.kind and r.actor_id = w.id order by r.due_ms, r.name`;

/** Takes from the front what is the same work on different reminders. */
export function pickReminders(queue: readonly ReminderWork[]): { taken: number; deferred: Set<number> } {
  const seen = new Set<string>();
  const same = queue.findIndex((work, index) => {
    const key = keyOf(work.kind, work.id, "name" in work ? work.name : "");
    const ends = index === MAX_BATCH || work.work !== queue[0]!.work || seen.has(key);
    seen.add(key);
    return ends;
  });
  return { taken: same < 0 ? queue.length : same, deferred: new Set() };
}

export async function executeReminders(client: pg.Client, batch: readonly ReminderWork[]): Promise<Outcomes> {
  const sets = batch.filter((work) => work.work === "set");
  if (sets.length > 0) return executeSets(client, sets);
  const drops = batch.filter((work) => work.work === "drop");
  if (drops.length > 0) return executeDrops(client, drops);
  return executeTakes(client, batch);
}

async function executeSets(client: pg.Client, batch: readonly Setting[]): Promise<Outcomes> {
  const named = namedColumns(batch);
  const rest = [batch.map(({ dueMs }) => dueMs), batch.map(({ message }) => message), batch.map(({ paramsText }) => paramsText)];
  const { rows } = await client.query<ReminderRow>({ name: "dsta-remind", text: SET, values: [...named, ...rest] });
  const done = new Set(rows.map((row) => keyOf(row.actor_kind, row.actor_id, row.name)));
  const above = done.size === batch.length ? new Map<string, bigint>() : await epochsAbove(client, named);
  return batch.map(({ kind, id, name, epoch }) => {
    const key = keyOf(kind, id, name);
    if (done.has(key)) return { done: [] };
    const current = above.get(key);
    return { failed: current === undefined ? remindersFull(kind, id) : reminderFenced(kind, id, epoch, current) };
  });
}

async function executeDrops(client: pg.Client, batch: readonly Dropping[]): Promise<Outcomes> {
  const named = namedColumns(batch);
  const result = await client.query({ name: "dsta-forget", text: DROP, values: [...named, batch.map(({ dueMs }) => dueMs)] });
  const above = result.rowCount === batch.length ? new Map<string, bigint>() : await epochsAbove(client, named);
  return batch.map(({ kind, id, name, epoch }) => {
    const current = above.get(keyOf(kind, id, name));
    return current === undefined ? { done: [] } : { failed: reminderFenced(kind, id, epoch, current) };
  });
}

async function executeTakes(client: pg.Client, batch: readonly Owner[]): Promise<Outcomes> {
  const values = [batch.map(({ kind }) => kind), batch.map(({ id }) => id), batch.map(({ epoch }) => epoch)];
  await client.query({ name: "dsta-take-reminders", text: TAKE, values });
  const { rows } = await client.query<ReminderRow>({ name: "dsta-list-reminders", text: LIST, values });
  const byOwner = Map.groupBy(rows, (row) => keyOf(row.actor_kind, row.actor_id, ""));
  return batch.map(({ kind, id, epoch }) => {
    const own = byOwner.get(keyOf(kind, id, "")) ?? [];
    const above = own.find((row) => BigInt(row.epoch) > epoch);
    return above ? { failed: reminderFenced(kind, id, epoch, BigInt(above.epoch)) } : { done: own.map(toReminder) };
  });
}

async function epochsAbove(client: pg.Client, named: readonly unknown[][]): Promise<ReadonlyMap<string, bigint>> {
  const { rows } = await client.query<ReminderRow>({ name: "dsta-reminders-above", text: ABOVE, values: [...named] });
  return new Map(rows.map((row) => [keyOf(row.actor_kind, row.actor_id, row.name), BigInt(row.epoch)]));
}

function namedColumns(batch: readonly (Setting | Dropping)[]): unknown[][] {
  return [batch.map(({ kind }) => kind), batch.map(({ id }) => id), batch.map(({ name }) => name), batch.map(({ epoch }) => epoch)];
}

function toReminder(row: ReminderRow): Reminder {
  const { actor_kind: kind, actor_id: id, name, message, params } = row;
  return { kind, id, name, dueMs: Number(row.due_ms), message, params };
}

/** None of the parts holds a control character. */
function keyOf(kind: string, id: string, name: string): string {
  return `${kind}\u0001${id}\u0001${name}`;
}
