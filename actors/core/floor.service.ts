/**
 * The floor as a whole: is it fit to trade, what runs on it, what did it say, and what operators do to its nodes. Answers
 * from every node of the floor (see fleet.ts); holds no state of its own.
 */
import type { Context, ServiceSchema } from "moleculer";
import { connectionMessages, executionMessages, riskMessages } from "../../domain/contract/actors.ts";
import type { Desk } from "../../domain/contract/desk.ts";
import type { FloorInfo, FloorStatus, TradingSwitch } from "../../domain/contract/stream.ts";
import type { ActorRow, EventRow, NodeRow } from "../../domain/contract/views.ts";
import type { Journal } from "../../domain/journal/journal.ts";
import type { Clock } from "../../domain/kernel/clock.ts";
import { messageOf } from "../../domain/kernel/errors.ts";
import type { ActorHost } from "../../mixins/hosted/host.ts";
import type { Fleet } from "./fleet.ts";

export interface FloorDeps {
  readonly desk: Desk;
  readonly host: Pick<ActorHost, "ask">;
  readonly fleet: Fleet;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly version: string;
  readonly startedAtMs: number;
  readonly replay: () => FloorInfo["replay"];
  readonly events: (limit: number) => EventRow[];
  readonly readyAtMs: () => number | null;
}

/** Without one of these no order can be placed. */
const VITAL_CHECKS: ReadonlySet<string> = new Set(["start", "journal", "risk"]);
/** A probe is answered within this, also while actors wait for the journal. */
const PROBE_MS = 1_000;

interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

export function floorService(deps: FloorDeps): ServiceSchema {
  const { desk, host, fleet, journal, clock } = deps;
  const account = desk.accounts[0]!;
  const trading = (): Promise<TradingSwitch> => host.ask(riskMessages.trading, account, { account });

  return {
    name: "floor",
    actions: {
      async status(): Promise<FloorStatus> {
        const [nodes, switched] = await Promise.all([fleet.nodes(), trading()]);
        const journalHealth = journal.health();
        return {
          floor: {
            desk: desk.name,
            mode: desk.mode,
            version: deps.version,
            startedAtMs: deps.startedAtMs,
            venues: desk.venues,
            replay: deps.replay(),
          },
          trading: switched,
          health: {
            nodesUp: nodes.length,
            nodesTotal: Math.max(nodes.length, fleet.total),
            feedsLive: sum(nodes, ({ feedsLive }) => feedsLive),
            feedsTotal: sum(nodes, ({ feedsTotal }) => feedsTotal),
            clockOffsetMs: null,
            journalOk: journalHealth.ok && nodes.every(({ journalOk }) => journalOk),
            journalP50Ms: journalHealth.p50Ms,
            nowMs: clock.now(),
          },
        };
      },
      async health(ctx: Context<unknown, { $statusCode?: number }>) {
        const { checks, switched } = await healthChecks(deps);
        const broken = checks.filter(({ ok }) => !ok);
        const down = broken.some(({ name }) => VITAL_CHECKS.has(name));
        // Probes read the status line, people the body.
        if (down) ctx.meta.$statusCode = 503;
        return {
          status: down ? "down" : broken.length > 0 ? "degraded" : "ok",
          version: deps.version,
          mode: desk.mode,
          desk: desk.name,
          upMs: Math.max(0, clock.now() - deps.startedAtMs),
          trading: down ? "halted" : switched,
          checks,
        };
      },
      nodes: async () => ({ items: await fleet.nodes() }),
      actors: async (ctx: Context<{ kind?: string }>) => ({ items: await fleet.actors(ctx.params.kind) }),
      deadLetters: async () => ({ items: await fleet.deadLetters() }),
      events: (ctx: Context<{ limit?: number }>) => ({ items: deps.events(ctx.params.limit ?? 200) }),
      restart: (ctx: Context<{ actorId: string }>): Promise<ActorRow> => fleet.restart(ctx.params.actorId),
      move: (ctx: Context<{ actorId: string; node?: string }>) => fleet.move(ctx.params.actorId, ctx.params.node ?? null),
      drain: (ctx: Context<{ node: string }>) => fleet.drain(ctx.params.node),
    },
  };
}

function sum<T>(rows: readonly T[], value: (row: T) => number): number {
  return rows.reduce((total, row) => total + value(row), 0);
}

/** What was found, and the trading switch: `halted` while risk does not answer, for then no order passes. */
async function healthChecks(deps: FloorDeps): Promise<{ checks: Check[]; switched: TradingSwitch["state"] }> {
  const { desk, host, fleet, journal, readyAtMs } = deps;
  const account = desk.accounts[0]!;
  const nodes = await fleet.nodes();
  const live = sum(nodes, ({ feedsLive }) => feedsLive);
  const total = sum(nodes, ({ feedsTotal }) => feedsTotal);
  const ready = readyAtMs() !== null;
  const checks: Check[] = [
    { name: "start", ok: ready, detail: ready ? "recovered" : "recovering from the journal" },
    journalCheck(journal.health(), nodes),
    { name: "books", ok: total === 0 || live === total, detail: `${live} of ${total} live` },
    { name: "nodes", ok: nodes.length >= fleet.total, detail: `${nodes.length} of ${fleet.total} up` },
  ];
  if (!ready) return { checks, switched: "halted" };
  const [actors, connection, orders, risk] = await Promise.all([
    fleet.actors(),
    answer(host.ask(connectionMessages.status, account, { account }, PROBE_MS)),
    answer(host.ask(executionMessages.open, account, { account }, PROBE_MS)),
    answer(host.ask(riskMessages.trading, account, { account }, PROBE_MS)),
  ]);
  const unknown = orders.value?.filter(({ status }) => status === "Unknown").length ?? 0;
  const unclear = unknown === 0 ? "none unknown" : `${unknown} unknown, being looked up`;
  const stopped = actors.filter(({ state }) => state === "stopped" || state === "restarting");
  checks.push(
    { name: "connection", ok: connection.value?.connected ?? false, detail: connection.error ?? (connection.value.reason || account) },
    { name: "orders", ok: orders.error === null && unknown === 0, detail: orders.error ?? unclear },
    { name: "risk", ok: risk.error === null, detail: risk.error ?? `trading ${risk.value.state}` },
    {
      name: "actors",
      ok: stopped.length === 0,
      detail: stopped.length === 0 ? `${actors.length} running` : stopped.map(({ actorId }) => actorId).join(", "),
    },
  );
  return { checks, switched: risk.value?.state ?? "halted" };
}

/** Each node writes for itself: one that cannot is enough to stop its actors. */
function journalCheck({ ok, pending, p50Ms }: ReturnType<Journal["health"]>, nodes: readonly NodeRow[]): Check {
  const silent = nodes.filter(({ journalOk }) => !journalOk).map(({ nodeId }) => nodeId);
  const detail = silent.length > 0 ? `${silent.join(", ")} cannot write it` : `${pending} appends waiting, p50 ${p50Ms.toFixed(2)} ms`;
  return { name: "journal", ok: ok && silent.length === 0, detail };
}

/** An actor that waits for the journal answers nobody: that is a finding here, not a failure. */
async function answer<T>(asked: Promise<T>): Promise<{ value: T; error: null } | { value: null; error: string }> {
  try {
    return { value: await asked, error: null };
  } catch (error) {
    return { value: null, error: messageOf(error) };
  }
}
