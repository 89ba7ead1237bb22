/**
 * REST calls by route: fills the path, sends the rest as query or body, and holds each successful answer to the status
 * and the schema of the route table. Remembers which routes succeeded, for all its people together.
 */
import type { Route } from "../../domain/contract/routes.ts";
import { routes } from "../../domain/contract/routes.ts";

export interface Refusal {
  readonly status: number;
  readonly type: string;
  readonly message: string;
  readonly data: Readonly<Record<string, unknown>>;
}

type Params = Readonly<Record<string, unknown>>;

export class RestClient {
  readonly succeeded: Set<string>;
  readonly #url: string;
  readonly #token: string | null;

  constructor(url: string, token: string | null, succeeded = new Set<string>()) {
    this.#url = url;
    this.#token = token;
    this.succeeded = succeeded;
  }

  /** The same place with another person's token. */
  as(token: string | null): RestClient {
    return new RestClient(this.#url, token, this.succeeded);
  }

  /** An answer that has to be a success; `name` is the route, such as "GET orders/{id}". */
  async ok<T>(name: string, params: Params = {}, headers: Readonly<Record<string, string>> = {}): Promise<T> {
    const route = routeOf(name);
    const { status, body } = await this.#send(route, params, headers);
    if (status !== route.status) throw unexpected(name, params, status, body);
    const parsed = route.result.safeParse(body);
    if (!parsed.success) throw new Error(`${name} does not fit its schema: ${JSON.stringify([parsed.error.issues, body]).slice(0, 800)}`);
    this.succeeded.add(name);
    return body as T;
  }

  /** An answer that has to be a refusal in the one error shape. */
  async refused(name: string, params: Params = {}, headers: Readonly<Record<string, string>> = {}): Promise<Refusal> {
    const { status, body } = await this.#send(routeOf(name), params, headers);
    if (status < 400) throw unexpected(name, params, status, body);
    const { error } = body as { error: { type: string; message: string; data: Record<string, unknown>; requestId: string } };
    if (!error.requestId) throw new Error(`${name}: a refusal without requestId`);
    return { status, type: error.type, message: error.message, data: error.data };
  }

  async #send(route: Route, params: Params, headers: Readonly<Record<string, string>>): Promise<{ status: number; body: unknown }> {
    const rest = { ...params };
    const path = route.path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => {
      const value = String(rest[name]);
      delete rest[name];
      return encodeURIComponent(value);
    });
    const reads = route.method === "GET";
    const query = reads && Object.keys(rest).length > 0 ? `?${new URLSearchParams(rest as Record<string, string>).toString()}` : "";
    const response = await fetch(`${this.#url}/api/v1/${path}${query}`, {
      method: route.method,
      headers: {
        ...(this.#token === null ? {} : { authorization: `Bearer ${this.#token}` }),
        ...(reads ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(reads ? {} : { body: JSON.stringify(rest) }),
    });
    const isJson = response.headers.get("content-type")?.startsWith("application/json") === true;
    return { status: response.status, body: isJson ? await response.json() : await response.text() };
  }
}

function routeOf(name: string): Route {
  const found = routes.find(({ method, path }) => `${method} ${path}` === name);
  if (!found) throw new Error(`no route ${name}`);
  return found;
}

function unexpected(name: string, params: Params, status: number, body: unknown): Error {
  return new Error(`${name} ${JSON.stringify(params)} → ${status} ${JSON.stringify(body).slice(0, 400)}`);
}
