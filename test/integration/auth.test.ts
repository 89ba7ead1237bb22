import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createAuth, type Auth, type Tokens } from "../../actors/core/auth.service.ts";
import { ManualClock } from "../../domain/kernel/clock.ts";
import { startTestDatabase, type TestDatabase } from "./database.ts";
import { startFloor, type TestFloor } from "./gateway-floor.ts";

const PASSWORD = "correct horse battery";
const START_MS = 1_763_800_000_000;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

let database: TestDatabase;
let pool: pg.Pool;
let clock: ManualClock;
let auth: Auth;
let floor: TestFloor;
let addresses = 0;

beforeAll(async () => {
  database = await startTestDatabase();
  pool = new pg.Pool({ connectionString: database.server.url, max: 4 });
  pool.on("error", () => undefined);
  clock = new ManualClock(START_MS);
  auth = createAuth({ pool, clock });
  await Promise.all([auth.prepare(), createAuth({ pool, clock }).prepare()]);
  floor = await startFloor({ clock, verifier: auth.verifier, services: [auth.schema], settings: { trustProxy: true } });
  await auth.ensureAdmin({ password: PASSWORD });
}, 60_000);
afterAll(async () => {
  await floor.stop();
  await pool.end();
  await database.remove();
});

/** An address of its own for each caller: budgets and lock-outs of the tests do not meet. */
function newAddress(): string {
  addresses++;
  return `10.0.${addresses >> 8}.${addresses & 255}`;
}

function login(password = PASSWORD, name = "admin", address = newAddress(), headers: Record<string, string> = {}) {
  return floor.request("POST", "/api/v1/auth/login", { body: { name, password }, headers: { "x-forwarded-for": address, ...headers } });
}

async function tokens(): Promise<Tokens> {
  const answer = await login();
  expect(answer.status).toBe(200);
  return answer.body as unknown as Tokens;
}

function refresh(refreshToken: string) {
  return floor.request("POST", "/api/v1/auth/refresh", { body: { refreshToken }, headers: { "x-forwarded-for": newAddress() } });
}

function validate(token: string) {
  return floor.request("GET", "/api/v1/auth/validate", { token, headers: { "x-forwarded-for": newAddress() } });
}

describe("the first start", () => {
  it("makes an admin with a password that is told once", async () => {
    await pool.query("delete from dsta.access_user where name = 'admin'");
    const first = await auth.ensureAdmin();
    expect(first).toEqual({ created: true, password: expect.stringMatching(/^[\w-]{24}$/) as string });
    expect(await auth.ensureAdmin()).toEqual({ created: false, password: null });
    expect((await login(first.password!)).status).toBe(200);
    await auth.ensureAdmin({ password: PASSWORD });
    expect((await login(first.password!)).status).toBe(401);
    expect((await login()).status).toBe(200);
  });

  it("refuses a password too short, without repeating it", async () => {
    await expect(auth.ensureAdmin({ password: "short" })).rejects.toMatchObject({
      type: "VALIDATION_ERROR",
      data: { field: "password", got: '"5 characters"' },
    });
  });

  it("by two nodes at once makes one signing key", async () => {
    expect((await pool.query("select kid from dsta.access_key")).rowCount).toBe(1);
  });
});

describe("a login", () => {
  it("gives tokens, a cookie, and who it is", async () => {
    const answer = await login(PASSWORD, "admin", newAddress(), { "x-forwarded-proto": "https" });
    expect(answer.body).toMatchObject({ tokenType: "Bearer", expiresInSeconds: 900, user: { name: "admin", role: "Admin" } });
    const cookie = answer.headers.get("set-cookie")!;
    for (const part of [
      `dsta_refresh=${String(answer.body["refreshToken"])}`,
      "HttpOnly",
      "SameSite=Strict",
      "Path=/api/v1/auth",
      "Max-Age=604800",
      "Secure",
    ]) {
      expect(cookie).toContain(part);
    }
    expect((await login()).headers.get("set-cookie")).not.toContain("Secure");
    expect((await validate(String(answer.body["accessToken"]))).body).toMatchObject({
      name: "admin",
      role: "Admin",
      permissions: expect.arrayContaining(["risk:write"]) as string[],
    });
  });

  it("looks the same for a wrong name and a wrong password", async () => {
    const [name, password] = [await login(PASSWORD, "nobody"), await login("wrong password")];
    expect([name.status, password.status]).toEqual([401, 401]);
    const shown = ({ body }: typeof name) => ({ ...body.error, requestId: "" });
    expect(shown(name)).toEqual(shown(password));
  });

  it("stores no token or password in the clear", async () => {
    const given = await tokens();
    const { rows } = await pool.query(
      "select u.password_hash, encode(r.token_hash, 'escape') as hash from dsta.access_user u, dsta.access_refresh r",
    );
    const stored = JSON.stringify(rows);
    expect(stored).toContain("$argon2id$");
    expect(stored).not.toContain(given.refreshToken);
    expect(stored).not.toContain(PASSWORD);
  });

  it("waits longer after each failure past the fifth, even with the right password", async () => {
    const address = newAddress();
    for (let at = 0; at < 5; at++) expect((await login("wrong password", "admin", address)).status).toBe(401);
    const locked = await login(PASSWORD, "admin", address);
    expect(locked).toMatchObject({ status: 429, body: { error: { type: "LOGIN_LOCKED", data: { retryAfterMs: 2_000 } } } });
    expect(locked.headers.get("retry-after")).toBe("2");
    clock.advance(2_000);
    expect((await login("wrong password", "admin", address)).status).toBe(401);
    expect((await login(PASSWORD, "admin", address)).body.error?.data).toMatchObject({ retryAfterMs: 4_000 });
    expect((await login()).status).toBe(200);
    clock.advance(4_000);
    expect((await login(PASSWORD, "admin", address)).status).toBe(200);
  });
});

describe("an access token", () => {
  it("lives 15 minutes", async () => {
    clock.advance(1_000 - (clock.now() % 1_000));
    const { accessToken } = await tokens();
    clock.advance(15 * MINUTE_MS - 1);
    expect((await validate(accessToken)).status).toBe(200);
    clock.advance(1);
    expect((await validate(accessToken)).body.error?.type).toBe("TOKEN_EXPIRED");
    expect((await validate(accessToken)).body.error?.type).toBe("TOKEN_EXPIRED");
  });

  it("that was changed, or signs itself off as unsigned, is refused", async () => {
    const { accessToken } = await tokens();
    const [head, body, sign] = accessToken.split(".") as [string, string, string];
    const none = Buffer.from(JSON.stringify({ alg: "none" })).toString("base64url");
    const claims = JSON.parse(Buffer.from(body, "base64url").toString()) as Record<string, unknown>;
    const bad = [
      `${none}.${body}.`,
      `${head}.${Buffer.from(JSON.stringify({ ...claims, role: "Admin", sub: "eve" })).toString("base64url")}.${sign}`,
      "x",
      "a.b.c",
    ];
    for (const token of bad) expect((await validate(token)).body.error?.type).toBe("TOKEN_INVALID");
  });
});

describe("a refresh token", () => {
  it("works once; a second use ends the whole login", async () => {
    const first = await tokens();
    const second = (await refresh(first.refreshToken)).body as unknown as Tokens;
    expect((await validate(second.accessToken)).status).toBe(200);
    expect((await refresh(first.refreshToken)).body.error?.type).toBe("REFRESH_REUSED");
    expect((await refresh(second.refreshToken)).status).toBe(401);
    expect((await validate(second.accessToken)).body.error?.type).toBe("TOKEN_INVALID");
  });

  it("used by two at once works for one", async () => {
    const { refreshToken } = await tokens();
    const statuses = (await Promise.all([refresh(refreshToken), refresh(refreshToken)]))
      .map((answer) => answer.status)
      .toSorted((a, b) => a - b);
    expect(statuses).toEqual([200, 401]);
  });

  it("lives 7 days", async () => {
    const [early, late] = [await tokens(), await tokens()];
    clock.advance(7 * DAY_MS - 1);
    expect((await refresh(early.refreshToken)).status).toBe(200);
    clock.advance(1);
    expect((await refresh(late.refreshToken)).body.error?.type).toBe("REFRESH_EXPIRED");
  });

  it("may come as the cookie, and is needed", async () => {
    const given = await tokens();
    const headers = { cookie: `other=1; dsta_refresh=${given.refreshToken}`, "x-forwarded-for": newAddress() };
    expect((await floor.request("POST", "/api/v1/auth/refresh", { headers })).status).toBe(200);
    const without = await floor.request("POST", "/api/v1/auth/refresh", { headers: { "x-forwarded-for": newAddress() } });
    expect(without.body.error?.type).toBe("REFRESH_REQUIRED");
    expect((await refresh("made up")).body.error?.type).toBe("REFRESH_INVALID");
  });

  it("ends with the logout, as does the access token", async () => {
    const given = await tokens();
    const out = await floor.request("POST", "/api/v1/auth/logout", { token: given.accessToken });
    expect([out.status, out.headers.get("set-cookie")]).toEqual([200, expect.stringContaining("Max-Age=0")]);
    expect((await refresh(given.refreshToken)).status).toBe(401);
    expect((await validate(given.accessToken)).status).toBe(401);
  });

  it("ends with a change of the password", async () => {
    const given = await tokens();
    await auth.ensureAdmin({ password: "another password" });
    expect((await refresh(given.refreshToken)).status).toBe(401);
    await auth.ensureAdmin({ password: PASSWORD });
  });
});
