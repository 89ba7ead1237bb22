/**
 * The relay of the journal: one living activation publishes the records to those outside. Owns nothing but the loop of
 * mixins/outbox; how far it came is in the database, fenced by this activation's epoch.
 *
 * Invariant: the loop of an activation ends before the next one's begins on this node; on another node the checkpoint
 * refuses the older one, which then ends by itself.
 */
import { relayMessages } from "../../domain/contract/actors/relay.ts";
import { publicEventsOf } from "../../domain/contract/events.ts";
import type { Journal } from "../../domain/journal/journal.ts";
import type { Clock } from "../../domain/kernel/clock.ts";
import { defineActor } from "../../mixins/hosted/actor.ts";
import type { Checkpoints } from "../../mixins/outbox/checkpoints.ts";
import type { EventPublisher } from "../../mixins/outbox/event-publisher.ts";
import { OutboxRelay } from "../../mixins/outbox/relay.ts";

export interface RelayDeps {
  readonly journal: Pick<Journal, "fence" | "readAll" | "onAppended">;
  readonly checkpoints: Checkpoints;
  readonly publisher: EventPublisher;
  /** The machine's: pauses go by it, also while a replay's time stands still. */
  readonly systemClock: Clock;
}

export function relayActor({ journal, checkpoints, publisher, systemClock }: RelayDeps) {
  const relays = new Map<string, OutboxRelay>();
  const end = async (id: string): Promise<void> => {
    await relays.get(id)?.stop();
    relays.delete(id);
  };
  return defineActor<OutboxRelay, typeof relayMessages>({
    kind: "relay",
    key: ["name"],
    messages: relayMessages,
    mailbox: { control: 256, market: 1 },
    supervise: { baseMs: 500, maxMs: 30_000, maxRestarts: 20, windowMs: 600_000 },

    async activate(ctx) {
      await end(ctx.id);
      // Appends nothing; but leases of a directory that lost its memory begin above the journal's highest epoch.
      await journal.fence(`relay/${ctx.id}`, ctx.epoch);
      const relay = new OutboxRelay(ctx.id, ctx.epoch, {
        journal,
        checkpoints,
        publisher,
        toPublic: publicEventsOf,
        clock: systemClock,
        onTrouble: (why) => {
          if (why === null) ctx.announce("info", "publishes again", "RELAY_RESUMED");
          else ctx.announce("warn", `waits: ${why}`, "RELAY_WAITS");
        },
        onEnd: (error) => ctx.fail(error),
      });
      relays.set(ctx.id, relay);
      relay.start();
      return relay;
    },

    handle: { status: ({ state }) => state.status() },

    released: end,
  });
}
