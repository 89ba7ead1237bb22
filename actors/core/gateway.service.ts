/**
 * The one way in from outside: REST from the route table, the two streams, the API's page and the dashboard, on one
 * HTTP server. moleculer-web carries a request into the mesh; which route, who may, what fits and how an error looks
 * is decided here, in this order: 404/405, budget and identity (401/429), permission (403), body (413/415/400),
 * parameters (422), call (504 after the timeout). Refuses whatever the route table does not name.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { parse as parseQuery } from "node:querystring";
import type { Context, Service, ServiceSchema } from "moleculer";
import ApiGateway, { type ApiSettingsSchema } from "moleculer-web";
import { type FileAnswer, routes } from "../../domain/contract/routes.ts";
import { invalid } from "../../domain/kernel/errors.ts";
import { Admission } from "./admission.ts";
import type { AuthMeta, Tokens } from "./auth.service.ts";
import { errorBody, errorHeaders, publicError } from "./error-response.ts";
import { API_PATH, GATEWAY_DEFAULTS, type GatewayDeps, type GatewaySettings } from "./gateway-deps.ts";
import { close, listen, type ListenAddress } from "./listen.ts";
import { openApiDocument } from "./openapi.ts";
import { refreshCookie, refreshCookieOf } from "./refresh-cookie.ts";
import { readJsonBody } from "./request-body.ts";
import { requestIdOf } from "./request-id.ts";
import { checkParams } from "./request-params.ts";
import { methodRefused, nothingAt, RouteMatcher, type RouteMatch } from "./route-matcher.ts";
import { DATA_HEADERS, FILE_HEADERS, PAGE_HEADERS } from "./security-headers.ts";
import { apiDocs, dashboardFiles } from "./static-files.ts";
import { createStreams, type Streams } from "./streams/stream-server.ts";

const STOP_GRACE_MS = 2_000;

/** The running service, as `broker.getLocalService("gateway")` gives it. */
export interface GatewayService extends Service {
  /** Where it listens; null before it started. */
  address: ListenAddress | null;
  httpHandler(request: IncomingMessage, response: ServerResponse): Promise<void>;
  errorHandler(request: IncomingMessage, response: ServerResponse, error: unknown): void;
}

/**
 * @returns the service schema. `broker.start()` rejects with PORT_TAKEN and the like when it cannot listen; the port it
 * got is `broker.getLocalService("gateway").address`.
 */
export function createGateway(deps: GatewayDeps): ServiceSchema<ApiSettingsSchema> {
  const settings = { ...GATEWAY_DEFAULTS, ...deps.settings };
  const admission = new Admission(deps.verifier, deps.clock, settings);
  let server: Server;
  let streams: Streams;
  return {
    name: "gateway",
    mixins: [ApiGateway],
    settings: {
      server: false,
      logRequest: null,
      logResponse: null,
      logRouteRegistration: null,
      routes: [{ path: API_PATH, aliases: {}, bodyParsers: false, mappingPolicy: "restrict", logging: false }],
    },
    actions: { rest: restAction(admission, settings), listAliases: false, addRoute: false, removeRoute: false },
    methods: { errorHandler },
    created() {
      const service = this as GatewayService;
      service.address = null;
      const site = siteHandler(service, settings);
      server = createServer({ requestTimeout: 30_000, headersTimeout: 10_000, keepAliveTimeout: 65_000 }, site);
      streams = createStreams({
        broker: this.broker,
        admission,
        clock: deps.clock,
        feed: deps.feed,
        maxClients: settings.maxStreamClients,
      });
      server.on("upgrade", (request, socket, head) => streams.upgrade(request, socket, head));
    },
    async started() {
      const address = await listen(server, settings.host, settings.port);
      (this as GatewayService).address = address;
      this.logger.info(`listening on ${address.url}`);
    },
    async stopped() {
      streams.close();
      await close(server, deps.clock, STOP_GRACE_MS);
    },
  };
}

/**
 * Replaces moleculer-web's own `rest` action, which its HTTP handler calls with the request in a context of its own:
 * finds the route, admits, checks, calls, answers.
 */
function restAction(admission: Admission, settings: GatewaySettings) {
  const matcher = new RouteMatcher(routes);
  return {
    visibility: "private" as const,
    timeout: 0,
    async handler(context: Context<RestParams, AuthMeta & { $statusCode?: number }>): Promise<boolean> {
      const { req: request, res: response } = context.params;
      const { path, query } = splitUrl(request.url ?? "/");
      const match = matcher.match(request.method ?? "GET", path.slice(API_PATH.length + 1));
      const { route } = match;
      const admitted = admission.admit(request, route.permission);
      const verified = admitted instanceof Promise ? await admitted : admitted;
      context.meta.user = verified?.identity ?? null;
      const body = route.method === "GET" ? undefined : await readJsonBody(request);
      const params = collectParams(request, match, { ...body, ...query, ...match.params });
      if (route.path.startsWith("auth/")) {
        context.meta.session = verified?.session ?? null;
        context.meta.remoteAddress = admission.address(request);
      }
      const data: unknown = await context.call(route.action, params, { timeout: route.timeoutMs ?? settings.callTimeoutMs });
      if (route.file) return sendFile(request, response, data as FileAnswer);
      // An action may answer with another status, as health does while the floor is down.
      sendJson(request, response, context.meta.$statusCode ?? route.status, data, cookieHeader(request, route.action, data));
      return true;
    },
  };
}

interface RestParams {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
}

/** Path without a slash at its end; a query name given twice is a list, and nothing nests. */
function splitUrl(url: string): { path: string; query: Record<string, unknown> } {
  const mark = url.indexOf("?");
  const path = mark === -1 ? url : url.slice(0, mark);
  return { path: path.endsWith("/") ? path.slice(0, -1) : path, query: mark === -1 ? {} : parseQuery(url.slice(mark + 1)) };
}

function errorHandler(this: Service, request: IncomingMessage, response: ServerResponse, error: unknown): void {
  const shown = publicError(error);
  const requestId = String(request.headers["x-request-id"]);
  if (shown.code >= 500) {
    const path = (request.url ?? "").split("?", 1)[0];
    this.logger.error(`request ${requestId} ${request.method} ${path} failed with ${shown.type}`, error);
  }
  if (response.headersSent) response.destroy();
  else sendJson(request, response, shown.code, errorBody(shown, requestId), Object.entries(errorHeaders(shown)).flat());
}

/** Adds the Idempotency-Key header and the refresh cookie; checked by the route's schema. */
function collectParams(request: IncomingMessage, { route }: RouteMatch, params: Record<string, unknown>): Record<string, unknown> {
  const key = request.headers["idempotency-key"];
  if (typeof key === "string" && "idempotencyKey" in route.params.shape) {
    if (params["idempotencyKey"] !== undefined && params["idempotencyKey"] !== key) {
      throw invalid("idempotencyKey", "the same value as the header Idempotency-Key");
    }
    params["idempotencyKey"] = key;
  }
  if (params["refreshToken"] === undefined && "refreshToken" in route.params.shape) {
    const cookie = refreshCookieOf(request);
    if (cookie !== undefined) params["refreshToken"] = cookie;
  }
  return checkParams(route, params);
}

function cookieHeader(request: IncomingMessage, action: string, data: unknown): string[] {
  if (action === "auth.login" || action === "auth.refresh") return ["Set-Cookie", refreshCookie(request, (data as Tokens).refreshToken)];
  return action === "auth.logout" ? ["Set-Cookie", refreshCookie(request, "")] : [];
}

const FIXED_HEADERS = [...DATA_HEADERS.flat(), "Content-Type", "application/json; charset=utf-8", "Cache-Control", "no-store"];

/** One write of all headers at once: setting them one by one costs more than the rest of the answer. */
function sendJson(request: IncomingMessage, response: ServerResponse, status: number, data: unknown, extra: readonly string[]): void {
  const text = JSON.stringify(data);
  const own = ["X-Request-Id", String(request.headers["x-request-id"]), "Content-Length", String(Buffer.byteLength(text))];
  response.writeHead(status, [...FIXED_HEADERS, ...own, ...extra]);
  response.end(request.method === "HEAD" ? undefined : text);
}

/** A file made on request. It may hold scripts of its own: they run apart from this origin, and reach nothing. */
function sendFile(request: IncomingMessage, response: ServerResponse, { type, name, base64 }: FileAnswer): true {
  const body = Buffer.from(base64, "base64");
  const shown = type.startsWith("text/html") || type === "application/pdf" ? "inline" : "attachment";
  const disposition = `${shown}; filename="${name}"`;
  const fixed = ["Content-Type", type, "Content-Disposition", disposition, "Cache-Control", "no-store"];
  const own = ["X-Request-Id", String(request.headers["x-request-id"]), "Content-Length", String(body.length)];
  response.writeHead(200, [...FILE_HEADERS.flat(), ...fixed, ...own]);
  response.end(request.method === "HEAD" ? undefined : body);
  return true;
}

/** Sends a request to the API, the API's page or the dashboard. */
function siteHandler(service: GatewayService, settings: GatewaySettings) {
  const dashboard = dashboardFiles(settings.dashboardFolder);
  const docs = apiDocs(JSON.stringify(openApiDocument(routes, settings.version)));
  return (request: IncomingMessage, response: ServerResponse): void => {
    // moleculer-web takes the request's id from this header: the caller's own when it is harmless.
    request.headers["x-request-id"] = requestIdOf(request.headers["x-request-id"]);
    delete request.headers["x-correlation-id"];
    const path = request.url ?? "/";
    if (path.startsWith(`${API_PATH}/`)) return void service.httpHandler(request, response);
    if (request.method !== "GET" && request.method !== "HEAD") {
      return service.errorHandler(request, response, methodRefused(request.method ?? "", ["GET", "HEAD"]));
    }
    for (const [name, value] of PAGE_HEADERS) response.setHeader(name, value);
    const missing = () => service.errorHandler(request, response, nothingAt(path.split("?", 1)[0]!));
    return path.startsWith("/api/docs") ? docs(request, response, missing) : dashboard(request, response, missing);
  };
}
