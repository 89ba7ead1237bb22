/**
 * Finds what a Binance frame is about without decoding it: from the stream's name in a combined frame, else from its
 * first key. Anything not laid out that way is parsed once. Partial-depth streams (`depth5`, `depth20`) are not diffs
 * and come out as `unknown`; so does text that is no JSON object: a router has no error to give, its caller counts.
 * Source: binance-spot-api-docs web-socket-streams.md; USD-M "Websocket Market Streams" (developers.binance.com).
 */
import type { FrameRoute } from "../codec.ts";
import { isObject, type JsonObject } from "./fields.ts";

type RouteKind = FrameRoute["kind"];

const COMBINED_START = '{"stream":"';
const BARE_DEPTH_START = '{"e":"depthUpdate"';
const SNAPSHOT_START = '{"lastUpdateId":';
const SYMBOL_KEY = '"s":"';
/** How far into a bare frame the symbol is looked for before it is parsed instead. */
const SYMBOL_WITHIN = 120;

const UNKNOWN: FrameRoute = { kind: "unknown", symbol: "" };
const SNAPSHOT: FrameRoute = { kind: "snapshot", symbol: "" };
const CONTROL: FrameRoute = { kind: "control", symbol: "" };

/** Stream names remembered; at the bound all are forgotten and read anew. Binance allows 1,024 streams a connection. */
const ROUTES_MAX = 8_192;
const routes = new Map<string, FrameRoute>();

const KIND_BY_EVENT: ReadonlyMap<string, RouteKind> = new Map([
  ["depthUpdate", "depth"],
  ["trade", "trade"],
  ["aggTrade", "trade"],
  ["bookTicker", "top"],
]);

/** `symbol` is Binance's spelling in capitals, empty for snapshots and control frames, which carry none. */
export function routeBinance(frame: string): FrameRoute {
  if (frame.startsWith(COMBINED_START)) {
    const end = frame.indexOf('"', COMBINED_START.length);
    return end < 0 ? UNKNOWN : routeNamed(frame.slice(COMBINED_START.length, end));
  }
  if (frame.startsWith(SNAPSHOT_START)) return SNAPSHOT;
  if (frame.startsWith(BARE_DEPTH_START)) {
    const start = frame.indexOf(SYMBOL_KEY) + SYMBOL_KEY.length;
    const end = frame.indexOf('"', start);
    if (start >= SYMBOL_KEY.length && end > start && end < SYMBOL_WITHIN) return { kind: "depth", symbol: frame.slice(start, end) };
  }
  return routeParsed(frame);
}

/** The streams of a connection are few and come again and again: each name is read once, as long as it is remembered. */
function routeNamed(stream: string): FrameRoute {
  const known = routes.get(stream);
  if (known !== undefined) return known;
  if (routes.size >= ROUTES_MAX) routes.clear();
  const route = Object.freeze(routeStream(stream));
  routes.set(stream, route);
  return route;
}

/** `btcusdt@depth@100ms`, `ethusdt@aggTrade`. */
function routeStream(stream: string): FrameRoute {
  const at = stream.indexOf("@");
  if (at <= 0) return UNKNOWN;
  const symbol = stream.slice(0, at).toUpperCase();
  const rest = stream.indexOf("@", at + 1);
  const name = rest < 0 ? stream.slice(at + 1) : stream.slice(at + 1, rest);
  if (name === "depth") return { kind: "depth", symbol };
  if (name === "depthUpdate") return UNKNOWN;
  return { kind: KIND_BY_EVENT.get(name) ?? "unknown", symbol };
}

function routeParsed(frame: string): FrameRoute {
  let value: unknown;
  try {
    value = JSON.parse(frame);
  } catch {
    return UNKNOWN;
  }
  if (!isObject(value)) return UNKNOWN;
  if (typeof value["stream"] === "string") return routeStream(value["stream"]);
  return routeEvent(value);
}

function routeEvent(event: JsonObject): FrameRoute {
  const { e: name, s: symbol } = event;
  if (typeof name === "string" && typeof symbol === "string") return { kind: KIND_BY_EVENT.get(name) ?? "unknown", symbol };
  if ("lastUpdateId" in event) return SNAPSHOT;
  // The spot bookTicker event is the only one without a name.
  if ("u" in event && "b" in event && "a" in event && typeof symbol === "string") return { kind: "top", symbol };
  if ("result" in event || "error" in event || ("code" in event && "msg" in event)) return CONTROL;
  return UNKNOWN;
}
