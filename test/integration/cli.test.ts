import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { DstaError } from "../../domain/kernel/errors.ts";
import { startFloor, type TestFloor } from "./gateway-floor.ts";

const DSTA = fileURLToPath(new URL("../../cli/dsta.mjs", import.meta.url));

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

let floor: TestFloor;
let folder: string;

/** Runs the command as a person would, in a process of its own and without the caller's settings. */
function dsta(args: readonly string[], env: Record<string, string> = {}): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(process.execPath, [DSTA, ...args], { env: { PATH: process.env["PATH"] ?? "", ...env } }, (error, out, err) => {
      resolve({ code: error ? Number(error.code) : 0, out, err });
    });
  });
}

const onFloor = (...args: string[]) => dsta([...args, "--data", folder]);

beforeAll(async () => {
  floor = await startFloor();
  folder = mkdtempSync(join(tmpdir(), "dsta-cli-"));
  writeFileSync(join(folder, "run.json"), JSON.stringify({ url: floor.url, token: floor.localToken(), pid: process.pid }), { mode: 0o600 });
  writeFileSync(join(folder, "dsta.json"), "{}");
});
beforeEach(() => floor.answers.clear());
afterAll(async () => {
  await floor.stop();
  rmSync(folder, { recursive: true });
});

describe("dsta without a floor", () => {
  it("documents its exit codes", async () => {
    const help = await dsta(["--help"]);
    expect(help.code).toBe(0);
    for (const line of ["0  ok", "3  the floor is not running", "5  doctor found a problem"]) expect(help.out).toContain(line);
  });

  it.each([
    [["nonsense"], "unknown command 'nonsense'"],
    [["status", "--nonsense"], "unknown option '--nonsense'"],
    [["start", "--port", "x"], "expected 0 to 65535"],
    [["start", "--replay", "no/such.csv"], "no file no/such.csv"],
    [["strategies", "params", "s-1", "fast"], "expected name=value"],
    [["halt"], "--reason"],
    [["logs", "--level", "loud"], "Allowed choices are"],
    [["status", "--url", "ftp://x"], "--url: expected http://host:port"],
    [["status", "--url", "http://127.0.0.1:1"], "DSTA_TOKEN"],
  ])("%j is wrong usage", async (args, message) => {
    const { code, err } = await dsta(args);
    expect([code, err]).toEqual([2, expect.stringContaining(message)]);
  });

  it("says that nothing runs, or nobody answers", async () => {
    const empty = mkdtempSync(join(tmpdir(), "dsta-cli-"));
    expect(await dsta(["status", "--data", empty])).toMatchObject({ code: 3, err: expect.stringContaining("dsta start") as string });
    writeFileSync(join(empty, "run.json"), "{}");
    expect(await dsta(["status", "--data", empty])).toMatchObject({ code: 3, err: expect.stringContaining("damaged") as string });
    expect(await dsta(["status", "--url", "http://127.0.0.1:1"], { DSTA_TOKEN: "x" })).toMatchObject({
      code: 3,
      err: expect.stringContaining("cannot reach") as string,
    });
    rmSync(empty, { recursive: true });
  });
});

describe("dsta with a floor", () => {
  it("shows status, strategies, positions and orders", async () => {
    expect(await onFloor("status")).toMatchObject({ code: 0, out: expect.stringContaining("trading     active") as string });
    const strategies = await onFloor("strategies");
    expect(strategies.out.split("\n")[0]).toMatch(/^ID +STRATEGY +STATE/);
    expect(strategies.out).toContain("sma-btc-1  sma-cross  running");
    expect((await onFloor("positions")).out).toContain("50025");
    expect((await onFloor("orders")).out).toContain("Working");
    expect(strategies.out).not.toContain("\u001b");
  });

  it("prints JSON that parses", async () => {
    for (const verb of ["status", "strategies", "positions", "orders"]) {
      const { code, out } = await onFloor(verb, "--json");
      expect(code).toBe(0);
      expect(JSON.parse(out)).toBeTypeOf("object");
    }
  });

  it("starts, stops, pauses and changes a strategy", async () => {
    expect(await onFloor("strategies", "stop", "sma-btc-1", "--close")).toMatchObject({ code: 0, out: "sma-btc-1 is running\n" });
    expect(floor.calls.at(-1)).toMatchObject({ action: "strategies.stop", params: { id: "sma-btc-1", close: true } });
    await onFloor("strategies", "params", "sma-btc-1", "slow=40", "--note", "calmer");
    expect(floor.calls.at(-1)).toMatchObject({
      action: "strategies.parameters",
      params: { id: "sma-btc-1", params: { fast: 10, slow: 40 }, expectedVersion: 1, note: "calmer" },
    });
    expect((await onFloor("strategies", "params", "sma-btc-1")).out).toContain("2..200");
  });

  it("creates a strategy, in a thread of its own when asked to", async () => {
    await onFloor("strategies", "create", "sma-2", "sma-cross", "BTC/USDT", "fast=5", "--isolation", "thread", "--start");
    expect(floor.calls.at(-1)).toMatchObject({
      action: "strategies.create",
      params: { id: "sma-2", strategy: "sma-cross", symbol: "BTC/USDT", params: { fast: 5 }, isolation: "thread", start: true },
    });
    expect((await onFloor("strategies", "create", "sma-2", "sma-cross", "BTC/USDT", "--isolation", "process")).code).toBe(2);
  });

  it("cancels an order", async () => {
    expect(await onFloor("orders", "cancel", "o-1")).toMatchObject({ code: 0, out: "order o-1 is Working\n" });
    expect(floor.calls.at(-1)).toMatchObject({ action: "orders.cancel", params: { id: "o-1" } });
  });

  it("halts without asking, resumes only when it is meant", async () => {
    expect((await onFloor("halt", "--reason", "fire drill")).code).toBe(0);
    expect(floor.calls.at(-1)).toMatchObject({
      action: "risk.switch",
      params: { state: "halted", reason: "fire drill" },
      meta: { user: { name: "local-operator" } },
    });
    expect(await onFloor("resume", "--reason", "over")).toMatchObject({ code: 2, err: expect.stringContaining("--yes") as string });
    expect((await onFloor("resume", "--reason", "over", "--yes")).code).toBe(0);
    expect(floor.calls.at(-1)?.params).toEqual({ state: "active", reason: "over", confirm: "RESUME main" });
  });

  it("tells refusals from failures", async () => {
    floor.answers.set("orders.cancel", () => {
      throw new DstaError("ORDER_CLOSED", "order o-1 is Filled", { code: 409 });
    });
    expect(await onFloor("orders", "cancel", "o-1")).toMatchObject({ code: 4, err: "dsta: ORDER_CLOSED: order o-1 is Filled\n" });
    floor.answers.set("orders.cancel", () => {
      throw new Error("secret");
    });
    expect(await onFloor("orders", "cancel", "o-1")).toMatchObject({ code: 1, err: expect.stringContaining("INTERNAL") as string });
    expect(await dsta(["orders", "--url", floor.url], { DSTA_TOKEN: await floor.token("Bot") })).toMatchObject({ code: 0 });
    expect(await dsta(["strategies", "--url", floor.url], { DSTA_TOKEN: await floor.token("Bot") })).toMatchObject({
      code: 4,
      err: expect.stringContaining("FORBIDDEN") as string,
    });
  });
});

describe("dsta logs", () => {
  it("shows the last lines of a level, and follows through a rotation", async () => {
    mkdirSync(join(folder, "logs"));
    const path = join(folder, "logs", "dsta.log");
    const line = (msg: string, level = 30) => `${JSON.stringify({ level, time: 0, msg })}\n`;
    writeFileSync(path, line("one") + line("two", 40) + line("three") + line("noise", 20));
    expect((await onFloor("logs", "-n", "2")).out).toBe("1970-01-01T00:00:00.000Z WARN  two\n1970-01-01T00:00:00.000Z INFO  three\n");
    expect((await onFloor("logs", "--level", "warn", "--json")).out).toBe(line("two", 40));
    const child = spawn(process.execPath, [DSTA, "logs", "-f", "-n", "1", "--data", folder], { stdio: ["ignore", "pipe", "inherit"] });
    let shown = "";
    const shows = async (text: string) => {
      while (!shown.includes(text)) shown += String((await once(child.stdout, "data"))[0]);
    };
    await shows("three");
    appendFileSync(path, line("four"));
    await shows("four");
    renameSync(path, `${path}.1`);
    writeFileSync(path, line("five"));
    await shows("five");
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    expect(await ended).toEqual([null, "SIGTERM"]);
  });
});

describe("dsta doctor", () => {
  const free = { PORT: "0" };

  it("is content with a sound machine", async () => {
    const { code, out } = await dsta(["doctor", "--data", folder, "--json"], free);
    const { checks } = JSON.parse(out) as { checks: { name: string; result: string }[] };
    expect(checks.map((check) => check.name)).toEqual([
      "node",
      "settings",
      "data folder",
      "disk",
      "database",
      "port",
      "clock",
      "dashboard",
    ]);
    expect(checks.filter((check) => check.result === "fail")).toEqual([]);
    expect(code).toBe(0);
  });

  it("finds a foreign folder, a bad setting, a taken port and a dead database, and says what to do", async () => {
    const foreign = mkdtempSync(join(tmpdir(), "dsta-cli-"));
    writeFileSync(join(foreign, "thesis.doc"), "");
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const port = String((other.address() as AddressInfo).port);
    const { code, out, err } = await dsta(["doctor", "--data", foreign], {
      PORT: port,
      DSTA_DESK: "NO!",
      DATABASE_URL: "postgres://x:hunter2@127.0.0.1:1/x",
    });
    expect(code).toBe(5);
    expect(err).toContain("data folder");
    for (const text of ["thesis.doc", "DSTA_DESK", `127.0.0.1:${port} is taken`, "DATABASE_URL"]) expect(out).toContain(text);
    expect(out).not.toContain("hunter2");
    expect(out.match(/→/g)!.length).toBeGreaterThanOrEqual(4);
    other.close();
    rmSync(foreign, { recursive: true });
  });
});
