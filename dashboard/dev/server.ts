/**
 * Development server of the page: serves dashboard/dist and a SAMPLE floor over the real contract (REST and both
 * sockets), so that every state can be developed and looked at. Never used by the product; listens on localhost only.
 *
 *   node dashboard/dev/server.ts [port]      sign in as ana / sample
 *   POST /dev/empty | stale | live | replay | loading | offline | online   puts the sample into that state
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, join, normalize } from "node:path";
import { WebSocketServer, type WebSocket } from "ws";
import type { FloorDelta } from "../../domain/contract/stream.ts";
import { answer, refuse, type Answer } from "./routes.ts";
import { SampleResearch } from "./research-routes.ts";
import { SampleFloor } from "./sample-floor.ts";
import { WalkingMarket } from "./sample-market.ts";
import { MARKETS } from "./sample-rows.ts";

const DIST = join(import.meta.dirname, "..", "dist");
const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};
const PERMISSIONS = [
  "strategy:read",
  "strategy:write",
  "order:read",
  "order:create",
  "position:read",
  "risk:read",
  "risk:write",
  "risk:switch",
  "market:read",
  "system:read",
  "research:read",
  "research:write",
];
const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'";

let floor = new SampleFloor();
let research = new SampleResearch();
let mode: "normal" | "loading" | "offline" = "normal";
const clients = new Map<WebSocket, { seq: number; market: WalkingMarket | null }>();

function snapshot(socket: WebSocket): void {
  const client = clients.get(socket);
  if (client === undefined || mode === "loading") return;
  client.seq += 1;
  const state = client.market === null ? { ...floor.state(), research: research.rows() } : client.market.state(floor.nowMs);
  socket.send(JSON.stringify({ type: "snapshot", seq: client.seq, state }));
}

function broadcast(delta: FloorDelta): void {
  for (const [socket, client] of clients) {
    if (client.market !== null || mode === "loading") continue;
    client.seq += 1;
    socket.send(JSON.stringify({ type: "delta", seq: client.seq, delta }));
  }
}

function beat(): void {
  broadcast(floor.move());
  broadcast({ upsert: { research: research.rows() } });
  for (const [socket, client] of clients) {
    if (client.market === null || mode === "loading") continue;
    const row = floor.strategies.find((item) => item.symbol === client.market?.market.symbol);
    client.market.quality = row?.bookQuality ?? "LIVE";
    client.seq += 1;
    socket.send(JSON.stringify({ type: "delta", seq: client.seq, delta: client.market.move(floor.nowMs) }));
  }
}

function setState(name: string): void {
  mode = name === "loading" || name === "offline" ? name : "normal";
  if (name === "live") floor.mode = "live";
  if (name === "online") {
    floor = new SampleFloor();
    research = new SampleResearch();
  }
  if (name === "empty") research = new SampleResearch(true);
  if (name === "replay") floor.replay = { file: "btcusdt.jsonl", progressRatio: 0.61, finished: false, malformed: 0 };
  if (name === "empty")
    Object.assign(floor, { strategies: [], orders: [], fills: [], events: [], actors: [], equity: floor.equity.slice(0, 1) });
  if (name === "stale")
    floor.strategies = floor.strategies.map((row) => (row.venue === "binance" ? { ...row, bookQuality: "STALE" } : row));
  for (const socket of clients.keys()) {
    if (mode === "offline" || mode === "loading") socket.close(1012);
    else snapshot(socket);
  }
}

async function body(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return chunks.length === 0 ? {} : (JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>);
}

async function api(request: IncomingMessage, path: string): Promise<Answer> {
  const given = await body(request);
  const tokens = {
    accessToken: "sample",
    refreshToken: "sample",
    tokenType: "Bearer",
    expiresInSeconds: 900,
    user: { name: "ana", role: "Admin", permissions: PERMISSIONS },
  };
  if (path === "auth/login") {
    if (given["password"] !== "sample") return refuse(401, "LOGIN_REFUSED", "Name or password is wrong.");
    return { status: 200, body: tokens, cookie: "dsta_refresh=sample; HttpOnly; SameSite=Strict; Path=/api/v1/auth" };
  }
  const signedIn = (request.headers.cookie ?? "").includes("dsta_refresh=sample");
  if (path === "auth/refresh") return signedIn ? { status: 200, body: tokens } : refuse(401, "AUTH_REQUIRED", "no login");
  if (path === "auth/logout") return { status: 200, body: { ok: true }, cookie: "dsta_refresh=; Path=/api/v1/auth; Max-Age=0" };
  const researched = research.answer(request.method ?? "GET", path, given);
  if (researched !== null) return researched;
  return answer(floor, request.method ?? "GET", path, given, broadcast);
}

async function serveFile(response: ServerResponse, path: string): Promise<void> {
  const file = normalize(join(DIST, path === "/" ? "index.html" : path));
  const content = file.startsWith(DIST) ? await readFile(file).catch(() => null) : null;
  response.writeHead(content === null ? 404 : 200, {
    "content-type": TYPES[extname(file)] ?? "text/plain",
    "content-security-policy": CSP,
  });
  response.end(content ?? "not found; run: npx vite build dashboard");
}

const server = createServer((request, response) => {
  void handle(request, response);
});

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = request.url ?? "/";
  if (url.startsWith("/dev/")) {
    setState(url.slice(5));
    response.end("ok");
    return;
  }
  if (!url.startsWith("/api/v1/")) return serveFile(response, url.split("?")[0] ?? "/");
  const result = mode === "offline" ? refuse(503, "UNAVAILABLE", "sample offline") : await api(request, url.slice(8));
  response.writeHead(result.status, {
    "content-type": "application/json",
    ...(result.cookie === undefined ? {} : { "set-cookie": result.cookie }),
  });
  response.end(JSON.stringify(result.body));
}

const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => "dsta.v1" });
server.on("upgrade", (request, socket, head) => {
  if (mode === "offline") {
    socket.destroy();
    return;
  }
  sockets.handleUpgrade(request, socket, head, (client) => {
    const url = new URL(request.url ?? "/", "http://sample");
    const symbol = /market-data\/stream\/(.+)$/.exec(url.pathname)?.[1];
    const market = MARKETS.find((item) => item.symbol === decodeURIComponent(symbol ?? "").replace("-", "/"));
    clients.set(client, {
      seq: 0,
      market: market === undefined ? null : new WalkingMarket(market, url.searchParams.get("interval") ?? "1m"),
    });
    client.on("close", () => clients.delete(client));
    client.on("message", (text) => String(text).includes("resync") && snapshot(client));
    snapshot(client);
  });
});

setInterval(beat, 250);
const port = Number(process.argv[2] ?? 5199);
server.listen(port, "127.0.0.1", () => console.log(`SAMPLE floor on http://127.0.0.1:${port} (ana / sample)`));
