import { once } from "node:events";
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ServiceBroker } from "moleculer";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createGateway } from "../../actors/core/gateway.service.ts";
import { DstaError, InvariantError, notFound } from "../../domain/kernel/errors.ts";
import { routes, type Route } from "../../domain/contract/routes.ts";
import { machineClock } from "./database.ts";
import { localFeed, startFloor, type TestFloor } from "./gateway-floor.ts";

let floor: TestFloor;
let admin: string;

beforeAll(async () => {
  floor = await startFloor({ settings: { callTimeoutMs: 300, userPerMinute: 100_000, anonymousPerMinute: 100_000 } });
  admin = await floor.token("Admin");
});
afterAll(() => floor.stop());

const BACKTEST = { strategies: [{ strategy: "sma-cross", params: { fast: 10 } }], data: { files: ["btc-1h.csv.gz"] } };

const BODIES: Readonly<Record<string, unknown>> = {
  "strategies.create": { id: "sma-2", strategy: "sma-cross", symbol: "BTC-USDT" },
  "strategies.parameters": { params: { fast: 12 } },
  "orders.create": { symbol: "BTC/USDT", side: "buy", type: "market", quantity: "0.1" },
  "risk.setLimits": { limits: { maxOrderNotional: "10" }, reason: "test" },
  "risk.switch": { state: "halted", reason: "test" },
  "floor.restart": { actorId: "book/sim:BTC/USDT" },
  "floor.move": { actorId: "book/sim:BTC/USDT" },
  "floor.drain": { node: "node-1" },
  "research.backtest": BACKTEST,
  "research.validate": BACKTEST,
  "research.optimize": { backtest: BACKTEST, space: { fast: { from: 5, to: 40, step: 5 } } },
  "research.monteCarlo": { run: "bt-0123456789ab" },
};

function pathOf(route: Route): string {
  const query = route.path === "backtest/compare" ? "?runs=bt-1,bt-2" : "";
  return `/api/v1/${route.path.replace("{id}", "some-id").replace("{symbol}", "BTC-USDT")}${query}`;
}

const served = routes.filter((route) => !route.path.startsWith("auth/") && !route.file);

describe("every route", () => {
  it.each(served.map((route) => [`${route.method} ${route.path}`, route] as const))(
    "%s answers what its schema says",
    async (_name, route) => {
      const answer = await floor.request(route.method, pathOf(route), { token: admin, body: BODIES[route.action] });
      // A run that did not fail has an error of its own: null.
      expect(answer.body.error ?? null).toBeNull();
      expect(answer.status).toBe(route.status);
      expect(answer.headers.get("content-type")).toBe("application/json; charset=utf-8");
      expect(route.result.safeParse(answer.body).error?.issues ?? []).toEqual([]);
      expect(floor.calls.at(-1)).toMatchObject({ action: route.action, meta: { user: { name: "admin", role: "Admin" } } });
    },
  );

  it.each(routes.filter((route) => route.permission !== "open").map((route) => [`${route.method} ${route.path}`, route] as const))(
    "%s refuses nobody in particular",
    async (_name, route) => {
      const before = floor.calls.length;
      const answer = await floor.request(route.method, pathOf(route), { body: BODIES[route.action] });
      expect([answer.status, answer.body.error?.type, answer.headers.get("www-authenticate")]).toEqual([401, "AUTH_REQUIRED", "Bearer"]);
      expect(floor.calls).toHaveLength(before);
    },
  );

  it("sends a file as what it is, in a sandbox of its own", async () => {
    const answer = await floor.request("GET", "/api/v1/backtest/some-id/report?format=trades.csv", { token: admin });
    expect([answer.status, answer.text]).toEqual([200, "a,b\n1,2\n"]);
    expect(answer.headers.get("content-type")).toBe("text/csv; charset=utf-8");
    expect(answer.headers.get("content-disposition")).toBe('attachment; filename="bt.trades.csv"');
    expect(answer.headers.get("content-security-policy")).toMatch(/^sandbox allow-scripts; default-src 'none'/);
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
  });

  it("refuses a role that lacks the permission, naming it", async () => {
    const answer = await floor.request("PUT", "/api/v1/risk/limits", {
      token: await floor.token("Trader"),
      body: BODIES["risk.setLimits"],
    });
    expect(answer.status).toBe(403);
    expect(answer.body.error).toMatchObject({ type: "FORBIDDEN", data: { permission: "risk:write", role: "Trader" } });
  });
});

describe("parameters", () => {
  it("come from path, query and body, typed", async () => {
    await floor.request("GET", "/api/v1/market-data/orderbook/eth-usdt:usdt?depth=7&venue=sim", { token: admin });
    expect(floor.calls.at(-1)?.params).toEqual({ symbol: "ETH/USDT:USDT", depth: 7, venue: "sim" });
    await floor.request("GET", "/api/v1/positions/BTC%2FUSDT", { token: admin });
    expect(floor.calls.at(-1)?.params).toEqual({ symbol: "BTC/USDT" });
    await floor.request("POST", "/api/v1/strategies/abc/stop", { token: admin, body: { close: true, id: "other" } });
    expect(floor.calls.at(-1)?.params).toEqual({ id: "abc", close: true });
  });

  it("take the idempotency key from the header", async () => {
    const body = BODIES["orders.create"] as object;
    await floor.request("POST", "/api/v1/orders", { token: admin, body, headers: { "idempotency-key": "key-1" } });
    expect(floor.calls.at(-1)?.params).toMatchObject({ idempotencyKey: "key-1" });
    const both = await floor.request("POST", "/api/v1/orders", {
      token: admin,
      body: { ...body, idempotencyKey: "key-2" },
      headers: { "idempotency-key": "key-1" },
    });
    expect(both.body.error).toMatchObject({ type: "VALIDATION_ERROR", data: { field: "idempotencyKey" } });
  });

  it("that do not fit never reach an action, and every problem is named", async () => {
    const before = floor.calls.length;
    const answer = await floor.request("POST", "/api/v1/orders", {
      token: admin,
      body: { symbol: "??", side: "hold", type: "market", quantity: "-1", more: 1 },
    });
    expect(answer.status).toBe(422);
    expect(answer.body.error?.type).toBe("VALIDATION_ERROR");
    expect(answer.body.error?.message).toContain("symbol: expected a symbol such as");
    expect(answer.body.error?.data).toMatchObject({ field: "symbol", got: '"??"' });
    const issues = answer.body.error?.data["issues"] as { field: string; expected: string }[];
    expect(issues.map((issue) => issue.field).sort()).toEqual(["more", "quantity", "side", "symbol"]);
    expect(issues.find((issue) => issue.field === "side")?.expected).toBe("one of buy, sell");
    expect(floor.calls).toHaveLength(before);
  });

  it("bounds the page", async () => {
    const answer = await floor.request("GET", "/api/v1/orders?limit=101", { token: admin });
    expect(answer.body.error?.data).toMatchObject({ field: "limit", expected: "at most 100" });
  });

  it("never echo a password", async () => {
    const answer = await floor.request("POST", "/api/v1/auth/login", { body: { name: "x", password: "secret".repeat(60) } });
    expect(answer.status).toBe(422);
    expect(answer.text).not.toContain("secretsecret");
  });
});

describe("bodies", () => {
  const post = (body: string, headers: Record<string, string> = {}) =>
    floor.request("POST", "/api/v1/orders", { token: admin, body, headers });

  it("that are no JSON object are refused", async () => {
    expect((await post("{no")).body.error).toMatchObject({ type: "BAD_JSON" });
    expect((await post("[1]")).status).toBe(400);
  });

  it("over 64 KB are refused, announced or not", async () => {
    expect(await post(JSON.stringify({ why: "x".repeat(70_000) }))).toMatchObject({
      status: 413,
      body: { error: { type: "BODY_TOO_LARGE" } },
    });
    const chunks = new ReadableStream<Uint8Array>({
      start(controller) {
        for (let part = 0; part < 70; part++) controller.enqueue(new Uint8Array(1_024).fill(32));
        controller.close();
      },
    });
    const init = {
      method: "POST",
      body: chunks,
      duplex: "half",
      headers: { authorization: `Bearer ${admin}`, "content-type": "application/json" },
    };
    expect((await fetch(`${floor.url}/api/v1/orders`, init as RequestInit)).status).toBe(413);
  });

  it("of another type are refused", async () => {
    expect(await post("a=1", { "content-type": "application/x-www-form-urlencoded" })).toMatchObject({
      status: 415,
      body: { error: { type: "UNSUPPORTED_MEDIA_TYPE" } },
    });
    expect((await post("{}", { "content-encoding": "gzip" })).status).toBe(415);
  });

  it("cannot reach the prototype", async () => {
    const answer = await post('{"symbol":"BTC/USDT","side":"buy","type":"market","quantity":"1","__proto__":{"reduceOnly":true}}');
    expect(answer.status).toBe(422);
  });
});

describe("what is not there", () => {
  it("is a 404 with a type", async () => {
    expect(await floor.request("GET", "/api/v1/nothing", { token: admin })).toMatchObject({
      status: 404,
      body: { error: { type: "NOT_FOUND" } },
    });
    expect(await floor.request("GET", "/api/v2/orders")).toMatchObject({ status: 404 });
    expect(await floor.request("GET", "/../../etc/passwd")).toMatchObject({ status: 404 });
  });

  it("is a 405 with what is allowed", async () => {
    const answer = await floor.request("DELETE", "/api/v1/orders", { token: admin });
    expect([answer.status, answer.body.error?.type]).toEqual([405, "METHOD_NOT_ALLOWED"]);
    expect(answer.headers.get("allow")?.split(", ").sort()).toEqual(["GET", "POST"]);
  });

  it("OPTIONS never runs the method it asks about", async () => {
    const before = floor.calls.length;
    const headers = { "access-control-request-method": "POST", origin: "https://elsewhere.example" };
    const answer = await floor.request("OPTIONS", "/api/v1/orders/cancel-all", { token: admin, headers });
    expect(answer.status).toBe(405);
    expect(answer.headers.get("access-control-allow-origin")).toBeNull();
    expect(floor.calls).toHaveLength(before);
  });
});

describe("failures", () => {
  const failing = async (error: unknown) => {
    floor.answers.set("orders.get", () => {
      throw error;
    });
    const answer = await floor.request("GET", "/api/v1/orders/some-id", { token: admin, headers: { "x-request-id": "my-request" } });
    floor.answers.delete("orders.get");
    return answer;
  };

  it("that are expected keep type, code and data", async () => {
    expect(await failing(notFound("order", "x"))).toMatchObject({
      status: 404,
      body: {
        error: {
          type: "NOT_FOUND",
          message: "order x does not exist",
          retryable: false,
          data: { what: "order", id: "x" },
          requestId: "my-request",
        },
      },
    });
    const busy = await failing(new DstaError("JOURNAL_BUSY", "later", { code: 503, retryable: true, data: { retryAfterMs: 1_500 } }));
    expect([busy.status, busy.headers.get("retry-after"), busy.body.error?.retryable]).toEqual([503, "2", true]);
    expect(busy.headers.get("x-request-id")).toBe("my-request");
  });

  it("that are not say nothing about the inside", async () => {
    for (const error of [
      new Error("password is hunter2"),
      new InvariantError("hunter2"),
      Object.assign(new Error("hunter2"), { code: "23505" }),
    ]) {
      const answer = await failing(error);
      expect([answer.status, answer.body.error?.type]).toEqual([500, "INTERNAL"]);
      expect(answer.text).not.toContain("hunter2");
      expect(answer.body.error?.requestId).toBe("my-request");
    }
  });

  it("of time are a 504", async () => {
    floor.answers.set("orders.get", () => new Promise(() => undefined));
    const answer = await floor.request("GET", "/api/v1/orders/slow", { token: admin });
    floor.answers.delete("orders.get");
    expect(answer).toMatchObject({ status: 504, body: { error: { type: "TIMEOUT", retryable: true } } });
  });

  it("of a missing part are a 503", async () => {
    const bare = new ServiceBroker({ logger: false });
    const schema = createGateway({
      verifier: { verify: () => ({ identity: { name: "a", role: "Admin" }, session: null, expiresAtMs: Infinity }) },
      clock: machineClock,
      feed: localFeed(),
      settings: { port: 0 },
    });
    bare.createService(schema);
    await bare.start();
    const url = (bare.getLocalService("gateway") as unknown as { address: { url: string } }).address.url;
    const response = await fetch(`${url}/api/v1/orders`, { headers: { authorization: "Bearer x" } });
    expect([response.status, ((await response.json()) as { error: { type: string } }).error.type]).toEqual([503, "SERVICE_UNAVAILABLE"]);
    await bare.stop();
  });
});

describe("headers", () => {
  it("protect every answer", async () => {
    for (const path of ["/api/v1/health", "/api/v1/nothing", "/", "/api/docs/"]) {
      const { headers } = await floor.request("GET", path);
      expect(headers.get("content-security-policy")).toContain("default-src 'none'");
      expect(headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
      expect([headers.get("x-content-type-options"), headers.get("referrer-policy"), headers.get("access-control-allow-origin")]).toEqual([
        "nosniff",
        "no-referrer",
        null,
      ]);
    }
  });

  it("let pages load from this origin only", async () => {
    const { headers } = await floor.request("GET", "/api/docs/");
    expect(headers.get("content-security-policy")).toContain("script-src 'self';");
  });

  it("give a request an id of its own when the given one is odd", async () => {
    const answer = await floor.request("GET", "/api/v1/nothing", { headers: { "x-request-id": "a b <script>" } });
    expect(answer.body.error?.requestId).toMatch(/^[0-9a-f]{12}-\d+$/);
  });
});

describe("identity", () => {
  it("is the local operator's by its token until a new one is made", async () => {
    const first = floor.localToken();
    expect((await floor.request("GET", "/api/v1/orders", { token: first })).status).toBe(200);
    expect(floor.calls.at(-1)?.meta).toMatchObject({ user: { name: "local-operator", role: "Admin" } });
    floor.localToken();
    expect((await floor.request("GET", "/api/v1/orders", { token: first })).body.error?.type).toBe("TOKEN_INVALID");
  });

  it("of one user never leaks into the call of another", async () => {
    const tokens = await Promise.all(["ann", "bob", "cid", "dan"].map((name) => floor.token("Trader", name)));
    const seen: string[] = [];
    floor.answers.set("orders.get", async (params) => {
      await new Promise((resolve) => setImmediate(resolve));
      return { ...params };
    });
    const start = floor.calls.length;
    await Promise.all(
      tokens.flatMap((token, at) =>
        Array.from({ length: 25 }, () => floor.request("GET", `/api/v1/orders/${["ann", "bob", "cid", "dan"][at]}`, { token })),
      ),
    );
    floor.answers.delete("orders.get");
    for (const call of floor.calls.slice(start)) seen.push(`${String(call.params["id"])}=${(call.meta["user"] as { name: string }).name}`);
    expect(new Set(seen)).toEqual(new Set(["ann=ann", "bob=bob", "cid=cid", "dan=dan"]));
    expect(seen).toHaveLength(100);
  });
});

describe("budgets", () => {
  it("refuse the 101st request of a minute without a token, and a user's own", async () => {
    const small = await startFloor({ settings: { userPerMinute: 3 } });
    const statuses: number[] = [];
    for (let at = 0; at < 101; at++) statuses.push((await small.request("GET", "/api/v1/health")).status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(100);
    expect(statuses.at(-1)).toBe(429);
    const token = await small.token("Bot");
    for (let at = 0; at < 3; at++) expect((await small.request("GET", "/api/v1/orders", { token })).status).toBe(200);
    const refused = await small.request("GET", "/api/v1/orders", { token });
    expect(refused).toMatchObject({ status: 429, body: { error: { type: "RATE_LIMITED", retryable: true } } });
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    await small.stop();
  });
});

describe("pages", () => {
  it("of the API come from this machine", async () => {
    expect((await floor.request("GET", "/api/docs")).headers.get("location")).toBe("/api/docs/");
    const page = await floor.request("GET", "/api/docs/");
    expect(page.text).toContain("swagger-ui");
    for (const [, file] of page.text.matchAll(/(?:src|href)="\.?\/?([^"]+)"/g)) {
      expect((await floor.request("GET", `/api/docs/${file}`)).status, file).toBe(200);
    }
    expect((await floor.request("GET", "/api/docs/swagger-initializer.js")).text).toContain('"openapi.json"');
    expect((await floor.request("GET", "/api/docs/openapi.json")).body["openapi"]).toBe("3.1.0");
  });

  it("of the dashboard are served, or how to build it is", async () => {
    const folder = mkdtempSync(join(tmpdir(), "dsta-dist-"));
    const built = await startFloor({ settings: { dashboardFolder: folder } });
    expect((await built.request("GET", "/")).text).toContain("npm run prepare");
    mkdirSync(join(folder, "assets"));
    writeFileSync(join(folder, "index.html"), "<!doctype html><title>floor</title>");
    writeFileSync(join(folder, "assets", "index-abc123.js"), "export {};");
    writeFileSync(join(folder, ".secret"), "no");
    for (const path of ["/", "/floor", "/risk?x=1", "/strategy/sma-btc-1"]) {
      const page = await built.request("GET", path);
      expect([page.status, page.headers.get("cache-control")], path).toEqual([200, "no-cache"]);
      expect(page.text).toContain("<title>floor</title>");
    }
    const asset = await built.request("GET", "/assets/index-abc123.js");
    expect([asset.status, asset.headers.get("cache-control")]).toEqual([200, "public, max-age=31536000, immutable"]);
    expect((await built.request("GET", "/assets/gone.js")).status).toBe(404);
    expect((await built.request("GET", "/.secret")).status).toBe(404);
    expect((await built.request("GET", "/unknown")).status).toBe(404);
    expect((await built.request("POST", "/floor")).status).toBe(405);
    await built.stop();
    rmSync(folder, { recursive: true });
  });
});

describe("a taken port", () => {
  it("is an error of the start that names it", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    await expect(startFloor({ settings: { port } })).rejects.toMatchObject({
      type: "PORT_TAKEN",
      data: { port },
      message: expect.stringContaining("--port") as string,
    });
    other.close();
  });
});
