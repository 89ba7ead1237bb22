/**
 * Two brokers in this process on a real NATS, and the call hook between them: whatever is retried, refused or awaited,
 * a caller sees its own context and nobody else's.
 */
import { setImmediate as turn } from "node:timers/promises";
import { type ActionSchema, type Context, ServiceBroker } from "moleculer";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "../../brokers/system-ports.ts";
import { DstaError } from "../../domain/kernel/errors.ts";
import type { Directory, DirectoryChange, Member } from "../../mixins/hosted/directory.ts";
import { wrongOwner } from "../../mixins/hosted/remote.ts";
import { callHook } from "../../mixins/link/call-hook.ts";
import { ErrorRegenerator } from "../../mixins/link/error-regenerator.ts";
import { type NatsServer, startNats } from "./nats-server.ts";

const NODES = ["one", "two"] as const;
type Name = (typeof NODES)[number];
/** Actors that end in 1 live on `one`, the rest on `two`; `nowhere` on none. */
const ownerOf = (id: string): Name | null => (id === "nowhere" ? null : id.endsWith("1") ? "one" : "two");

const listeners: Record<Name, ((change: DirectoryChange) => void)[]> = { one: [], two: [] };
/** Rows in which a node's directory is behind. */
const lag = new Map<string, string>();

function directoryOf(nodeId: Name): Directory {
  const members = (): Member[] =>
    NODES.map((node) => ({ node, roles: [], kinds: ["echo"], draining: false, startedAtMs: 0, session: node, pins: [] }));
  return {
    nodeId,
    locate: (_kind, id) => {
      const node = lag.get(id) ?? ownerOf(id);
      return node === null ? null : { node, epoch: 1n };
    },
    candidate: () => null,
    claim: () => Promise.reject(new Error("not in this test")),
    release: () => Promise.resolve(),
    valid: () => true,
    members,
    leases: () => [],
    onChange: (listener) => {
      listeners[nodeId].push(listener);
      return () => undefined;
    },
  };
}

interface Meta {
  user?: string;
  seen?: string;
}

/** moleculer's type knows no other fields than its own. */
const routed = (handler: (ctx: EchoContext) => unknown): ActionSchema => ({ actor, handler }) as ActionSchema;

type EchoContext = Context<{ id: string; say?: unknown; user?: string }, Meta>;
const actor = { kind: "echo", key: ["id"] };
const calls = { say: 0, fenced: 0 };
let isUp = true;

function brokerOf(nodeID: Name, url: string): ServiceBroker {
  const broker = new ServiceBroker({
    nodeID,
    namespace: "hook",
    logger: false,
    transporter: { type: "NATS", options: { servers: [url] } },
    requestTimeout: 3_000,
    errorRegenerator: new ErrorRegenerator(),
    middlewares: [callHook({ directory: directoryOf(nodeID), clock: systemClock, connected: () => isUp })],
    circuitBreaker: { enabled: true, threshold: 0.1, minRequestCount: 2, windowTime: 60, halfOpenTime: 60_000 },
  });
  broker.createService({
    name: "echo",
    actions: {
      say: routed(async (ctx) => {
        calls.say++;
        const { user } = ctx.meta;
        if (ownerOf(ctx.params.id) !== nodeID) throw wrongOwner(`echo/${ctx.params.id}`, ownerOf(ctx.params.id));
        if (ctx.params.id.length % 3 === 0) await turn();
        ctx.meta.seen = user ?? "nobody";
        if (ctx.meta.user !== user) throw new Error(`became ${String(ctx.meta.user)}`);
        return { node: nodeID, user, params: ctx.params };
      }),
      fail: routed((ctx) => {
        const { user } = ctx.meta;
        throw new DstaError("RISK_LIMIT", `no, ${String(user)}`, { code: 409, retryable: true, data: { user } });
      }),
      fencedOnce: routed(() => {
        if (calls.fenced++ === 0) throw new DstaError("FENCED", "a later activation has it", { code: 503, retryable: true });
        return "done";
      }),
      nested: routed(() => {
        calls.say++;
        throw wrongOwner("echo/another", "one");
      }),
      refuse: routed((ctx) => {
        calls.say++;
        throw wrongOwner(`echo/${ctx.params.id}`, null);
      }),
      hang: routed(() => new Promise(() => undefined)),
    },
  });
  broker.createService({
    name: "front",
    actions: {
      /** Calls an actor, as a service in front of it does, and answers what its own meta became. */
      async through(ctx: EchoContext) {
        const answer: unknown = await ctx.call("echo.say", { id: ctx.params.id });
        return { answer, seen: ctx.meta.seen };
      },
    },
  });
  return broker;
}

let nats: NatsServer;
let one: ServiceBroker;
let two: ServiceBroker;

beforeAll(async () => {
  nats = await startNats({ jetstream: false });
  [one, two] = [brokerOf("one", nats.url), brokerOf("two", nats.url)];
  await Promise.all([one.start(), two.start()]);
  await Promise.all([one.waitForServices("echo"), two.waitForServices("echo")]);
  while (one.registry.nodes.onlineCount() < 2 || two.registry.nodes.onlineCount() < 2) await turn();
});

afterAll(async () => {
  await Promise.all([one.stop(), two.stop()]);
  await nats.stop();
});

interface Said {
  readonly node: string;
  readonly user: string;
}

describe("the call hook", () => {
  it("routes by the actor's key from either node", async () => {
    for (const from of [one, two]) {
      for (const id of ["a1", "a2", "b1", "b2"]) {
        expect(await from.call("echo.say", { id }, { meta: { user: "u" } })).toMatchObject({ node: ownerOf(id), user: "u" });
      }
    }
  });

  it("never mixes the contexts of users calling at once, in 3,000 calls", async () => {
    const failures: string[] = [];
    const check = (holds: boolean, what: string) => void (holds || failures.push(what));
    const started: Promise<void>[] = [];
    for (let at = 0; at < 3_000; at++) {
      const user = `user-${at}`;
      const broker = at % 2 === 0 ? one : two;
      const id = at % 11 === 0 ? "nowhere" : `${"x".repeat(at % 4)}${at % 3}`;
      // One in seven finds a directory that lags: it is refused there and sent on.
      const asked = at % 7 === 0 && id !== "nowhere" ? `late-${at}-${at % 3}` : id;
      if (asked !== id) lag.set(asked, ownerOf(asked) === "one" ? "two" : "one");
      const params = at % 13 === 0 ? {} : { id: asked };
      const promise = broker.call<Said, typeof params>("echo.say", params, { meta: { user } }) as Promise<Said> & {
        ctx?: Context<unknown, Meta>;
      };
      const ctxUser = () => promise.ctx?.meta.user;
      check([user, undefined].includes(ctxUser()), `at once: ${user} saw ${ctxUser()}`);
      started.push(
        promise.then(
          (said) => {
            check(said.user === user, `${user} was answered as ${said.user}`);
            check(ctxUser() === user, `${user} has the context of ${ctxUser()}`);
            check(promise.ctx?.meta.seen === user, `${user} has the meta of ${promise.ctx?.meta.seen}`);
          },
          (error: DstaError) => {
            check(["VALIDATION_ERROR", "NO_NODE"].includes(error.type), `${user}: ${error.type} ${error.message}`);
            check(ctxUser() === undefined, `${user}'s refused call has the context of ${ctxUser()}`);
          },
        ),
      );
      if (at % 50 === 0) await turn();
    }
    await Promise.all(started);
    lag.clear();
    expect(failures).toEqual([]);
  });

  it("gives a service in front of actors the meta of its own call", async () => {
    const asked = Array.from({ length: 500 }, async (_, at) => {
      const user = `front-${at}`;
      const { answer, seen } = await (at % 2 ? one : two).call<{ answer: Said; seen: string }, { id: string }>(
        "front.through",
        { id: `f${at % 3}` },
        { meta: { user } },
      );
      return answer.user === user && seen === user;
    });
    expect(new Set(await Promise.all(asked))).toEqual(new Set([true]));
  });

  it("refuses missing key fields and actors nobody hosts, before anything is sent", async () => {
    await expect(one.call("echo.say", {})).rejects.toMatchObject({ type: "VALIDATION_ERROR", data: { field: "id" } });
    await expect(one.call("echo.say")).rejects.toMatchObject({ type: "VALIDATION_ERROR" });
    await expect(one.call("echo.say", { id: 5 })).rejects.toMatchObject({ type: "VALIDATION_ERROR" });
    await expect(one.call("echo.say", { id: "nowhere" })).rejects.toMatchObject({ type: "NO_NODE", code: 503, retryable: true });
  });

  it("fails at once while this node is cut off, but for actors of its own", async () => {
    isUp = false;
    await expect(one.call("echo.say", { id: "a2" })).rejects.toMatchObject({ type: "MESH_DOWN", retryable: true });
    expect(await one.call("echo.say", { id: "a1" })).toMatchObject({ node: "one" });
    isUp = true;
  });

  it("takes the endpoint object that moleculer-web passes for its name", async () => {
    const endpoint: unknown = one.registry.getActionEndpointByNodeId("echo.say", "one");
    expect(await one.call(endpoint as string, { id: "a2" }, { meta: { user: "web" } })).toMatchObject({ node: "two", user: "web" });
  });

  it("makes errors of the other node DstaErrors again, and lets no breaker open", async () => {
    for (let at = 0; at < 20; at++) {
      const error: unknown = await one.call("echo.fail", { id: "a2" }, { meta: { user: "eve" } }).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(DstaError);
      expect(error).toMatchObject({ type: "RISK_LIMIT", message: "no, eve", code: 409, retryable: true, data: { user: "eve" } });
    }
  });

  it("repeats what was fenced, and not what a nested call refused", async () => {
    expect(await one.call("echo.fencedOnce", { id: "a2" })).toBe("done");
    calls.say = 0;
    await expect(one.call("echo.nested", { id: "a2" })).rejects.toMatchObject({ type: "WRONG_OWNER" });
    expect(calls.say).toBe(1);
  });

  it("gives up when the time is over", async () => {
    lag.set("q1", "two");
    calls.say = 0;
    await expect(two.call("echo.refuse", { id: "q1" }, { timeout: 300 })).rejects.toMatchObject({ type: "WRONG_OWNER" });
    lag.clear();
    expect(calls.say).toBeGreaterThan(2);
    expect(calls.say).toBeLessThan(10);
  });

  it("fails calls in flight to a node that left: NODE_LOST, outcome unknown", async () => {
    const hanging = one.call("echo.hang", { id: "a2" });
    await turn();
    for (const listener of listeners.one) listener({ type: "members", left: ["two"] });
    await expect(hanging).rejects.toMatchObject({ type: "NODE_LOST", retryable: false, data: { actor: "echo/a2", outcome: "unknown" } });
  });
});
