/**
 * A small floor behind a real gateway: a broker without transporter, services that answer every action of the route
 * table with rows that fit, an in-process feed, and tokens signed with a key of the test.
 */
import { randomBytes } from "node:crypto";
import { ServiceBroker, type Context, type ServiceSchema } from "moleculer";
import type { GatewayService } from "../../actors/core/gateway.service.ts";
import { createGateway } from "../../actors/core/gateway.service.ts";
import type { GatewaySettings } from "../../actors/core/gateway-deps.ts";
import { CachedVerifier, type TokenVerifier } from "../../actors/core/token-verifier.ts";
import { signAccessToken } from "../../actors/core/tokens.ts";
import type { Role } from "../../domain/access/roles.ts";
import type { Feed } from "../../domain/contract/subjects.ts";
import type { Clock } from "../../domain/kernel/clock.ts";
import { machineClock } from "./database.ts";
import * as rows from "./gateway-rows.ts";

export interface Call {
  readonly action: string;
  readonly params: Record<string, unknown>;
  readonly meta: Record<string, unknown>;
}

export interface TestFloor {
  readonly url: string;
  readonly broker: ServiceBroker;
  readonly feed: Feed;
  /** What reached the actions, oldest first. */
  readonly calls: Call[];
  /** Replaces the answer of an action. */
  readonly answers: Map<string, (params: Record<string, unknown>) => unknown>;
  token(role: Role, name?: string): Promise<string>;
  localToken(): string;
  request(method: string, path: string, options?: RequestOptions): Promise<Answer>;
  stop(): Promise<void>;
}

export interface RequestOptions {
  readonly token?: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // Bodies are read freely by tests.
  readonly body: Record<string, unknown> & {
    error?: { type: string; message: string; retryable: boolean; data: Record<string, unknown>; requestId: string };
  };
  readonly text: string;
}

export interface FloorOptions {
  readonly settings?: Partial<GatewaySettings>;
  readonly clock?: Clock;
  readonly verifier?: TokenVerifier;
  readonly services?: readonly ServiceSchema[];
}

export function localFeed(): Feed {
  const listeners = new Map<string, Set<(message: unknown) => void>>();
  return {
    publish: (subject, message) => listeners.get(subject)?.forEach((listener) => listener(message)),
    subscribe(subject, listener) {
      const there = listeners.get(subject) ?? new Set();
      listeners.set(subject, there.add(listener));
      return () => there.delete(listener);
    },
    hasListeners: (subject) => (listeners.get(subject)?.size ?? 0) > 0,
    onGap: () => () => undefined,
  };
}

export async function startFloor(options: FloorOptions = {}): Promise<TestFloor> {
  const broker = new ServiceBroker({ logger: false, metrics: false });
  const calls: Call[] = [];
  const answers = new Map<string, (params: Record<string, unknown>) => unknown>();
  const clock = options.clock ?? machineClock;
  const feed = localFeed();
  const key = { kid: "test", secret: new Uint8Array(randomBytes(32)) };
  const own = new CachedVerifier(clock, () => Promise.resolve(key));
  for (const schema of services(calls, answers)) broker.createService(schema);
  for (const schema of options.services ?? []) broker.createService(schema);
  broker.createService(createGateway({ verifier: options.verifier ?? own, clock, feed, settings: { port: 0, ...options.settings } }));
  await broker.start();
  const url = (broker.getLocalService("gateway") as GatewayService).address!.url;
  return {
    url,
    broker,
    feed,
    calls,
    answers,
    token: (role, name = role.toLowerCase()) => signAccessToken(key, { name, role }, `login-of-${name}`, clock.now()),
    localToken: () => own.createLocalToken(),
    request: (method, path, given) => request(`${url}${path}`, method, given),
    stop: () => broker.stop(),
  };
}

export async function request(url: string, method: string, options: RequestOptions = {}): Promise<Answer> {
  const headers: Record<string, string> = { ...options.headers };
  if (options.token !== undefined) headers["authorization"] = `Bearer ${options.token}`;
  const raw = typeof options.body === "string";
  if (options.body !== undefined && headers["content-type"] === undefined) headers["content-type"] = "application/json";
  const body = options.body === undefined ? null : raw ? options.body : JSON.stringify(options.body);
  const response = await fetch(url, { method, headers, body, redirect: "manual" });
  const text = await response.text();
  const json = response.headers.get("content-type")?.startsWith("application/json") ? (JSON.parse(text || "{}") as Answer["body"]) : {};
  return { status: response.status, headers: response.headers, body: json, text };
}

/** One service per name in the answers, as the real floor has. */
function services(calls: Call[], answers: Map<string, (params: Record<string, unknown>) => unknown>): ServiceSchema[] {
  const byService = Map.groupBy(Object.entries(rows.ANSWERS), ([action]) => action.split(".")[0]!);
  return [...byService].map(([name, group]) => ({
    name,
    actions: Object.fromEntries(
      group.map(([action, answer]) => [
        action.split(".")[1]!,
        {
          handler(ctx: Context<Record<string, unknown>, Record<string, unknown>>) {
            calls.push({ action, params: ctx.params, meta: { ...ctx.meta } });
            if (calls.length > 1_000) calls.shift();
            const other = answers.get(action);
            return other ? other(ctx.params) : answer;
          },
        },
      ]),
    ),
  }));
}
