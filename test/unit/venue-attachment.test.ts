/** What happens to what a venue sends while it is not certain that its connection is still ours. */
import { describe, expect, it } from "vitest";
import { VenueAttachment } from "../../actors/exchange/venue-attachment.ts";
import { executionMessages } from "../../domain/contract/actors.ts";
import type { VenueReport } from "../../domain/order/types.ts";
import { defineActor } from "../../mixins/hosted/actor.ts";
import { LocalDirectory } from "../../mixins/hosted/directory.ts";
import { simVenueKind } from "../../venues/sim/sim-venue.ts";
import type { Venue, VenueSink } from "../../venues/venue.ts";
import { HostDesk, messages } from "./host-desk.ts";

/** Its session may have run out, until a renewal says that it has not. */
class DoubtfulDirectory extends LocalDirectory {
  isInDoubt = false;

  override valid(): boolean {
    return !this.isInDoubt;
  }
}

const absent = (): Promise<never> => Promise.reject(new Error("not asked for"));

/** Says what it is told to, and nothing else. */
function silentVenue(onSink: (sink: VenueSink) => unknown): Venue {
  return {
    ...simVenueKind("sim"),
    start: (sink) => Promise.resolve(void onSink(sink)),
    close: () => Promise.resolve(),
    venueSymbol: (symbol) => symbol,
    submit: () => undefined,
    cancel: () => undefined,
    instruments: absent,
    snapshot: absent,
    bars: absent,
    order: absent,
    openOrders: absent,
    ordersSince: absent,
    balances: absent,
  };
}

async function attached() {
  const directory = new DoubtfulDirectory({ nodeId: "test" });
  const desk = new HostDesk({}, { directory });
  const heard: string[] = [];
  desk.host.register(
    defineActor<null, Pick<typeof executionMessages, "report">>({
      kind: "execution",
      key: ["account"],
      messages: { report: executionMessages.report },
      mailbox: { control: 8, market: 8 },
      supervise: { baseMs: 100, maxMs: 100, maxRestarts: 1, windowMs: 60_000 },
      activate: () => null,
      handle: { report: (_ctx, { clientOrderId }) => void heard.push(clientOrderId) },
    }),
  );
  const lent = desk.host.ask(messages.lend, "a", "");
  await desk.settle();
  await lent;
  const sinks: VenueSink[] = [];
  const attachment = new VenueAttachment(
    silentVenue((sink) => sinks.push(sink)),
    desk.contexts[0]!,
    {
      frame: (_ctx, text) => void heard.push(text),
      bar: () => undefined,
      connected: (_ctx, connected) => void heard.push(connected ? "connected" : "lost"),
    },
  );
  await attachment.start();
  const report = (clientOrderId: string): VenueReport => ({ kind: "canceled", clientOrderId, reason: "", atMs: 0 });
  return { desk, directory, heard, sink: sinks[0]!, report };
}

describe("venue attachment", () => {
  it("catches up, as after a reconnect, on what came while the lease was in doubt", async () => {
    const { desk, directory, heard, sink, report } = await attached();
    sink.report(report("before"));
    await desk.settle();
    directory.isInDoubt = true;
    sink.report(report("kept back"));
    await desk.settle();
    expect(heard).toEqual(["before"]);
    directory.isInDoubt = false;
    sink.frame("frame", 0);
    sink.report(report("after"));
    await desk.settle();
    expect(heard).toEqual(["before", "lost", "connected", "frame", "after"]);
  });

  it("says afterwards that the venue was lost meanwhile", async () => {
    const { directory, heard, sink } = await attached();
    directory.isInDoubt = true;
    sink.lost("no answer");
    directory.isInDoubt = false;
    sink.frame("frame", 0);
    sink.restored();
    expect(heard).toEqual(["lost", "frame", "connected"]);
  });
});
