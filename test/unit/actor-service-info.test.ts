/** What other nodes are told about a node does not grow with its actors: one service a kind, whatever lives in it. */
import { ServiceBroker } from "moleculer";
import { expect, it } from "vitest";
import { z } from "zod";
import { exposed, internal } from "../../domain/contract/message.ts";
import { defineActor } from "../../mixins/hosted/actor.ts";
import { actorService } from "../../mixins/hosted/service.ts";
import { HostDesk } from "./host-desk.ts";

const messages = {
  view: exposed<{ account: string }, string>("ledger", "view", z.object({ account: z.string() })),
  note: internal<string>("ledger", "note"),
};

const ledger = defineActor<null, typeof messages>({
  kind: "ledger",
  key: ["account"],
  messages,
  mailbox: { control: 8, market: 8 },
  supervise: { baseMs: 100, maxMs: 5_000, maxRestarts: 3, windowMs: 60_000 },
  activate: () => null,
  handle: { view: (ctx) => ctx.id, note: () => undefined },
});

it("with 10,000 actors the INFO packet is as long as with none", async () => {
  const desk = new HostDesk();
  desk.host.register(ledger);
  const broker = new ServiceBroker({ nodeID: "info", logger: false });
  broker.createService(actorService(ledger, desk.host));
  await broker.start();
  try {
    const info = (): string => JSON.stringify(broker.registry.getLocalNodeInfo(true));
    const before = info();
    await Promise.all(Array.from({ length: 10_000 }, (_, index) => desk.host.activate("ledger", `account-${index}`)));
    expect(desk.host.size).toBe(10_000);
    expect(info()).toHaveLength(before.length);
    expect(before).toContain("ledger.view");
    const answer = broker.call("ledger.view", { account: "account-77" });
    await desk.settle();
    expect(await answer).toBe("account-77");
  } finally {
    await broker.stop();
  }
});
