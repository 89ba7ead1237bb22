/**
 * Serves the dashboard's files and the page of the API. Hashed assets may be cached for ever, the page itself never.
 * Only the dashboard's own paths fall back to its page; any other unknown path is a plain 404. Without a built
 * dashboard a page says how to build it.
 */
import { existsSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import ApiGateway from "moleculer-web";

/** First path segments that the dashboard's own router answers. */
export const CLIENT_PATHS: ReadonlySet<string> = new Set([
  "",
  "floor",
  "actors",
  "risk",
  "research",
  "strategies",
  "strategy",
  "orders",
  "login",
]);

export type FileHandler = (request: IncomingMessage, response: ServerResponse, notThere: () => void) => void;

const NOT_BUILT = `<!doctype html><html lang="en"><meta charset="utf-8"><title>DSTA</title>
<body><h1>The dashboard is not built</h1><p>Run <code>npm run prepare</code> in the program's folder, then reload.</p>
<p>The API works without it: <a href="/api/docs/">/api/docs</a>.</p></body></html>`;

/** Answers GET and HEAD below "/"; calls `notThere` for paths it has no file for. */
export function dashboardFiles(folder: string): FileHandler {
  const root = resolve(folder);
  const files = ApiGateway.serveStatic(root, { index: false, redirect: false, cacheControl: false, setHeaders: cacheByPath });
  const page = ApiGateway.serveStatic(root, { index: "index.html", cacheControl: false, setHeaders: cacheByPath });
  return (request, response, notThere) => {
    const path = (request.url ?? "/").split("?", 1)[0]!;
    if (!CLIENT_PATHS.has(path.split("/")[1] ?? "")) return files(request, response, notThere);
    if (!existsSync(join(root, "index.html"))) return sendPage(response, NOT_BUILT);
    request.url = "/";
    return page(request, response, notThere);
  };
}

/** Answers GET and HEAD below /api/docs/ from the locally installed swagger-ui, with our document. */
export function apiDocs(document: string): FileHandler {
  const root = dirname(createRequire(import.meta.url).resolve("swagger-ui-dist/package.json"));
  const files = ApiGateway.serveStatic(root, { index: "index.html", redirect: false, cacheControl: false, setHeaders: cacheByPath });
  const initializer = `window.onload = () => { window.ui = SwaggerUIBundle({ url: "openapi.json", dom_id: "#swagger-ui", deepLinking: true,
  presets: [SwaggerUIBundle.presets.apis], layout: "BaseLayout", validatorUrl: null }); };`;
  return (request, response, notThere) => {
    const path = (request.url ?? "/").split("?", 1)[0]!.slice("/api/docs".length);
    if (path === "") return redirect(response, "/api/docs/");
    if (path === "/openapi.json") return send(response, "application/json; charset=utf-8", document);
    if (path === "/swagger-initializer.js") return send(response, "text/javascript; charset=utf-8", initializer);
    request.url = path;
    return files(request, response, notThere);
  };
}

function cacheByPath(response: ServerResponse, path: string): void {
  const hashed = /[\\/]assets[\\/]/.test(path);
  response.setHeader("Cache-Control", hashed ? "public, max-age=31536000, immutable" : "no-cache");
}

function sendPage(response: ServerResponse, html: string): void {
  send(response, "text/html; charset=utf-8", html);
}

function send(response: ServerResponse, type: string, text: string): void {
  response.writeHead(200, { "Content-Type": type, "Content-Length": Buffer.byteLength(text), "Cache-Control": "no-cache" });
  response.end(response.req.method === "HEAD" ? undefined : text);
}

function redirect(response: ServerResponse, location: string): void {
  response.writeHead(308, { Location: location, "Content-Length": 0 });
  response.end();
}
