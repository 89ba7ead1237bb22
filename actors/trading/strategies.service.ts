/**
 * Strategy instances for the outside: which there are, and the way to each one's actor. The list is read from the
 * journal once and kept up with what strategies announce of themselves, on whichever node they were created.
 */
import type { Context, ServiceSchema } from "moleculer";
import { connectionMessages, type NewStrategy, positionsMessages, strategyMessages } from "../../domain/contract/actors.ts";
import { accountOf, type Desk, venueOr } from "../../domain/contract/desk.ts";
import type { ParamValues, SignalRow, StrategyDefinitionView, StrategyDetail, StrategyRow } from "../../domain/contract/views.ts";
import { instrumentMeant } from "../../domain/instrument/instrument.ts";
import { type Feed, subjects } from "../../domain/contract/subjects.ts";
import type { Journal, StoredEvent } from "../../domain/journal/journal.ts";
import type { Clock } from "../../domain/kernel/clock.ts";
import { isExpected, notFound } from "../../domain/kernel/errors.ts";
import { hash32 } from "../../domain/kernel/random.ts";
import { orderIdOf } from "../../domain/order/order.ts";
import type { AnyStrategy } from "../../domain/strategy/define.ts";
import { toFields } from "../../domain/strategy/param-values.ts";
import type { ActorHost } from "../../mixins/hosted/host.ts";
import { createStrategy } from "./strategy-birth.ts";
import { emptyPosition } from "./strategy-views.ts";

export interface StrategiesDeps {
  readonly desk: Desk;
  readonly host: ActorHost;
  readonly journal: Journal;
  /** Brings the rows of strategies. */
  readonly feed: Feed;
  readonly clock: Clock;
  readonly definitions: readonly AnyStrategy[];
  readonly definitionOf: (name: string) => AnyStrategy;
}

/** What an instance is, from its first event. */
export interface Instance {
  readonly id: string;
  readonly strategy: string;
  readonly account: string;
  readonly venue: string;
  readonly symbol: string;
}

interface Asked {
  readonly id: string;
}

type Params<P> = Context<P, { user?: { name: string } }>;

const LIST_MAX = 1_000;
/** One row is waited for this long; its actor may be on its way from one node to another. */
const ROW_MS = 2_000;

export function strategiesService(deps: StrategiesDeps): ServiceSchema {
  const { desk, host, journal } = deps;
  const instances = new Map<string, Instance>();
  const known = (id: string): string => {
    if (!instances.has(id)) throw notFound("strategy", id);
    return id;
  };
  const note = ({ id, strategy, account, venue, symbol }: Instance): void => {
    instances.set(id, { id, strategy, account, venue, symbol });
  };
  let leave: () => void = () => undefined;
  const by = (ctx: Params<unknown>): string => ctx.meta.user?.name ?? "operator";

  return {
    name: "strategies",
    async started() {
      leave = deps.feed.subscribe(subjects.floor("strategy"), (row) => note(row as StrategyRow));
      for (const instance of await strategyInstances(journal)) note(instance);
    },
    stopped: () => leave(),
    actions: {
      definitions: () => ({ items: deps.definitions.map(definitionView) }),
      async list() {
        const rows = await Promise.all([...instances.values()].map((instance) => rowOf(deps, instance)));
        return { items: rows.toSorted((a, b) => (a.id < b.id ? -1 : 1)) };
      },
      async create(
        ctx: Params<Pick<NewStrategy, "id" | "strategy" | "symbol" | "params" | "start" | "isolation"> & { venue?: string }>,
      ): Promise<StrategyDetail> {
        const venue = venueOr(desk, ctx.params.venue);
        const account = accountOf(desk, venue);
        const { id, strategy, params, start, isolation } = ctx.params;
        const definition = deps.definitionOf(strategy);
        const { symbol } = instrumentMeant(await host.ask(connectionMessages.instruments, account, {}), venue, ctx.params.symbol);
        const wish: NewStrategy = { id, strategy, account, venue, symbol, params, by: by(ctx), start, isolation };
        await createStrategy(journal, wish, definition, deps.clock.now());
        note({ id, strategy, account, venue, symbol });
        return host.ask(strategyMessages.create, id, wish);
      },
      get: (ctx: Params<Asked>) => host.ask(strategyMessages.detail, known(ctx.params.id), ctx.params),
      start: (ctx: Params<Asked>) => host.ask(strategyMessages.start, known(ctx.params.id), { id: ctx.params.id, by: by(ctx) }),
      pause: (ctx: Params<Asked & { forMs?: number }>) =>
        host.ask(strategyMessages.pause, known(ctx.params.id), { id: ctx.params.id, by: by(ctx), forMs: ctx.params.forMs }),
      stop: (ctx: Params<Asked & { close?: boolean }>) =>
        host.ask(strategyMessages.stop, known(ctx.params.id), { ...ctx.params, by: by(ctx) }),
      parameters: (ctx: Params<Asked & { params: ParamValues; note?: string; expectedVersion?: number }>) =>
        host.ask(strategyMessages.setParameters, known(ctx.params.id), { ...ctx.params, by: by(ctx) }),
      async performance(ctx: Params<Asked>) {
        const id = known(ctx.params.id);
        const { account } = await host.ask(strategyMessages.row, id, { id });
        return host.ask(positionsMessages.performance, account, { account, strategyId: id });
      },
      async signals(ctx: Params<Asked & { limit: number; before?: string }>) {
        const { limit, before } = ctx.params;
        const id = known(ctx.params.id);
        const events = await journal.query({
          stream: "risk/",
          types: ["IntentApproved", "IntentRefused"],
          match: { strategyId: id },
          limit,
          ...(before === undefined ? {} : { before: BigInt(before) }),
        });
        return { items: events.map(signalRow), next: events.length === limit ? String(events.at(-1)!.position) : null };
      },
    },
  };
}

/** Every instance ever created, oldest first. */
export async function strategyInstances(journal: Journal): Promise<Instance[]> {
  const created = await journal.query({ stream: "strategy/", types: ["StrategyCreated"], limit: LIST_MAX });
  return created.map((event) => event.data as unknown as Instance).toReversed();
}

/** An actor that is not up is shown as failed, with why; it never holds up the list of the others for long. */
async function rowOf(deps: StrategiesDeps, instance: Instance): Promise<StrategyRow> {
  const { host } = deps;
  const { id } = instance;
  const cell = host.find(`strategy/${id}`);
  if (cell && cell.status !== "active" && cell.status !== "passive") {
    const reason = cell.lastError === null ? cell.status : `${cell.status}: ${cell.lastError}`;
    return rowOfMissing(deps, instance, cell.status === "activating" ? "warm-up" : "failed", reason);
  }
  try {
    return await host.ask(strategyMessages.row, id, { id }, ROW_MS);
  } catch (error) {
    if (!isExpected(error)) throw error;
    return rowOfMissing(deps, instance, "failed", error.message);
  }
}

function rowOfMissing(
  { desk, definitionOf }: StrategiesDeps,
  { id, strategy, account, venue, symbol }: Instance,
  state: "warm-up" | "failed",
  stateReason: string,
): StrategyRow {
  const definition = definitionOf(strategy);
  return {
    ...emptyPosition,
    id,
    strategy,
    strategyVersion: definition.version,
    state,
    stateReason,
    account,
    venue,
    symbol,
    simulated: desk.mode !== "live",
    bookQuality: "RESYNC",
    signals: 0,
    lastWhy: "",
    lastWhyAtMs: null,
    paramsVersion: 0,
    spark: [],
  };
}

function definitionView(definition: AnyStrategy): StrategyDefinitionView {
  return { name: definition.name, version: definition.version, title: definition.title, fields: toFields(definition) };
}

function signalRow({ type, atMs, data }: StoredEvent): SignalRow {
  const intent = data.intent as Record<string, unknown>;
  const approved = type === "IntentApproved";
  return {
    intentId: String(intent.intentId),
    strategyId: String(intent.strategyId),
    atMs,
    side: intent.side as SignalRow["side"],
    symbol: String(intent.symbol),
    type: intent.type as SignalRow["type"],
    quantity: String(intent.quantity),
    limitPrice: intent.limitPrice === null ? null : String(intent.limitPrice),
    why: String(intent.why),
    decision: approved ? "approved" : "refused",
    code: approved ? null : String(data.code),
    reason: approved ? null : String(data.reason),
    orderId: approved ? orderIdOf(String(intent.intentId), hash32) : null,
  };
}
