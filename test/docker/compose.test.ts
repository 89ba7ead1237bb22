/** The compose files and what they build from say what docs promise; images are not built here (deploy/README.md). */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { parseSettings } from "../../config/settings.ts";
import { parseRoles, ROLES } from "../../topology/roles.ts";
import { ROOT_IMPORTS } from "../tidy/layers.ts";

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

/** What a second file adds or replaces, member by member. */
const trader = service.extend({ healthcheck: z.strictObject({ disable: z.literal(true) }) });
const overlay = z.strictObject({
  "x-trader": z.unknown(),
  "x-trader-environment": z.unknown(),
  services: z.intersection(
    z.looseObject({ dsta: z.strictObject({ environment: z.record(z.string(), z.string()) }) }),
    z.record(z.string(), z.unknown()),
  ),
  volumes: z.record(z.string(), z.strictObject({})),
});

/** The program's own reading of an environment, with passwords that fit. */
const settingsOf = (environment: Readonly<Record<string, string>>) =>
  parseSettings(
    Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, value.replace(/\$\{[^}]+\}/, "secret-secret")])),
  );
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
      NATS_URL: "nats://nats:4222",
      REDIS_URL: "redis://:secret@redis:6379",
      MONGO_URL: "mongodb://dsta:secret@mongo:27017/dsta?authSource=admin",
    });
    for (const [, url] of targets) expect(() => new URL(url ?? "")).not.toThrow();
    // The NATS client takes no user from an address.
    expect(floor?.environment).toMatchObject({ NATS_USER: "dsta", NATS_PASSWORD: "${NATS_PASSWORD:?see deploy/README.md}" });
  });

  it("gives the node a name that outlives its container, and settings the program has", () => {
    expect(floor?.environment["DSTA_NODE"]).toBe("floor-1");
    expect(settingsOf(floor?.environment ?? {})).toMatchObject({ node: "floor-1", roles: "all", natsUser: "dsta" });
  });

  it("holds no secret: every password is asked of the environment and has no default", () => {
    for (const [name, { environment }] of services) {
      for (const [variable, value] of Object.entries(environment)) {
        if (!/PASSWORD|AUTH|_URL$/.test(variable) || variable === "NATS_URL") continue;
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

describe("docker-compose.cluster.yml", () => {
  const cluster = overlay.parse(parse(read("docker-compose.cluster.yml"), { merge: true }));
  const { dsta, ...others } = cluster.services;
  const traders = Object.entries(others).map(([name, value]) => [name, trader.parse(value)] as const);
  const core = settingsOf({ ...floor?.environment, ...dsta.environment });

  it("makes the floor the node for people and adds three that trade", () => {
    expect(core).toMatchObject({ node: "core-1", roles: "core,data" });
    expect(traders.map(([name]) => name)).toEqual(["trader-1", "trader-2", "trader-3"]);
    for (const [name, { environment }] of traders)
      expect(settingsOf(environment), name).toMatchObject({ node: name, roles: "exchange,trading" });
  });

  it("hosts every role but the one without actors", () => {
    const roles = new Set([core.roles, ...traders.map(([, { environment }]) => settingsOf(environment).roles)].flatMap(parseRoles));
    expect(ROLES.filter((role) => !roles.has(role))).toEqual(["ml"]);
  });

  it("runs what the floor runs, on the same servers, as confined, with a volume each", () => {
    const shared = ["DATABASE_URL", "NATS_URL", "NATS_USER", "NATS_PASSWORD"] as const;
    for (const [name, node] of traders) {
      for (const member of [
        "build",
        "image",
        "init",
        "read_only",
        "tmpfs",
        "cap_drop",
        "security_opt",
        "stop_grace_period",
        "networks",
      ] as const) {
        expect(node[member], `${name}: ${member}`).toEqual(floor?.[member]);
      }
      for (const variable of shared) expect(node.environment[variable], `${name}: ${variable}`).toBe(floor?.environment[variable]);
      expect(Object.keys(node.depends_on).toSorted(), name).toEqual(["nats", "postgres"]);
      expect(node.ports, name).toEqual([]);
      expect(node.volumes, name).toEqual([`${name}-data:/data`]);
    }
    expect(Object.keys(cluster.volumes)).toEqual(traders.map(([name]) => `${name}-data`));
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

describe("the image", () => {
  it("holds every folder the program is made of", () => {
    const copied = new Set(
      Array.from(read("deploy/Dockerfile").matchAll(/^COPY (?:--from=\S+ \/app\/)?(\w+)\b/gm), ([, folder]) => folder),
    );
    const product = Object.keys(ROOT_IMPORTS).filter((folder) => !["", "test", "bench"].includes(folder));
    expect(product.filter((folder) => !copied.has(folder))).toEqual([]);
  });
});
