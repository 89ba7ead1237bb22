/** docker-compose.yml and what it builds from say what docs promise; images are not built here (deploy/README.md). */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";

const root = path.resolve(import.meta.dirname, "../..");
const read = (name: string) => readFileSync(path.join(root, name), "utf8");

const health = z.strictObject({
  test: z.array(z.string()).min(2),
  interval: z.literal("10s"),
  timeout: z.literal("5s"),
  retries: z.literal(5),
  start_period: z.string().optional(),
});

/** The part of the compose format this project uses; a misspelt key fails. */
const service = z.strictObject({
  build: z.strictObject({ context: z.string(), dockerfile: z.string() }).optional(),
  image: z.string(),
  init: z.boolean().optional(),
  restart: z.literal("unless-stopped"),
  stop_grace_period: z.string().optional(),
  shm_size: z.string().optional(),
  read_only: z.boolean().optional(),
  tmpfs: z.array(z.string()).optional(),
  cap_drop: z.array(z.string()).optional(),
  security_opt: z.array(z.string()).optional(),
  command: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.string()),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()),
  networks: z.array(z.string()),
  depends_on: z.record(z.string(), z.strictObject({ condition: z.literal("service_healthy") })).default({}),
  healthcheck: health,
});

const compose = z.strictObject({
  name: z.literal("dsta"),
  services: z.record(z.string(), service),
  networks: z.record(z.string(), z.strictObject({ internal: z.boolean().optional() })),
  volumes: z.record(z.string(), z.strictObject({})),
});

const stack = compose.parse(parse(read("docker-compose.yml")));
const services = Object.entries(stack.services);
const floor = stack.services["dsta"];
const servers = services.filter(([name]) => name !== "dsta");

describe("docker-compose.yml", () => {
  it("runs the floor and the four servers it can use", () => {
    expect(Object.fromEntries(services.map(([name, { image }]) => [name, image]))).toEqual({
      dsta: "dsta:local",
      postgres: "postgres:17",
      nats: "nats:2-alpine",
      redis: "redis:8",
      mongo: "mongo:8",
    });
  });

  it("starts the floor when every server is healthy", () => {
    expect(Object.keys(floor?.depends_on ?? {}).toSorted()).toEqual(servers.map(([name]) => name).toSorted());
  });

  it("publishes the floor alone, to this machine alone", () => {
    expect(floor?.ports).toEqual(["127.0.0.1:${DSTA_PORT:-8000}:3000"]);
    for (const [name, { ports, networks }] of servers) {
      expect(ports, name).toEqual([]);
      expect(networks, name).toEqual(["servers"]);
    }
    expect(stack.networks["servers"]).toEqual({ internal: true });
    expect(floor?.networks).toEqual(["edge", "servers"]);
  });

  it("tells the floor where each server is, by service name and port", () => {
    const targets = Object.entries(floor?.environment ?? {})
      .filter(([name]) => name.endsWith("_URL"))
      .map(([name, value]) => [name, value.replace(/\$\{[^}]+\}/, "secret")]);
    expect(Object.fromEntries(targets)).toEqual({
      DATABASE_URL: "postgresql://dsta:secret@postgres:5432/dsta",
      NATS_URL: "nats://dsta:secret@nats:4222",
      REDIS_URL: "redis://:secret@redis:6379",
      MONGO_URL: "mongodb://dsta:secret@mongo:27017/dsta?authSource=admin",
    });
    for (const [, url] of targets) expect(() => new URL(url ?? "")).not.toThrow();
  });

  it("holds no secret: every password is asked of the environment and has no default", () => {
    for (const [name, { environment }] of services) {
      for (const [variable, value] of Object.entries(environment)) {
        if (!/PASSWORD|AUTH|_URL$/.test(variable)) continue;
        expect(value, `${name}: ${variable}`).toMatch(/\$\{[A-Z_]+:\?see deploy\/README\.md\}/);
      }
    }
    expect(read("deploy/README.md")).toContain(
      "for name in POSTGRES_PASSWORD NATS_PASSWORD REDIS_PASSWORD MONGO_PASSWORD DSTA_ADMIN_PASSWORD;",
    );
  });

  it("declares every volume and network it mounts, and mounts every one it declares", () => {
    const mounted = services.flatMap(([, { volumes }]) => volumes.map((volume) => volume.split(":")[0] ?? ""));
    expect(mounted.filter((name) => !name.startsWith("./")).toSorted()).toEqual(Object.keys(stack.volumes).toSorted());
    for (const name of mounted.filter((mount) => mount.startsWith("./"))) expect(existsSync(path.join(root, name)), name).toBe(true);
    expect([...new Set(services.flatMap(([, { networks }]) => networks))].toSorted()).toEqual(Object.keys(stack.networks).toSorted());
  });

  it("keeps JetStream on disk, under a password", () => {
    const conf = read("deploy/nats/nats.conf");
    expect(conf).toMatch(/jetstream \{\s+store_dir: "\/data"/);
    expect(conf).toContain("password: $NATS_PASSWORD");
    expect(stack.services["nats"]?.volumes).toContain("nats-data:/data");
  });
});

describe("deploy/nats/nats.conf", () => {
  const check = (password: string) => {
    const quoted = (stack.services["nats"]?.environment["NATS_PASSWORD"] ?? "").replace(/\$\{[^}]+\}/, password);
    return () =>
      execFileSync("nats-server", ["-t", "-c", "deploy/nats/nats.conf"], {
        cwd: root,
        env: { ...process.env, NATS_PASSWORD: quoted },
        stdio: "pipe",
      });
  };

  it("is what a real server accepts, whatever the password looks like", () => {
    for (const password of ["secret", "123456", "4e10", "0x12", "true", "2m"]) expect(check(password), password).not.toThrow();
  });
});

describe("deploy/Dockerfile", () => {
  const lines = read("deploy/Dockerfile").split("\n");
  const stages = lines.filter((line) => line.startsWith("FROM "));
  const last = lines.slice(lines.lastIndexOf(stages.at(-1) ?? ""));
  const list = (instruction: string): unknown =>
    JSON.parse(last.find((line) => line.startsWith(`${instruction} `))?.slice(instruction.length) ?? "null");

  it("builds on Node 24 in stages and ships without development packages", () => {
    expect(stages).toEqual(["FROM node:24-slim AS dashboard", "FROM node:24-slim AS packages", "FROM node:24-slim"]);
    expect(lines.join("\n")).toMatch(/AS packages\n(?:.*\n)*?RUN npm ci --omit=dev --ignore-scripts/);
  });

  it("runs the program itself, not as root, on all addresses of its container", () => {
    expect(list("ENTRYPOINT")).toEqual(["node", "cli/dsta.mjs"]);
    expect(list("CMD")).toEqual(["start", "--data", "/data", "--no-repl", "--json-log"]);
    expect(last).toContain("USER node");
    expect(last).toContain("VOLUME /data");
    expect(last.join("\n")).toMatch(/^ENV .*HOST=0\.0\.0\.0/m);
    expect(last.join("\n")).toContain("/api/v1/health");
  });

  it("copies only what is in the project and reaches the builder", () => {
    const allowed = read(".dockerignore")
      .split("\n")
      .filter((line) => line.startsWith("!"))
      .map((line) => line.slice(1));
    const copied = lines
      .filter((line) => line.startsWith("COPY ") && !line.includes("--from="))
      .flatMap((line) => line.split(/\s+/).slice(1, -1));
    for (const name of copied) {
      expect(existsSync(path.join(root, name)), `${name} does not exist`).toBe(true);
      expect(allowed, `${name} is kept from the builder by .dockerignore`).toContain(name);
    }
    expect(copied.toSorted().filter((name, index, all) => all.indexOf(name) === index)).toEqual(allowed.toSorted());
  });
});
