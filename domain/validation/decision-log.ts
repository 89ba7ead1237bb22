/**
 * What strategies decided in a run, and when: every buy, sell, close and cancel, taken at the context it is spoken to,
 * before risk or fills have a say. It sees a decision on the last bar, which no fill ever shows. Listens only: the
 * strategy's own definition is wrapped, and what it is answered is passed on unchanged.
 * At most `MOST_DECISIONS` are kept; later ones are counted and not compared.
 */
import { hash32 } from "../kernel/random.ts";
import type { BacktestInput, BacktestStrategy } from "../simulation/backtest/types.ts";
import { type AnyHandler, type AnyStrategy, HANDLERS, type HandlerName } from "../strategy/define.ts";

export const MOST_DECISIONS = 2_000_000;

export interface DecisionLog {
  readonly timeMs: number[];
  /** `strategy id: buy`. */
  readonly kind: string[];
  /** True when it was decided on a bar, which is over at its close: all it may know is in the past of `timeMs`. */
  readonly onBar: boolean[];
  /** Of size, price and every other term but `why`. */
  readonly terms: number[];
  dropped: number;
}

const DECIDING: ReadonlySet<string> = new Set(["buy", "sell", "close", "cancel", "cancelAll"]);

type Method = (...given: readonly unknown[]) => unknown;

/** The same question, with listeners in every strategy. Each call makes a log of its own. */
export function withDecisionLog(input: BacktestInput): { readonly input: BacktestInput; readonly log: DecisionLog } {
  const log: DecisionLog = { timeMs: [], kind: [], onBar: [], terms: [], dropped: 0 };
  return { input: { ...input, strategies: input.strategies.map((strategy) => listened(strategy, log)) }, log };
}

function listened(strategy: BacktestStrategy, log: DecisionLog): BacktestStrategy {
  const handlers = Object.entries(strategy.definition.on) as readonly [HandlerName, AnyHandler | null][];
  const on = Object.fromEntries(
    handlers.map(([name, handler]) => [name, handler === null ? null : wrapped(handler, name, strategy.id, log)]),
  );
  for (const name of HANDLERS) on[name] ??= null;
  const definition: AnyStrategy = { ...strategy.definition, on: on as AnyStrategy["on"] };
  return { ...strategy, definition };
}

function wrapped(handler: AnyHandler, name: HandlerName, id: string, log: DecisionLog): AnyHandler {
  let known: object | null = null;
  let shown: object = {};
  return (ctx, event) => {
    if (ctx !== known) {
      known = ctx as object;
      shown = listener(known, name === "bar", id, log);
    }
    return handler(shown, event);
  };
}

/** Stands before the context. Its own target is empty, so that a frozen context may be stood before as well. */
function listener(ctx: object, onBar: boolean, id: string, log: DecisionLog): object {
  const methods = new Map<PropertyKey, Method>();
  const get = (_: object, key: PropertyKey): unknown => {
    const made = methods.get(key);
    if (made !== undefined) return made;
    const value: unknown = Reflect.get(ctx, key);
    if (typeof value !== "function") return value;
    const bound = (value as Method).bind(ctx);
    const method = DECIDING.has(String(key)) ? recorded(bound, `${id}: ${String(key)}`, ctx, onBar, log) : bound;
    methods.set(key, method);
    return method;
  };
  return new Proxy({}, { get, set: (_, key, value) => Reflect.set(ctx, key, value), has: (_, key) => Reflect.has(ctx, key) });
}

function recorded(method: Method, kind: string, ctx: object, onBar: boolean, log: DecisionLog): Method {
  return (...given) => {
    if (log.timeMs.length >= MOST_DECISIONS) log.dropped++;
    else {
      log.timeMs.push(Number(Reflect.get(ctx, "now")));
      log.kind.push(kind);
      log.onBar.push(onBar);
      log.terms.push(termsHash(given[0]));
    }
    return method(...given);
  };
}

function termsHash(wish: unknown): number {
  const text = JSON.stringify(wish, (key, value: unknown) => (key === "why" ? undefined : typeof value === "bigint" ? `${value}` : value));
  return hash32(text ?? "");
}
