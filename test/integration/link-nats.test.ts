/** The link on a real nats-server that is killed, restarted and paused while messages travel: all arrive, once, in order. */
import { connect, type NatsConnection } from "nats";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { connectNats } from "../../brokers/nats/connect.ts";
import { NatsWire } from "../../brokers/nats/nats-wire.ts";
import { systemClock, wait } from "../../brokers/system-ports.ts";
import { meshSubjects } from "../../domain/contract/mesh-subjects.ts";
import type { Directory, Member } from "../../mixins/hosted/directory.ts";
import { ActorLink } from "../../mixins/link/link.ts";
import { ask, tell } from "../unit/link-desk.ts";
import { type NatsServer, startNats } from "./nats-server.ts";

const noLog = (): void => undefined;
let server: NatsServer;
let connections: NatsConnection[];
let links: ActorLink[];
let wires: NatsWire[];
let heard: unknown[];

/** Every actor is on `b`. */
function directoryOf(nodeId: string): Directory {
  const members = ["a", "b"].map((node): Member => ({
    node,
    roles: [],
    kinds: [],
    draining: false,
    pins: [],
    startedAtMs: 0,
    session: node,
  }));
  return {
    nodeId,
    locate: () => ({ node: "b", epoch: 1n }),
    candidate: () => null,
    claim: () => Promise.reject(new Error("not in this test")),
    release: () => Promise.resolve(),
    valid: () => true,
    members: () => members,
    leases: () => [],
    onChange: () => () => undefined,
  };
}

beforeEach(async () => {
  server = await startNats({ jetstream: false });
  heard = [];
  connections = [];
  links = [];
  wires = [];
  for (const node of ["a", "b"]) {
    const connection = await connectNats({ servers: [server.url], name: node });
    const wire = new NatsWire(node, connection, noLog);
    connections.push(connection);
    wires.push(wire);
    links.push(
      new ActorLink({
        wire,
        directory: directoryOf(node),
        subjects: meshSubjects("test"),
        areaOf: () => "trading",
        life: `life-of-${node}`,
        clock: systemClock,
        defer: (callback) => void setImmediate(callback),
        receive: (_kind, _id, envelope) => {
          heard.push(envelope.params);
          envelope.arrival?.taken();
          envelope.resolve?.(envelope.params);
        },
        wake: noLog,
        deadLetter: (actorId, message, reason) => heard.push(`dead: ${actorId} ${message} ${reason}`),
        log: noLog,
      }),
    );
    await wire.flush();
  }
});

afterEach(async () => {
  for (const link of links) link.close();
  await Promise.all(connections.map((connection) => connection.close()));
  await server.stop();
});

async function until(holds: () => boolean): Promise<void> {
  for (const endMs = Date.now() + 20_000; !holds(); await wait(5)) if (Date.now() > endMs) throw new Error("did not happen within 20 s");
}

describe("the link on NATS", () => {
  it("loses and repeats no tell while the server is killed and started again, three times", async () => {
    const [a] = links;
    let sent = 0;
    for (let round = 0; round < 3; round++) {
      for (let at = 0; at < 2_000; at++) {
        a!.send("book", "x", tell(sent++));
        if (at === 700) await server.kill();
        if (at === 1_300) await server.restart();
        if (at % 50 === 0) await wait(1);
      }
    }
    await until(() => a!.counts.waiting === 0);
    expect(heard).toEqual(Array.from({ length: sent }, (_, at) => at));
  });

  it("says MESH_DOWN at once while there is no server, and is asked again after it came back", async () => {
    const [a] = links;
    await server.kill();
    await until(() => !wires[0]!.connected());
    const refused = ask(1, Date.now() + 5_000);
    a!.send("book", "x", refused.envelope);
    expect(refused.outcome.error).toMatchObject({ type: "MESH_DOWN" });
    await expect(wires[0]!.flush()).rejects.toMatchObject({ type: "WIRE_DOWN", retryable: true });
    await server.restart();
    await until(() => wires.every((wire) => wire.connected()));
    const answered = ask(2, Date.now() + 5_000);
    a!.send("book", "x", answered.envelope);
    await until(() => "value" in answered.outcome);
    expect(answered.outcome).toEqual({ value: 2 });
  });

  it("keeps tells through a server that hangs", async () => {
    const [a] = links;
    server.pause();
    for (let at = 0; at < 100; at++) a!.send("book", "x", tell(at));
    await wait(600);
    server.resume();
    await until(() => a!.counts.waiting === 0);
    expect(heard).toEqual(Array.from({ length: 100 }, (_, at) => at));
  });

  it("carries messages near the largest size, and drops what strangers send", async () => {
    const [a, b] = links;
    const stranger = await connect({ servers: [server.url] });
    stranger.publish("test.actor.trading.b", "noise");
    await stranger.flush();
    await stranger.close();
    const large = "x".repeat(900_000);
    for (let at = 0; at < 5; at++) a!.send("book", "x", tell(large));
    await until(() => heard.length === 5);
    expect(heard.every((text) => text === large)).toBe(true);
    expect(b!.counts.malformed).toBe(1);
  });
});
