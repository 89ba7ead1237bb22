/**
 * The two WebSocket streams on the gateway's HTTP server. A refused upgrade is a plain HTTP answer (401, 403, 404, 422,
 * 429, 503); an accepted one ends with its token (close code 4401) or when the peer stops answering pings.
 * Bounded: 200 clients, 4 KB a message; a client never has more waiting than stream-client.ts allows.
 */
import { STATUS_CODES, type IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer, type WebSocket } from "ws";
import { intervalText, venueText } from "../../../domain/contract/fields.ts";
import type { Permission } from "../../../domain/contract/routes.ts";
import { parseSymbol } from "../../../domain/instrument/symbol.ts";
import type { CancelTimer } from "../../../domain/kernel/clock.ts";
import { DstaError, invalid } from "../../../domain/kernel/errors.ts";
import { bearerToken, type Admission } from "../admission.ts";
import { errorBody, errorHeaders, publicError } from "../error-response.ts";
import { API_PATH } from "../gateway-deps.ts";
import { newRequestId } from "../request-id.ts";
import { DATA_HEADERS } from "../security-headers.ts";
import { FloorHub, type HubDeps } from "./floor-hub.ts";
import { MarketHub } from "./market-hub.ts";
import { StreamClient } from "./stream-client.ts";

const PROTOCOL = "dsta.v1";
const MAX_MESSAGE_BYTES = 4_096;
const PING_MS = 15_000;
const EXPIRY_GRACE_MS = 30_000;
const CLOSE_GRACE_MS = 500;
const TOKEN_ENDED = 4_401;
const GOING_AWAY = 1_001;
const TRADING_PATH = `${API_PATH}/trading/stream`;
const MARKET_PATH = `${API_PATH}/market-data/stream/`;
const TRADING_NEEDS: readonly Permission[] = ["strategy:read", "order:read", "position:read", "system:read", "research:read"];

export interface StreamDeps extends HubDeps {
  readonly admission: Admission;
  readonly maxClients: number;
}

export interface Streams {
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Ends every client and timer. */
  close(): void;
  readonly clients: number;
}

/** Puts a client where it wanted to be; returns the way out. */
type Seat = (client: StreamClient) => () => void;

export function createStreams(deps: StreamDeps): Streams {
  return new StreamServer(deps);
}

class StreamServer implements Streams {
  readonly #deps: StreamDeps;
  readonly #floor: FloorHub;
  readonly #markets: MarketHub;
  readonly #clients = new Set<StreamClient>();
  readonly #sockets: WebSocketServer;
  #cancelPing: CancelTimer;

  constructor(deps: StreamDeps) {
    this.#deps = deps;
    this.#floor = new FloorHub(deps);
    this.#markets = new MarketHub(deps);
    this.#sockets = new WebSocketServer({
      noServer: true,
      maxPayload: MAX_MESSAGE_BYTES,
      perMessageDeflate: false,
      clientTracking: false,
      handleProtocols: (offered) => (offered.has(PROTOCOL) ? PROTOCOL : false),
    });
    this.#cancelPing = deps.clock.after(PING_MS, () => this.#ping());
  }

  get clients(): number {
    return this.#clients.size;
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const drop = () => socket.destroy();
    socket.once("error", drop);
    this.#admit(request)
      .then(({ seat, expiresAtMs }) => {
        socket.off("error", drop);
        if (this.#clients.size >= this.#deps.maxClients) throw full(this.#deps.maxClients);
        this.#sockets.handleUpgrade(request, socket, head, (accepted) => this.#accept(accepted, seat, expiresAtMs));
      })
      .catch((error: unknown) => refuse(socket, error, this.#deps));
  }

  close(): void {
    this.#cancelPing();
    for (const client of this.#clients) {
      client.socket.close(GOING_AWAY, "the floor is stopping");
    }
    this.#deps.clock.after(CLOSE_GRACE_MS, () => {
      for (const client of this.#clients) client.socket.terminate();
    });
    this.#floor.close();
    this.#markets.close();
  }

  async #admit(request: IncomingMessage): Promise<{ seat: Seat; expiresAtMs: number }> {
    const url = new URL(request.url ?? "/", "http://gateway");
    const trading = url.pathname === TRADING_PATH;
    if (!trading && !url.pathname.startsWith(MARKET_PATH)) {
      throw new DstaError("NOT_FOUND", "there is no such stream here", { code: 404, data: { path: url.pathname.slice(0, 200) } });
    }
    const verified = await this.#deps.admission.admitStream(request, streamToken(request, url), trading ? TRADING_NEEDS : ["market:read"]);
    return { seat: trading ? this.#floorSeat() : await this.#marketSeat(url), expiresAtMs: verified.expiresAtMs };
  }

  #floorSeat(): Seat {
    return (client) => {
      this.#floor.join(client);
      return () => this.#floor.leave(client);
    };
  }

  async #marketSeat(url: URL): Promise<Seat> {
    const symbol = parseSymbol(decodedTail(url.pathname));
    const interval = intervalText.safeParse(url.searchParams.get("interval") ?? "1m");
    if (!interval.success) throw invalid("interval", `one of ${intervalText.options.join(", ")}`, url.searchParams.get("interval"));
    const venue = venueText.optional().safeParse(url.searchParams.get("venue") ?? undefined);
    if (!venue.success) throw invalid("venue", "a venue id such as sim or binance", url.searchParams.get("venue"));
    const market = await this.#markets.find(venue.data, symbol, interval.data);
    return (client) => this.#markets.join(client, market);
  }

  #accept(socket: WebSocket, seat: Seat, expiresAtMs: number): void {
    const { clock, broker } = this.#deps;
    const client = new StreamClient(socket);
    this.#clients.add(client);
    const leave = seat(client);
    const livesMs = expiresAtMs - clock.now() + EXPIRY_GRACE_MS;
    const cancelEnd = Number.isFinite(livesMs)
      ? clock.after(livesMs, () => socket.close(TOKEN_ENDED, "the access token has expired"))
      : null;
    socket.on("pong", () => {
      client.alive = true;
    });
    socket.on("message", (data, binary) => client.command(binary ? "" : String(data)));
    // A protocol error or an oversized message: ws closes with the right code; the close event follows.
    socket.on("error", (error) => broker.logger.debug(`stream client: ${error.message}`));
    socket.on("close", () => {
      cancelEnd?.();
      leave();
      this.#clients.delete(client);
    });
  }

  #ping(): void {
    for (const client of this.#clients) {
      if (!client.alive) client.socket.terminate();
      client.alive = false;
      if (client.socket.readyState === client.socket.OPEN) client.socket.ping();
    }
    this.#cancelPing = this.#deps.clock.after(PING_MS, () => this.#ping());
  }
}

/** From the header, the query, or the subprotocols `dsta.v1, bearer.<token>` (the only way a browser can hide it). */
function streamToken(request: IncomingMessage, url: URL): string | null {
  const offered = (request.headers["sec-websocket-protocol"] ?? "").split(",").map((text) => text.trim());
  const inProtocol = offered.find((text) => text.startsWith("bearer."))?.slice("bearer.".length);
  return bearerToken(request) ?? url.searchParams.get("access_token") ?? inProtocol ?? null;
}

function full(places: number): DstaError {
  return new DstaError("STREAMS_FULL", `all ${places} places are taken`, { code: 503, retryable: true, data: { retryAfterMs: 5_000 } });
}

function decodedTail(path: string): string {
  const tail = path.slice(MARKET_PATH.length);
  try {
    return decodeURIComponent(tail);
  } catch {
    throw invalid("symbol", "valid percent-encoding", tail);
  }
}

function refuse(socket: Duplex, error: unknown, deps: StreamDeps): void {
  const shown = publicError(error);
  const requestId = newRequestId();
  if (shown.code >= 500) deps.broker.logger.warn(`stream upgrade ${requestId} failed with ${shown.type}`, error);
  const body = JSON.stringify(errorBody(shown, requestId));
  const headers = {
    ...Object.fromEntries(DATA_HEADERS),
    ...errorHeaders(shown),
    "Content-Type": "application/json; charset=utf-8",
    "Content-Length": String(Buffer.byteLength(body)),
    "X-Request-Id": requestId,
    Connection: "close",
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${shown.code} ${STATUS_CODES[shown.code] ?? "Error"}\r\n${lines.join("")}\r\n${body}`);
}
