/** A REST route as a value, and the parts that many routes share. */
import { z } from "zod";
import { pageCursor, pageLimit, venueText } from "../fields.ts";

export type Permission =
  | "open"
  | "session"
  | "strategy:read"
  | "strategy:write"
  | "order:read"
  | "order:create"
  | "position:read"
  | "risk:read"
  | "risk:write"
  | "risk:switch"
  | "market:read"
  | "system:read"
  | "research:read"
  | "research:write"
  | "audit:read";

export interface Route {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly path: string;
  /** Moleculer action that answers, e.g. `strategies.list`. */
  readonly action: string;
  readonly permission: Permission;
  readonly summary: string;
  /** Path, query and body parameters together; unknown keys are refused. */
  readonly params: z.ZodObject;
  readonly result: z.ZodType;
  readonly status: 200 | 201 | 202;
  /** The answer is a file (`FileAnswer`), sent as what it is. */
  readonly file?: true;
  /** For answers that take longer than others, in milliseconds. Default: the gateway's. */
  readonly timeoutMs?: number;
}

/** What the action of a route with `file` answers. */
export interface FileAnswer {
  /** Media type. */
  readonly type: string;
  readonly name: string;
  readonly base64: string;
}

export const nothing = z.strictObject({});
export const page = { limit: pageLimit, before: pageCursor };
export const venue = venueText.optional().meta({ description: "Venue; may be left out while there is only one" });

interface Answer {
  readonly summary: string;
  readonly params: z.ZodObject;
  readonly result: z.ZodType;
  readonly status?: Route["status"];
  readonly file?: true;
  readonly timeoutMs?: number;
}

/** `route("GET orders", "orders.list", "order:read", { … })` */
export function route(endpoint: string, action: string, permission: Permission, answer: Answer): Route {
  const [method, path] = endpoint.split(" ") as [Route["method"], string];
  return { method, path, action, permission, status: 200, ...answer };
}
