/**
 * The actors table: worst first when opened, filtered by a small language, restarted one at a time. Rows keep their
 * places while numbers move; the order is made anew on command and when the filter changes.
 */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { signal } from "@preact/signals";
import type { ActorRow } from "../../../domain/contract/views.ts";
import { useKeys } from "../app/keys.ts";
import { decimal, latency, number } from "../model/format.ts";
import { worstFirst } from "../model/actors.ts";
import { FILTER_FIELDS, parseFilter } from "../model/filter.ts";
import { Age, Button, Kbd } from "../parts/basics.tsx";
import { ActorStateMark } from "../parts/mark.tsx";
import { Empty, Loading, Panel } from "../parts/panel.tsx";
import { Table, type Column } from "../parts/table.tsx";
import { dialog } from "../state/choice.ts";
import { isSending, lockedFor } from "../state/commands.ts";
import { loaded, sections } from "../state/floor.ts";

const filterText = signal("");
export const selectedActor = signal<string | null>(null);
const FULL_RATIO = 0.8;

function Mailbox({ actor }: { actor: ActorRow }) {
  const ratio = actor.mailboxCapacity > 0 ? Math.min(1, actor.mailbox / actor.mailboxCapacity) : 0;
  const full = ratio >= FULL_RATIO;
  return (
    <span class={`mailbox ${full ? "warn" : ""}`}>
      <i>
        <b style={{ width: `${ratio * 100}%` }} />
      </i>
      {number(actor.mailbox)}
    </span>
  );
}

/** On a mesh an epoch has 18 digits, and only the last of them tell two activations apart. */
function shortEpoch(epoch: string): string {
  return epoch.length > 6 ? `…${epoch.slice(-5)}` : decimal(epoch);
}

const COLUMNS: readonly Column<ActorRow>[] = [
  { key: "kind", head: "Kind", width: 84, cls: "t2", cell: (row) => row.kind },
  { key: "key", head: "Key", width: 148, cls: "strong", cell: (row) => row.key, whole: (row) => row.actorId },
  { key: "state", head: "State", width: 92, cell: (row) => <ActorStateMark actor={row} /> },
  { key: "node", head: "Node", width: 104, cls: "t2", cell: (row) => row.node, whole: (row) => row.node },
  {
    key: "epoch",
    head: "Epoch",
    width: 56,
    num: true,
    cls: "t2",
    cell: (row) => shortEpoch(row.epoch),
    whole: (row) => decimal(row.epoch),
  },
  {
    key: "mailbox",
    head: "Mailbox",
    width: 96,
    num: true,
    cell: (row) => <Mailbox actor={row} />,
    whole: (row) => `${row.mailbox} of ${row.mailboxCapacity}`,
  },
  { key: "rate", head: "Msg/s", width: 62, num: true, cell: (row) => number(row.messagesPerSecond) },
  { key: "p99", head: "p99", width: 66, num: true, cell: (row) => latency(row.p99Us) },
  {
    key: "restarts",
    head: "Restarts",
    width: 58,
    num: true,
    cell: (row) => <span class={row.restarts > 0 ? "" : "t3"}>{number(row.restarts)}</span>,
  },
  { key: "error", head: "Last error", cell: (row) => row.lastError ?? <span class="t3">none</span>, whole: (row) => row.lastError ?? "" },
  {
    key: "ago",
    head: "Ago",
    width: 44,
    num: true,
    cls: "t2",
    cell: (row) => (row.lastErrorAtMs === null ? "" : <Age atMs={row.lastErrorAtMs} />),
  },
];

interface Ordered {
  readonly rows: ActorRow[];
  readonly problem: string | null;
  /** The worst of them once they have been put in order. */
  readonly worst: string | null;
  readonly sort: () => void;
}

/** Filtered rows in an order that stands until it is asked anew. */
function useOrdered(actors: readonly ActorRow[]): Ordered {
  const parsed = useMemo(() => parseFilter(filterText.value), [filterText.value]);
  const good = useRef<(actor: ActorRow) => boolean>(() => true);
  if (parsed.ok) good.current = parsed.matches;
  const [order, setOrder] = useState<ReadonlyMap<string, number>>(new Map());
  const sort = (): void => setOrder(new Map(worstFirst(actors).map((actor, at) => [actor.actorId, at])));
  const some = actors.length > 0;
  useEffect(sort, [filterText.value, some]);
  const rows = actors.filter(good.current).sort((a, b) => (order.get(a.actorId) ?? order.size) - (order.get(b.actorId) ?? order.size));
  return { rows, problem: parsed.ok ? null : parsed.problem, worst: order.size === 0 ? null : (rows[0]?.actorId ?? null), sort };
}

/** In one process there is nowhere to go. */
function hasOtherNodes(): boolean {
  return Object.keys(sections.nodes.value ?? {}).length > 1;
}

export function restartLock(actorId: string | null): string | null {
  if (actorId === null) return "choose an actor";
  return isSending(`actor:${actorId}`) ? "sending" : lockedFor("risk:write");
}

function Filter({ input, problem, found }: { input: { current: HTMLInputElement | null }; problem: string | null; found: string }) {
  return (
    <span class="row">
      <span class="filter">
        <Kbd>/</Kbd>
        <input
          ref={input}
          class="input"
          placeholder="kind:book error:any or mailbox:>0"
          aria-label={`Filter actors by ${FILTER_FIELDS.join(", ")}`}
          aria-invalid={problem !== null}
          spellcheck={false}
          maxLength={200}
          value={filterText.value}
          onInput={(event) => (filterText.value = event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === "Escape") event.currentTarget.blur();
          }}
        />
      </span>
      <span role="status" class={problem === null ? "" : "crit"}>
        {problem ?? found}
      </span>
    </span>
  );
}

export function ActorsPanel({ actors }: { actors: readonly ActorRow[] }) {
  const input = useRef<HTMLInputElement>(null);
  const { rows, problem, worst, sort } = useOrdered(actors);
  const chosen = selectedActor.value;
  // The first row, the worst, is looked at until somebody chooses.
  useEffect(() => {
    if (chosen === null && worst !== null && matchMedia("(min-width: 768px)").matches) selectedActor.value = worst;
  }, [chosen, worst]);
  const restart = (): void => {
    if (chosen !== null && restartLock(chosen) === null) dialog.value = { kind: "restart", actorId: chosen };
  };
  const move = (by: number): void => {
    const at = rows.findIndex((row) => row.actorId === chosen);
    const next = rows[Math.min(rows.length - 1, Math.max(0, at + by))];
    if (next !== undefined) selectedActor.value = next.actorId;
  };
  useKeys({ "/": () => input.current?.focus(), r: restart, j: () => move(1), k: () => move(-1) });
  const note = <Filter input={input} problem={problem} found={`${number(rows.length)} of ${number(actors.length)}`} />;
  const right = (
    <>
      <Button onClick={sort}>Worst first</Button>
      {hasOtherNodes() && (
        <Button locked={restartLock(chosen)} onClick={() => chosen !== null && (dialog.value = { kind: "move", actorId: chosen })}>
          Move…
        </Button>
      )}
      <Button locked={restartLock(chosen)} onClick={restart}>
        Restart… <Kbd>R</Kbd>
      </Button>
    </>
  );
  return (
    <Panel title="Actors" note={note} right={right} area="actors" fixed>
      {!loaded.value ? (
        <Loading rows={12} columns={[60, 110, 60, 50, 40, 70, 40, 40]} />
      ) : rows.length === 0 ? (
        <Empty title={actors.length === 0 ? "No actor has reported yet" : "No actor matches"}>
          {actors.length > 0 && <Button onClick={() => (filterText.value = "")}>Clear the filter</Button>}
        </Empty>
      ) : (
        <Table
          label="Actors"
          columns={COLUMNS}
          rows={rows}
          rowKey={(row) => row.actorId}
          rowClass={(row) => (row.state === "passive" ? "faint" : "")}
          selected={chosen}
          onSelect={(row) => (selectedActor.value = row.actorId)}
          minWidth={900}
        />
      )}
    </Panel>
  );
}
