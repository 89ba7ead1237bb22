/**
 * The actors of the simulated mesh. `execution` counts wishes in the journal, each once, and tells a neighbour;
 * `connection` has effects outside that nobody can take back; `positions` and `bars` hear what they are told, and `bars`
 * go to rest when nobody speaks to them. Kinds have the names that the keeper knows.
 */
import { internal } from "../../../domain/contract/message.ts";
import type { Journal, StoredEvent } from "../../../domain/journal/journal.ts";
import { isExpected } from "../../../domain/kernel/errors.ts";
import { type ActorContext, type AnyActor, defineActor } from "../../../mixins/hosted/actor.ts";
import { EventStream } from "../../../mixins/journal/event-stream.ts";
import type { Witness } from "./witness.ts";

export const ADD = internal<{ readonly wish: number }, number>("execution", "add");
export const VIEW = internal<null, number>("execution", "view");
export const HEAR = {
  positions: internal<{ readonly tell: number }>("positions", "hear"),
  bars: internal<{ readonly tell: number }>("bars", "hear"),
} as const;
const ACT = internal<null>("connection", "act");

export type Hearer = keyof typeof HEAR;
/** Actors that should always live; bars live when they are spoken to. */
export const KEPT: Readonly<Record<string, readonly string[]>> = {
  connection: ["a", "b"],
  execution: ["a", "b", "c"],
  positions: ["a", "b"],
};
export const KINDS = [...Object.keys(KEPT), "bars"];
export const BARS = ["x", "y"] as const;

const ACT_EVERY_MS = 80;
const SUPERVISE = { baseMs: 20, maxMs: 1_000, maxRestarts: 10_000, windowMs: 60_000 };
const COMMON = { key: ["id"], mailbox: { control: 4_096, market: 16 }, supervise: SUPERVISE };

interface Stage {
  readonly life: string;
  readonly journal: Journal;
  readonly witness: Witness;
  /** How often the next message crashes its handler. */
  readonly crashes: () => number;
}

export function actorsFor(stage: Stage): AnyActor[] {
  return [counter(stage), effector(stage), hearer(stage, "positions"), hearer(stage, "bars")] as AnyActor[];
}

class Count {
  readonly granted = new Map<number, number>();

  apply({ data, version }: Pick<StoredEvent, "data" | "version">): void {
    this.granted.set(Number(data["wish"]), version);
  }
}

interface Counting {
  readonly count: Count;
  readonly stream: EventStream;
}

const FOLD = { start: () => new Count(), apply: (count: Count, event: StoredEvent) => count.apply(event) };

function counter(stage: Stage) {
  const { life, journal, witness, crashes } = stage;
  const add = async (ctx: ActorContext<Counting>, { wish }: { readonly wish: number }): Promise<number> => {
    witness.acts(`execution/${ctx.id}`, ctx.epoch, life);
    const { count, stream } = ctx.state;
    const known = count.granted.get(wish);
    if (known !== undefined) return known;
    const data = { wish, epoch: String(ctx.epoch) };
    await stream.append([{ type: "Granted", schema: 1, atMs: ctx.clock.now(), data }]);
    count.apply({ data, version: stream.version });
    if (witness.isFatal(witness.wishes[wish]!)) throw new Error("a fault between the append and the answer");
    // An activation that has ended says nothing any more.
    if (!ctx.ended) ctx.tell(HEAR.positions, NEIGHBOUR[ctx.id]!, { tell: witness.tell(life, `positions/${NEIGHBOUR[ctx.id]}`, crashes()) });
    return stream.version;
  };
  return defineActor<Counting, { add: typeof ADD; view: typeof VIEW }>({
    ...COMMON,
    kind: "execution",
    messages: { add: ADD, view: VIEW },
    interleave: ["view"],
    async activate(ctx) {
      witness.began(`execution/${ctx.id}`, ctx.epoch, life);
      const { stream, state: count } = await EventStream.open(journal, `execution/${ctx.id}`, FOLD, ctx.epoch);
      witness.holds(`execution/${ctx.id}`, life);
      return { stream, count };
    },
    released: (id) => witness.releases(`execution/${id}`, life),
    handle: { add, view: async (ctx) => (await journal.loadSnapshot(`execution/${ctx.id}`))?.version ?? ctx.state.stream.version },
  });
}

const NEIGHBOUR: Readonly<Record<string, string>> = { a: "a", b: "b", c: "a" };

/** Asks another actor, waits for the answer, and only then acts: it may have lost everything meanwhile. */
function effector({ life, witness }: Stage) {
  const act = async (ctx: ActorContext<null>): Promise<void> => {
    const actor = `connection/${ctx.id}`;
    witness.acts(actor, ctx.epoch, life);
    try {
      await ctx.ask(VIEW, ctx.id, null);
    } catch (error) {
      if (!isExpected(error)) throw error;
      witness.reached.add(`ask of an actor: ${error.type}`);
    }
    ctx.assertValid();
    witness.effect(actor, ctx.epoch, life);
    ctx.after(ACT_EVERY_MS, ACT, null);
  };
  return defineActor<null, { act: typeof ACT }>({
    ...COMMON,
    kind: "connection",
    messages: { act: ACT },
    activate(ctx) {
      witness.began(`connection/${ctx.id}`, ctx.epoch, life);
      witness.holds(`connection/${ctx.id}`, life);
      ctx.after(1, ACT, null);
      return null;
    },
    released: (id) => witness.releases(`connection/${id}`, life),
    handle: { act },
  });
}

function hearer({ life, witness }: Stage, kind: Hearer) {
  const hear = (ctx: ActorContext<null>, { tell }: { readonly tell: number }): void => {
    const actor = `${kind}/${ctx.id}`;
    witness.acts(actor, ctx.epoch, life);
    if (witness.isFatal(witness.tells[tell]!)) throw new Error("a fault before it was heard");
    witness.hears(tell, actor);
  };
  return defineActor<null, { hear: (typeof HEAR)[Hearer] }>({
    ...COMMON,
    ...(kind === "bars" ? { passivateMs: 1_500 } : {}),
    kind,
    messages: { hear: HEAR[kind] },
    activate(ctx) {
      witness.began(`${kind}/${ctx.id}`, ctx.epoch, life);
      witness.holds(`${kind}/${ctx.id}`, life);
      return null;
    },
    released: (id) => witness.releases(`${kind}/${id}`, life),
    handle: { hear },
  });
}
