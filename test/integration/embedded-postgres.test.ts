import { spawn } from "node:child_process";
import { chmod, mkdir, rm, writeFile } from "node:fs/promises";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import pg from "pg";
import { afterEach, describe, expect, it } from "vitest";
import { connectDatabase } from "../../brokers/postgres/database.ts";
import { startEmbeddedPostgres } from "../../brokers/postgres/embedded-postgres.ts";
import { temporaryFolder } from "./database.ts";

const clean: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of clean.splice(0).reverse()) await step();
});

async function folder(): Promise<string> {
  const path = await temporaryFolder();
  clean.push(() => rm(path, { recursive: true, force: true }));
  return path;
}

async function ask(url: string, sql: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>(sql);
    return Object.values(rows[0] ?? {})[0];
  } finally {
    await client.end();
  }
}

describe("embedded PostgreSQL", () => {
  it("starts in an empty folder, keeps its data over a stop, and lets nobody in without the password", async () => {
    const path = await folder();
    const first = await startEmbeddedPostgres({ folder: path });
    expect(first).toMatchObject({ host: "127.0.0.1", user: "dsta", database: "dsta", adopted: false });
    await ask(first.url, "create table kept as select 42 as answer");
    expect(await ask(first.url, "show fsync")).toBe("on");
    await expect(ask(first.url.replace(first.password, "wrong"), "select 1")).rejects.toThrow("password authentication failed");
    expect(statSync(join(path, "postgres-password")).mode & 0o777).toBe(0o600);
    await first.stop();
    await expect(ask(first.url, "select 1")).rejects.toThrow();
    const second = await startEmbeddedPostgres({ folder: path });
    expect(await ask(second.url, "select answer from kept")).toBe(42);
    await second.stop();
  }, 60_000);

  it("is started again on its port when it dies", async () => {
    const path = await folder();
    let up = (): void => undefined;
    const back = new Promise<void>((resolve) => (up = resolve));
    const server = await startEmbeddedPostgres({ folder: path, onChange: ({ state }) => (state === "up" ? up() : undefined) });
    clean.push(() => server.stop());
    const dead = server.pid();
    process.kill(dead, "SIGKILL");
    await back;
    expect(server.pid()).not.toBe(dead);
    expect(await ask(server.url, "select 1")).toBe(1);
  }, 60_000);

  it("outlives a killed parent and is adopted by the next start", async () => {
    const path = await folder();
    const module = new URL("../../brokers/postgres/embedded-postgres.ts", import.meta.url).href;
    const script = `
      const { startEmbeddedPostgres } = await import(${JSON.stringify(module)});
      const server = await startEmbeddedPostgres({ folder: ${JSON.stringify(path)} });
      console.log(JSON.stringify({ pid: server.pid(), url: server.url }));
      setInterval(() => undefined, 1000);`;
    const parent = spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: ["ignore", "pipe", "inherit"] });
    const said = await createInterface(parent.stdout)[Symbol.asyncIterator]().next();
    const started = JSON.parse(String(said.value)) as { pid: number; url: string };
    await ask(started.url, "create table kept as select 7 as answer");
    const gone = new Promise((resolve) => parent.once("exit", resolve));
    parent.kill("SIGKILL");
    await gone;
    const adopted = await startEmbeddedPostgres({ folder: path });
    expect(adopted).toMatchObject({ adopted: true, url: started.url });
    expect(adopted.pid()).toBe(started.pid);
    expect(await ask(adopted.url, "select answer from kept")).toBe(7);
    await adopted.stop();
    await expect(ask(adopted.url, "select 1")).rejects.toThrow();
  }, 60_000);

  it("does not mistake another program with the old server's pid for it", async () => {
    const path = await folder();
    const first = await startEmbeddedPostgres({ folder: path });
    await first.stop();
    const dataFolder = join(path, "postgres", "data");
    await writeFile(join(dataFolder, "postmaster.pid"), `${process.pid}\n${dataFolder}\n1\n1\n\n127.0.0.1\n\nready   \n`);
    const second = await startEmbeddedPostgres({ folder: path });
    expect(second.adopted).toBe(false);
    await second.stop();
  }, 60_000);

  it("initialises again only what it never finished", async () => {
    const path = await folder();
    const dataFolder = join(path, "postgres", "data");
    await mkdir(dataFolder, { recursive: true });
    await writeFile(join(dataFolder, "somebodys"), "file");
    await expect(startEmbeddedPostgres({ folder: path })).rejects.toMatchObject({ type: "EMBEDDED_POSTGRES_CORRUPT" });
    expect(existsSync(join(dataFolder, "somebodys"))).toBe(true);
    await writeFile(join(path, "postgres", "initialising"), "");
    const server = await startEmbeddedPostgres({ folder: path });
    await server.stop();
    await rm(dataFolder, { recursive: true });
    await expect(startEmbeddedPostgres({ folder: path })).rejects.toMatchObject({ type: "EMBEDDED_POSTGRES_CORRUPT" });
  }, 60_000);

  it("works below a folder that only its owner may pass", async () => {
    const locked = await folder();
    await chmod(locked, 0o700);
    const path = join(locked, "floor");
    await mkdir(path, { mode: 0o700 });
    const server = await startEmbeddedPostgres({ folder: path });
    expect(await ask(server.url, "select 1")).toBe(1);
    await server.stop();
    const again = await startEmbeddedPostgres({ folder: path });
    await again.stop();
    expect(statSync(locked).mode & 0o777).toBe(0o700);
    // Root's server runs as another user and lives elsewhere; an ordinary user's lies in place.
    if (existsSync(join(path, "postgres-location.json"))) {
      const { folder: home } = JSON.parse(readFileSync(join(path, "postgres-location.json"), "utf8")) as { folder: string };
      expect(existsSync(join(home, "data", "PG_VERSION"))).toBe(true);
      await rm(home, { recursive: true });
      await expect(startEmbeddedPostgres({ folder: path })).rejects.toMatchObject({ type: "EMBEDDED_POSTGRES_CORRUPT" });
    } else expect(existsSync(join(path, "postgres", "data", "PG_VERSION"))).toBe(true);
  }, 60_000);
});

describe("a given database", () => {
  it("is checked and described from its URL", async () => {
    const server = await startEmbeddedPostgres({ folder: await folder() });
    clean.push(() => server.stop());
    const { host, port, user, database } = server;
    expect(await connectDatabase(server.url)).toMatchObject({ host, port, user, database, adopted: false, url: server.url });
  }, 60_000);

  it("is refused when the URL is none or nobody answers, without showing the password", async () => {
    await expect(connectDatabase("mysql://u:p@h/d")).rejects.toMatchObject({ type: "VALIDATION_ERROR", data: { field: "DATABASE_URL" } });
    const refusal: unknown = await connectDatabase("postgres://u:secret@127.0.0.1:1/d").catch((error: unknown) => error);
    expect(refusal).toMatchObject({ type: "DATABASE_UNREACHABLE", retryable: true });
    expect(JSON.stringify([(refusal as Error).message, (refusal as { data: unknown }).data])).not.toContain("secret");
  });
});
