/** The desk of the tick-to-order bench: takes orders, and says when. */
import { internal } from "../../domain/contract/message.ts";
import { type AnyActor, defineActor } from "../../mixins/hosted/actor.ts";

export const deskMessages = { order: internal<number>("desk", "order") };

export function deskActor(onOrder: (tick: number) => void): AnyActor {
  return defineActor<{ orders: number }, typeof deskMessages>({
    kind: "desk",
    key: ["name"],
    messages: deskMessages,
    mailbox: { control: 65_536, market: 16 },
    supervise: { baseMs: 50, maxMs: 1_000, maxRestarts: 10, windowMs: 60_000 },
    activate: () => ({ orders: 0 }),
    handle: {
      order: (ctx, tick) => {
        ctx.state.orders++;
        onOrder(tick);
      },
    },
  });
}
