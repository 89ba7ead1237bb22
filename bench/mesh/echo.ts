/** An actor that answers with what it was asked and its node: what mesh benches talk to. */
import { internal } from "../../domain/contract/message.ts";
import { type AnyActor, defineActor } from "../../mixins/hosted/actor.ts";

export const echoMessages = { say: internal<number, { readonly value: number; readonly pid: number }>("echo", "say") };

export const echoActor: AnyActor = defineActor<{ said: number }, typeof echoMessages>({
  kind: "echo",
  key: ["id"],
  messages: echoMessages,
  mailbox: { control: 1_024, market: 16 },
  supervise: { baseMs: 50, maxMs: 1_000, maxRestarts: 10, windowMs: 60_000 },
  activate: () => ({ said: 0 }),
  handle: {
    say: (ctx, value) => {
      ctx.state.said++;
      return { value, pid: process.pid };
    },
  },
});
