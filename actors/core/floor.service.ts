/**
 * The floor as a whole: is it fit to trade, what runs on it, what did it say. Answers from this node's host and from
 * the vital signs that the process measures; holds no state of its own.
 */
import type { Context, ServiceSchema } from "moleculer";
import { connectionMessages, executionMessages, riskMessages } from "../../domain/contract/actors.ts";
import type { Desk } from "../../domain/contract/desk.ts";
import type { FloorInfo, FloorStatus, TradingSwitch } from "../../domain/contract/stream.ts";
import type { ActorRow, EventRow, NodeRow } from "../../domain/contract/views.ts";
import type { Journal } from "../../domain/journal/journal.ts";
import type { Clock } from "../../domain/kernel/clock.ts";
import { DstaError, messageOf } from "../../domain/kernel/errors.ts";
import type { ActorHost } from "../../mixins/hosted/host.ts";

export interface FloorDeps {
  readonly desk: Desk;
  readonly host: ActorHost;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly version: string;
  readonly startedAtMs: number;
  readonly replay: () => FloorInfo["replay"];
  readonly events: (limit: number) => EventRow[];
  readonly node: () => NodeRow;
  /** Books that may be acted on, of all there are. */
  readonly feeds: () => { readonly live: number; readonly total: number };
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
  const { desk, host, journal, clock } = deps;
  const account = desk.accounts[0]!;
  const trading = (): Promise<TradingSwitch> => host.ask(riskMessages.trading, account, { account });

  return {
    name: "floor",
    actions: {
      async status(): Promise<FloorStatus> {
        const { live, total } = deps.feeds();
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
          trading: await trading(),
          health: {
            nodesUp: 1,
            nodesTotal: 1,
            feedsLive: live,
            feedsTotal: total,
            clockOffsetMs: null,
            journalOk: journalHealth.ok,
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
      nodes: () => ({ items: [deps.node()] }),
      actors: (ctx: Context<{ kind?: string }>) => ({ items: host.rows(ctx.params.kind) }),
      deadLetters: () => ({ items: host.deadLetters.list() }),
      events: (ctx: Context<{ limit?: number }>) => ({ items: deps.events(ctx.params.limit ?? 200) }),
      async restart(ctx: Context<{ actorId: string }>): Promise<ActorRow> {
        const { actorId } = ctx.params;
        await host.restart(actorId);
        const row = host.rows().find((other) => other.actorId === actorId);
        if (!row) throw new DstaError("NOT_FOUND", `actor ${actorId} is not on this node`, { code: 404, data: { actorId } });
        return row;
      },
    },
  };
}

/** What was found, and the trading switch: `halted` while risk does not answer, for then no order passes. */
async function healthChecks(deps: FloorDeps): Promise<{ checks: Check[]; switched: TradingSwitch["state"] }> {
  const { desk, host, journal, feeds, readyAtMs } = deps;
  const account = desk.accounts[0]!;
  const journalHealth = journal.health();
  const { live, total } = feeds();
  const ready = readyAtMs() !== null;
  const checks: Check[] = [
    { name: "start", ok: ready, detail: ready ? "recovered" : "recovering from the journal" },
    { name: "journal", ok: journalHealth.ok, detail: `${journalHealth.pending} appends waiting, p50 ${journalHealth.p50Ms.toFixed(2)} ms` },
    { name: "books", ok: total === 0 || live === total, detail: `${live} of ${total} live` },
  ];
  if (!ready) return { checks, switched: "halted" };
  const [connection, orders, risk] = await Promise.all([
    answer(host.ask(connectionMessages.status, account, { account }, PROBE_MS)),
    answer(host.ask(executionMessages.open, account, { account }, PROBE_MS)),
    answer(host.ask(riskMessages.trading, account, { account }, PROBE_MS)),
  ]);
  const unknown = orders.value?.filter(({ status }) => status === "Unknown").length ?? 0;
  const unclear = unknown === 0 ? "none unknown" : `${unknown} unknown, being looked up`;
  const stopped = host.rows().filter(({ state }) => state === "stopped" || state === "restarting");
  checks.push(
    { name: "connection", ok: connection.value?.connected ?? false, detail: connection.error ?? (connection.value.reason || account) },
    { name: "orders", ok: orders.error === null && unknown === 0, detail: orders.error ?? unclear },
    { name: "risk", ok: risk.error === null, detail: risk.error ?? `trading ${risk.value.state}` },
    {
      name: "actors",
      ok: stopped.length === 0,
      detail: stopped.length === 0 ? `${host.size} running` : stopped.map(({ actorId }) => actorId).join(", "),
    },
  );
  return { checks, switched: risk.value?.state ?? "halted" };
}

/** An actor that waits for the journal answers nobody: that is a finding here, not a failure. */
async function answer<T>(asked: Promise<T>): Promise<{ value: T; error: null } | { value: null; error: string }> {
  try {
    return { value: await asked, error: null };
  } catch (error) {
    return { value: null, error: messageOf(error) };
  }
}
