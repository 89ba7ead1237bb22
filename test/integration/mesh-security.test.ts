/**
 * deploy/nats/secure.conf and roles.conf on a real nats-server with TLS: what each role may publish and hear, that the
 * parts of the mesh work with just these rights, and what a connection is told when it is refused.
 */
import { execFile } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { promisify } from "node:util";
import type { NatsConnection } from "nats";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { connectNats, type NatsSettings } from "../../brokers/nats/connect.ts";
import { NatsKeyValue } from "../../brokers/nats/nats-key-value.ts";
import { NatsWire } from "../../brokers/nats/nats-wire.ts";
import { elapsedMs, systemClock, wait } from "../../brokers/system-ports.ts";
import { meshSubjects } from "../../domain/contract/mesh-subjects.ts";
import { leaseKey, sessionKey } from "../../mixins/directory/records.ts";
import type { Directory, Member } from "../../mixins/hosted/directory.ts";
import { ActorLink } from "../../mixins/link/link.ts";
import { areaOf } from "../../topology/roles.ts";
import { ask } from "../unit/link-desk.ts";
import { type Certificates, makeCertificates } from "./mesh-certificates.ts";
import { type NatsServer, startNats } from "./nats-server.ts";

const USERS = ["floor", "core", "exchange", "trading", "data", "ml", "client", "region", "reader", "setup", "admin"] as const;
type User = (typeof USERS)[number];
const passwordOf = (user: string): string => `secret-of-${user}`;
const subjects = meshSubjects("dsta");
const noLog = (): void => undefined;

let certificates: Certificates;
let server: NatsServer;
const open: NatsConnection[] = [];

/** A shipped file with what it includes, on this test's port, folders, names and passwords; JetStream is the launcher's. */
async function shippedConfig(name: string, values: Readonly<Record<string, string>> = {}): Promise<string> {
  const read = (file: string) => readFile(new URL(`../../deploy/nats/${file}`, import.meta.url), "utf8");
  const [whole, roles] = await Promise.all([read(name), read("roles.conf")]);
  const placed = whole
    .replace(/^(port|http): .*$/gm, "")
    .replace(/^jetstream \{[^}]*\}/m, "")
    .replaceAll("/tls/", `${certificates.folder}/`)
    .replace(/^include .*$/m, () => roles);
  const passwords = USERS.map((user) => [`NATS_PASSWORD_${user.toUpperCase()}`, passwordOf(user)] as const);
  return [...passwords, ...Object.entries(values)].reduce(
    (text, [key, value]) => text.replaceAll(`$${key}`, JSON.stringify(value)),
    placed,
  );
}

beforeAll(async () => {
  certificates = await makeCertificates();
  server = await startNats({ config: await shippedConfig("secure.conf") });
});

afterEach(async () => {
  await Promise.all(open.splice(0).map((connection) => connection.close()));
});

afterAll(async () => {
  await server.stop();
  await certificates.remove();
});

const at = (port: number): readonly string[] => [`tls://127.0.0.1:${port}`];

function settingsOf(user: User, change: Partial<NatsSettings> = {}): NatsSettings {
  const { ca, cert, key } = certificates;
  return {
    servers: at(server.port),
    name: `test-${user}`,
    user,
    password: passwordOf(user),
    tls: { caFile: ca, certFile: cert, keyFile: key },
    ...change,
  };
}

async function connectAs(user: User, change: Partial<NatsSettings> = {}): Promise<NatsConnection> {
  const connection = await connectNats(settingsOf(user, change));
  open.push(connection);
  return connection;
}

/** Subjects the server refused to the connection so far. */
function refusalsOf(connection: NatsConnection): string[] {
  const refused: string[] = [];
  void (async () => {
    for await (const status of connection.status()) {
      if (status.permissionContext) refused.push(status.permissionContext.subject);
    }
  })();
  return refused;
}

const ALLOWED: Readonly<Record<Exclude<User, "admin" | "floor" | "region" | "reader" | "setup">, readonly string[]>> = {
  core: ["dsta.actor.trading.t1", "dsta.actor.exchange.e1", "dsta.out.trading.orders", "MOL-dsta.REQ.t1", "$KV.dsta-leases.relay.x.1"],
  exchange: ["dsta.actor.trading.t1", "dsta.feed.exchange.t1", "dsta.reply.exchange.t1", "$KV.dsta-leases.book.x.1", "MOL-dsta.INFO"],
  trading: ["dsta.actor.exchange.e1", "dsta.actor.data.d1", "dsta.reply.trading.c1", "$KV.dsta-leases.execution.x.1"],
  data: ["dsta.actor.exchange.e1", "dsta.feed.data.t1", "dsta.reply.data.t1", "$KV.dsta-leases.bars.x.1", "MOL-dsta.RES.c1"],
  ml: ["dsta.actor.data.d1", "dsta.interest.m1"],
  client: ["MOL-dsta.REQ.c1", "MOL-dsta.DISCOVER"],
};

const REFUSED: typeof ALLOWED = {
  core: ["$KV.dsta-leases.execution.x.1", "dsta.reply.trading.c1", "dsta.feed.exchange.t1", "$JS.API.STREAM.DELETE.KV_dsta-leases"],
  exchange: ["dsta.actor.core.c1", "$KV.dsta-leases.execution.x.1", "dsta.feed.trading.c1", "dsta.out.trading.orders", "MOL-dsta.REQ.t1"],
  trading: ["dsta.feed.exchange.t1", "dsta.out.trading.orders", "$KV.dsta-leases.book.x.1", "dsta.reply.exchange.t2", "MOL-dsta.REQ.c1"],
  data: [
    "dsta.actor.trading.t1",
    "dsta.actor.core.c1",
    "dsta.reply.trading.c1",
    "dsta.feed.exchange.t1",
    "MOL-dsta.REQ.t1",
    "MOL-dsta.EVENT.t1",
    "$KV.dsta-leases.execution.x.1",
    "$KV.dsta-leases.connection.x.1",
    "$JS.API.STREAM.DELETE.KV_dsta-leases",
    "$JS.API.STREAM.PURGE.KV_dsta-leases",
    "_INBOX.anybody",
  ],
  ml: ["dsta.actor.exchange.e1", "dsta.actor.trading.t1", "$KV.dsta-leases.strategy.x.1", "dsta.out.trading.orders", "MOL-dsta.REQ.t1"],
  client: ["dsta.actor.trading.t1", "dsta.reply.trading.t1", "$KV.dsta-sessions.node.x.1", "MOL-dsta.RES.c1", "$JS.API.INFO"],
};

describe("permissions by role", () => {
  it.each(Object.keys(ALLOWED) as (keyof typeof ALLOWED)[])("%s publishes what it may and nothing else", async (user) => {
    const connection = await connectAs(user);
    const refused = refusalsOf(connection);
    for (const subject of [...ALLOWED[user], ...REFUSED[user]]) connection.publish(subject, "x");
    await connection.flush();
    await wait(0);
    expect(refused).toEqual(REFUSED[user]);
  });

  it("nobody listens to messages for another area's actors", async () => {
    for (const [user, subject] of [
      ["data", "dsta.actor.trading.t1"],
      ["data", "dsta.actor.*.t1"],
      ["ml", "dsta.out.>"],
      ["client", "dsta.>"],
      ["exchange", "$KV.dsta-leases.>"],
    ] as const) {
      const connection = await connectAs(user);
      const outcome = await new Promise<string>((resolve) => {
        connection.subscribe(subject, { callback: (error) => resolve(error ? error.code : "heard") });
        void connection.flush().then(() => wait(20).then(() => resolve("silent")));
      });
      expect([user, subject, outcome]).toEqual([user, subject, "PERMISSIONS_VIOLATION"]);
    }
  });
});

describe("the mesh with these rights", () => {
  it("a data node keeps its session and leases of bars, and cannot take one of a trading kind", async () => {
    const connection = await connectAs("data");
    const common = { connection, replicas: 1, floorEpoch: 0n, timeoutMs: 500, clock: systemClock, elapsedMs, log: noLog };
    const sessions = await NatsKeyValue.open({ ...common, bucket: "dsta-sessions" });
    const leases = await NatsKeyValue.open({ ...common, bucket: "dsta-leases" });
    const seen: string[] = [];
    const whole = new Promise<void>((complete) => leases.watch({ entry: ({ key }) => void seen.push(key), complete, blind: noLog }));
    const bars = leaseKey("bars", "sim:BTC/USDT:5s");
    const revision = await sessions.put(sessionKey("data-1"), "{}", 0);
    await sessions.put(sessionKey("data-1"), "{}", revision);
    await leases.put(bars, "me", 0);
    await whole;
    expect(await leases.get(bars)).toMatchObject({ value: "me" });
    await expect(leases.put(leaseKey("execution", "sim:main"), "me", 0)).rejects.toMatchObject({ type: "KV_UNAVAILABLE" });
    expect(await leases.get(leaseKey("execution", "sim:main"))).toBeNull();
    leases.close();
    sessions.close();
  });

  it("a trading node asks an actor of an exchange node over TLS; a data node's order gets nowhere", async () => {
    const nodes = { t1: "trading", e1: "exchange", d1: "data" } as const;
    const heard: string[] = [];
    const links = new Map<string, ActorLink>();
    for (const [node, user] of Object.entries(nodes)) {
      const connection = await connectAs(user);
      const directory: Directory = tableFor(node, Object.keys(nodes), (kind) => (areaOf(kind) === "exchange" ? "e1" : "t1"));
      const link = new ActorLink({
        wire: new NatsWire(node, connection, noLog),
        directory,
        subjects,
        areaOf,
        areas: [user],
        life: `life-of-${node}`,
        clock: systemClock,
        defer: (callback) => void setImmediate(callback),
        receive: (kind, id, envelope) => {
          heard.push(`${node}: ${kind}/${id} ${envelope.name}`);
          envelope.arrival?.taken();
          envelope.resolve?.("answer");
        },
        wake: noLog,
        deadLetter: noLog,
        log: noLog,
      });
      links.set(node, link);
      await connection.flush();
    }
    const question = ask({}, Date.now() + 5_000);
    const order = ask({}, Date.now() + 5_000);
    const answered = new Promise<unknown>((resolve) => {
      links.get("t1")!.send("connection", "sim:main", { ...question.envelope, resolve });
    });
    links.get("d1")!.send("execution", "sim:main", order.envelope);
    expect(await answered).toBe("answer");
    await wait(50);
    expect(heard).toEqual(["e1: connection/sim:main question"]);
    expect(order.outcome).toEqual({});
    for (const link of links.values()) link.close();
  });
});

function tableFor(nodeId: string, nodes: readonly string[], ownerOf: (kind: string) => string): Directory {
  const members = nodes.map((node): Member => ({ node, roles: [], kinds: [], draining: false, pins: [], startedAtMs: 0, session: node }));
  return {
    nodeId,
    locate: (kind) => ({ node: ownerOf(kind), epoch: 1n }),
    candidate: () => null,
    claim: () => Promise.reject(new Error("not in this test")),
    release: () => Promise.resolve(),
    valid: () => true,
    members: () => members,
    leases: () => [],
    onChange: () => () => undefined,
  };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, "close");
  return port;
}

describe("other servers", () => {
  it("a region's server keeps a mirror of the events, and reaches no actor", async () => {
    const port = await freePort();
    const domain = (name: string) => `jetstream { store_dir: ${JSON.stringify(`${certificates.folder}/${name}`)}, domain: ${name} }\n`;
    const hubConfig = await shippedConfig("secure.conf");
    const leafnodes = (await shippedConfig("leaf-hub.conf")).replace("port: 7422", `port: ${port}`);
    const hub = await startNats({ jetstream: false, config: `${domain("hub")}${hubConfig}\n${leafnodes}` });
    const url = `tls://region:${passwordOf("region")}@127.0.0.1:${port}`;
    const leafConfig = await shippedConfig("leaf.conf", { NATS_SERVER_NAME: "leaf", NATS_HUB_URL: url });
    const leaf = await startNats({ jetstream: false, config: domain("tokyo") + leafConfig });
    try {
      const here = await connectAs("floor", { servers: at(hub.port) });
      const there = await connectAs("setup", { servers: at(leaf.port) });
      const name = "dsta-events";
      await (await here.jetstreamManager()).streams.add({ name, subjects: ["dsta.out.trading.>"] });
      for (let event = 0; event < 5; event++) await here.jetstream().publish("dsta.out.trading.orders", String(event));
      const manager = await there.jetstreamManager();
      await manager.streams.add({ name, mirror: { name, external: { api: "$JS.hub.API" } } });
      for (let copied = 0; copied < 5; copied = (await manager.streams.info(name)).state.messages) await wait(20);
      let heard = 0;
      here.subscribe("dsta.actor.>", { callback: () => heard++ });
      await here.flush();
      there.publish("dsta.actor.trading.t1", "an order");
      there.publish("dsta.out.trading.orders", "made up");
      await there.flush();
      await wait(100);
      expect(heard).toBe(0);
      expect((await (await here.jetstreamManager()).streams.info(name)).state.messages).toBe(5);
    } finally {
      await Promise.all(open.splice(0).map((connection) => connection.close()));
      await leaf.stop();
      await hub.stop();
    }
  });

  it("the file for three servers is one that the server understands", async () => {
    const file = `${certificates.folder}/cluster.conf`;
    await writeFile(file, await shippedConfig("cluster.conf", { NATS_SERVER_NAME: "nats-1" }));
    const { stderr } = await promisify(execFile)("nats-server", ["-t", "-c", file]);
    expect(stderr).toContain("is valid");
  });
});

describe("a refused connection says why", () => {
  const failureOf = (settings: NatsSettings): Promise<unknown> =>
    connectNats(settings).then(
      (connection) => connection.close().then(() => "connected"),
      (error: unknown) => error,
    );

  it("a wrong password: NATS_REFUSED", async () => {
    expect(await failureOf(settingsOf("data", { password: "guess" }))).toMatchObject({
      type: "NATS_REFUSED",
      message: expect.stringContaining("NATS_USER, NATS_PASSWORD"),
    });
  });

  it("an authority that did not sign the server's certificate: NATS_REFUSED", async () => {
    const { strangerCa: caFile, cert: certFile, key: keyFile } = certificates;
    expect(await failureOf(settingsOf("data", { tls: { caFile, certFile, keyFile } }))).toMatchObject({
      type: "NATS_REFUSED",
      message: expect.stringContaining("NATS_CA"),
    });
  });

  it("no certificate of its own where the server wants one", async () => {
    expect(await failureOf(settingsOf("data", { tls: { caFile: certificates.ca } }))).toMatchObject({
      type: "NATS_UNREACHABLE",
      message: expect.stringContaining("NATS_CERT"),
    });
  });

  it("no server: NATS_UNREACHABLE, retryable; a missing file: CONFIG_INVALID", async () => {
    expect(await failureOf({ servers: ["nats://127.0.0.1:1"], name: "x" })).toMatchObject({ type: "NATS_UNREACHABLE", retryable: true });
    expect(await failureOf(settingsOf("data", { tls: { caFile: "/nowhere.pem" } }))).toMatchObject({
      type: "CONFIG_INVALID",
      data: { field: "NATS_CA" },
    });
  });
});
