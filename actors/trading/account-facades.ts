/**
 * What the positions and risk services answer beside their actors' own messages: the same questions without an
 * account, meant for the desk's first one.
 */
import type { ActionSchema, Context } from "moleculer";
import { connectionMessages, positionsMessages, riskMessages } from "../../domain/contract/actors.ts";
import { type Desk, venueOr } from "../../domain/contract/desk.ts";
import type { RiskLimitsView, ViolationRow } from "../../domain/contract/views.ts";
import { instrumentMeant } from "../../domain/instrument/instrument.ts";
import type { Journal } from "../../domain/journal/journal.ts";
import { DstaError } from "../../domain/kernel/errors.ts";
import { decodeRiskEvent, violationOf } from "../../domain/risk/events.ts";
import type { ActorHost } from "../../mixins/hosted/host.ts";

type Params<P> = Context<P, { user?: { name: string } }>;
type Actions = Record<string, ActionSchema>;

const by = (ctx: Params<unknown>): string => ctx.meta.user?.name ?? "operator";

export function positionsFacade(desk: Desk, host: ActorHost): Actions {
  const account = desk.accounts[0]!;
  return {
    list: {
      handler: async (ctx: Params<{ strategyId?: string }>) => ({
        items: await host.ask(positionsMessages.rows, account, { account, strategyId: ctx.params.strategyId }),
      }),
    },
    get: {
      handler: async (ctx: Params<{ symbol: string; venue?: string }>) => {
        const venue = venueOr(desk, ctx.params.venue);
        const { symbol } = instrumentMeant(await host.ask(connectionMessages.instruments, account, {}), venue, ctx.params.symbol);
        return host.ask(positionsMessages.net, account, { account, venue, symbol });
      },
    },
    pnl: { handler: () => host.ask(positionsMessages.portfolio, account, { account }) },
    equity: {
      handler: async (ctx: Params<{ fromMs?: number; points?: number }>) => ({
        items: await host.ask(positionsMessages.equityCurve, account, {
          account,
          fromMs: ctx.params.fromMs,
          points: ctx.params.points ?? 500,
        }),
      }),
    },
  };
}

export function riskFacade(desk: Desk, host: ActorHost, journal: Journal): Actions {
  const account = desk.accounts[0]!;
  return {
    limits: { handler: () => host.ask(riskMessages.view, account, { account }) },
    setLimits: {
      handler: (ctx: Params<{ limits: Partial<RiskLimitsView>; reason: string }>) =>
        host.ask(riskMessages.changeLimits, account, { account, limits: ctx.params.limits, by: by(ctx), reason: ctx.params.reason }),
    },
    switch: {
      handler: async (ctx: Params<{ state: "active" | "reducing" | "halted"; reason: string; confirm?: string }>) => {
        const { state, reason, confirm } = ctx.params;
        const expected = `RESUME ${desk.name}`;
        // Safer is quick, riskier is slow: only going back to active has to be meant.
        if (state === "active" && confirm !== expected) {
          throw new DstaError("CONFIRMATION_REQUIRED", `confirm: expected ${JSON.stringify(expected)} to resume trading`, {
            code: 422,
            data: { field: "confirm", expected },
          });
        }
        return host.ask(riskMessages.setTrading, account, { account, state, by: by(ctx), reason });
      },
    },
    violations: {
      handler: async (ctx: Params<{ strategyId?: string; limit: number; before?: string }>) => {
        const { strategyId, limit, before } = ctx.params;
        const events = await journal.query({
          stream: `risk/${account}`,
          types: ["IntentRefused", "LimitBreached"],
          ...(strategyId === undefined ? {} : { match: { strategyId } }),
          limit,
          ...(before === undefined ? {} : { before: BigInt(before) }),
        });
        const items = events.map((event) => violationOf(decodeRiskEvent(event.data))).filter((row): row is ViolationRow => row !== null);
        return { items, next: events.length === limit ? String(events.at(-1)!.position) : null };
      },
    },
  };
}
