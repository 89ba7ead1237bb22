/**
 * The OpenAPI 3.1 document, made from the route table: the schemas that check requests are the schemas published, so
 * the document cannot drift. Views that several routes share are components.
 * Source: OpenAPI Specification 3.1.0, https://spec.openapis.org/oas/v3.1.0.
 */
import { z } from "zod";
import { health, tokens, type Route } from "../../domain/contract/routes.ts";
import * as views from "../../domain/contract/views.ts";
import { permissionsOf, ROLES } from "../../domain/access/roles.ts";
import { API_PATH } from "./gateway-deps.ts";

type Json = Record<string, unknown>;

const REFUSALS: Readonly<Record<number, string>> = {
  401: "No valid token: AUTH_REQUIRED, TOKEN_INVALID, TOKEN_EXPIRED",
  403: "The role lacks the permission: FORBIDDEN",
  404: "NOT_FOUND",
  409: "It does not fit the present state",
  413: "Body over 64 KB: BODY_TOO_LARGE",
  415: "Not application/json: UNSUPPORTED_MEDIA_TYPE",
  422: "Parameters that do not fit (VALIDATION_ERROR), or a refusal by risk or the venue's rules",
  429: "Budget used up: RATE_LIMITED, LOGIN_LOCKED; see Retry-After",
  503: "A part of the floor is not running: SERVICE_UNAVAILABLE",
  504: "No answer in time; the outcome is not known: TIMEOUT",
};

const ERROR_SCHEMA: Json = {
  type: "object",
  required: ["error"],
  properties: {
    error: {
      type: "object",
      required: ["type", "message", "retryable", "data", "requestId"],
      properties: {
        type: { type: "string", description: "Stable identifier to branch on" },
        message: { type: "string" },
        retryable: { type: "boolean", description: "Whether the same request may succeed later" },
        data: { type: "object", additionalProperties: true, description: "Usually field, expected and got" },
        requestId: { type: "string" },
      },
    },
  },
  examples: [
    {
      error: {
        type: "VALIDATION_ERROR",
        message: 'quantity: expected a decimal above zero, got "0"',
        retryable: false,
        data: { field: "quantity", expected: "a decimal above zero", got: '"0"' },
        requestId: "0f8e4b0c-6a4e-4f8e-9d0e-2b1c3d4e5f60",
      },
    },
  ],
};

export function openApiDocument(routes: readonly Route[], version: string): Json {
  const components = componentSchemas(routes);
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    const path = (paths[`/${route.path}`] ??= {});
    path[route.method.toLowerCase()] = operation(route);
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "DSTA",
      version,
      description: [
        "Trading floor over HTTP. Decimals travel as texts, times as UTC milliseconds, pages newest first.",
        "Log in with `POST /auth/login`, then send `Authorization: Bearer <accessToken>`.",
        "Streams, a snapshot then numbered deltas: `WS /api/v1/trading/stream`, `WS /api/v1/market-data/stream/{symbol}?venue=&interval=`.",
        ...ROLES.map((role) => `${role}: ${permissionsOf(role).join(", ")}.`),
      ].join("\n\n"),
    },
    servers: [{ url: API_PATH }],
    security: [{ bearer: [] }],
    tags: [...new Set(routes.map(tagOf))].map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: { bearer: { type: "http", scheme: "bearer", bearerFormat: "JWT" } },
      schemas: { ...components, Error: ERROR_SCHEMA },
      responses: Object.fromEntries(Object.entries(REFUSALS).map(([code, description]) => [`Refused${code}`, refusal(description)])),
    },
  };
}

function operation(route: Route): Json {
  const inPath = pathNames(route.path);
  const bodied = route.method !== "GET";
  const schema = z.toJSONSchema(route.params, { io: "input" }) as { properties?: Record<string, Json>; required?: string[] };
  const properties = Object.entries(schema.properties ?? {});
  const required = new Set(schema.required ?? []);
  const parameters = properties
    .filter(([name]) => inPath.has(name) || !bodied)
    .map(([name, property]) => parameter(name, property, inPath.has(name), required.has(name)));
  if ("idempotencyKey" in route.params.shape)
    parameters.push(parameter("Idempotency-Key", { type: "string", maxLength: 64 }, false, false, "header"));
  const rest = properties.filter(([name]) => bodied && !inPath.has(name));
  const codes = [...(route.permission === "open" ? [] : [401, 403]), 404, 409, ...(bodied ? [413, 415] : []), 422, 429, 503, 504];
  return {
    operationId: route.action,
    tags: [tagOf(route)],
    summary: route.summary,
    description: route.permission === "open" ? "Open to everybody." : `Permission: ${route.permission}.`,
    ...(route.permission === "open" ? { security: [] } : {}),
    parameters,
    ...(rest.length === 0 ? {} : { requestBody: requestBody(rest, required) }),
    responses: {
      [route.status]: { description: route.summary, content: jsonContent(`#/components/schemas/${resultName(route)}`) },
      ...Object.fromEntries(codes.map((code) => [code, { $ref: `#/components/responses/Refused${code}` }])),
    },
  };
}

function parameter(name: string, schema: Json, inPath: boolean, required: boolean, where = inPath ? "path" : "query"): Json {
  const { description, ...rest } = schema;
  return {
    name,
    in: where,
    required: inPath || required,
    ...(description === undefined ? {} : { description }),
    schema: withExamples(rest),
  };
}

function requestBody(properties: readonly [string, Json][], required: ReadonlySet<string>): Json {
  const names = properties.map(([name]) => name).filter((name) => required.has(name));
  const schema = {
    type: "object",
    properties: Object.fromEntries(properties.map(([name, property]) => [name, withExamples(property)])),
    ...(names.length === 0 ? {} : { required: names }),
    additionalProperties: false,
  };
  return { required: names.length > 0, content: { "application/json": { schema } } };
}

/** Every result, and every view inside one, as a named schema. */
function componentSchemas(routes: readonly Route[]): Record<string, Json> {
  const registry = z.registry<{ id: string }>();
  for (const [name, value] of Object.entries({ ...views, tokens, health })) {
    if (value instanceof z.ZodType) registry.add(value, { id: pascal(name) });
  }
  for (const route of routes) if (!registry.has(route.result)) registry.add(route.result, { id: resultName(route) });
  const { schemas } = z.toJSONSchema(registry, { io: "input", uri: (id) => `#/components/schemas/${id}` });
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, withExamples(stripped(schema as Json)) as Json]));
}

const RESULT_NAMES = new Map<z.ZodType, string>(
  Object.entries({ ...views, tokens, health }).flatMap(([name, value]) =>
    value instanceof z.ZodType ? [[value, pascal(name)] as const] : [],
  ),
);

function resultName(route: Route): string {
  return RESULT_NAMES.get(route.result) ?? `${route.action.split(".").map(pascal).join("")}Result`;
}

function stripped({ $schema: _schema, $id: _id, ...rest }: Json): Json {
  return rest;
}

/** OpenAPI 3.1 schemas have `examples`; our field schemas say `example`. */
function withExamples(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withExamples);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]): [string, unknown] => [key, withExamples(inner)]);
  return Object.fromEntries(
    entries.map(([key, inner]) => (key === "example" && typeof inner !== "object" ? ["examples", [inner]] : [key, inner])),
  );
}

function refusal(description: string): Json {
  return { description, content: jsonContent("#/components/schemas/Error") };
}

function jsonContent(ref: string): Json {
  return { "application/json": { schema: { $ref: ref } } };
}

function pathNames(path: string): Set<string> {
  return new Set([...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!));
}

function tagOf(route: Route): string {
  return route.path.split("/", 1)[0]!;
}

function pascal(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
