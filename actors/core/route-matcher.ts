/**
 * Finds the route of a method and path: a Map look-up for fixed paths, a comparison by segments for those with
 * parameters. A fixed path wins over one with a parameter (`orders/active` over `orders/{id}`).
 * Refuses unknown paths with NOT_FOUND, known paths with another method with METHOD_NOT_ALLOWED.
 */
import type { Route } from "../../domain/contract/routes.ts";
import { DstaError } from "../../domain/kernel/errors.ts";

export interface RouteMatch {
  readonly route: Route;
  /** Decoded path parameters. */
  readonly params: Readonly<Record<string, string>>;
}

interface Pattern {
  /** Text of a fixed segment, null for a parameter. */
  readonly segments: readonly (string | null)[];
  /** Name of a parameter, "" for a fixed segment. */
  readonly names: readonly string[];
  readonly routes: Map<string, Route>;
}

const NO_PARAMS = Object.freeze({});

export class RouteMatcher {
  readonly #fixed = new Map<string, Map<string, Route>>();
  readonly #patterns: Pattern[] = [];

  constructor(routes: readonly Route[]) {
    const byPath = Map.groupBy(routes, (route) => route.path);
    for (const [path, group] of byPath) {
      const methods = new Map(group.map((route) => [route.method as string, route]));
      const segments = path.split("/");
      if (!path.includes("{")) this.#fixed.set(path, methods);
      else {
        const names = segments.map((segment) => (segment.startsWith("{") ? segment.slice(1, -1) : ""));
        this.#patterns.push({ segments: segments.map((segment, at) => (names[at] === "" ? segment : null)), names, routes: methods });
      }
    }
  }

  /**
   * `path` is relative to the API's root, without query. HEAD is answered by GET's route.
   * @throws {DstaError} NOT_FOUND (404), METHOD_NOT_ALLOWED (405, with `allow`), VALIDATION_ERROR for bad escapes.
   */
  match(method: string, path: string): RouteMatch {
    const wanted = method === "HEAD" ? "GET" : method;
    const fixed = this.#fixed.get(path);
    const exact = fixed?.get(wanted);
    if (exact) return { route: exact, params: NO_PARAMS };
    const segments = path.split("/");
    const allow = new Set(fixed?.keys());
    for (const pattern of this.#patterns) {
      if (!fits(pattern, segments)) continue;
      const route = pattern.routes.get(wanted);
      if (route) return { route, params: pathParams(pattern, segments) };
      for (const other of pattern.routes.keys()) allow.add(other);
    }
    throw allow.size === 0 ? nothingAt(path) : methodRefused(method, [...allow]);
  }
}

export function nothingAt(path: string): DstaError {
  const shown = path.slice(0, 200);
  return new DstaError("NOT_FOUND", `there is no ${shown} here`, { code: 404, data: { path: shown } });
}

export function methodRefused(method: string, allow: readonly string[]): DstaError {
  return new DstaError("METHOD_NOT_ALLOWED", `${method} is not allowed here: use ${allow.join(" or ")}`, {
    code: 405,
    data: { method, allow },
  });
}

function fits(pattern: Pattern, segments: readonly string[]): boolean {
  if (pattern.segments.length !== segments.length) return false;
  for (let at = 0; at < segments.length; at++) {
    const text = pattern.segments[at];
    if (text === null ? segments[at] === "" : text !== segments[at]) return false;
  }
  return true;
}

function pathParams(pattern: Pattern, segments: readonly string[]): Record<string, string> {
  const params: Record<string, string> = {};
  for (let at = 0; at < segments.length; at++) {
    const name = pattern.names[at];
    if (name) params[name] = decodeSegment(segments[at] ?? "", name);
  }
  return params;
}

function decodeSegment(text: string, name: string): string {
  if (!text.includes("%")) return text;
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw new DstaError("VALIDATION_ERROR", `${name}: expected valid percent-encoding`, {
      code: 422,
      data: { field: name, expected: "valid percent-encoding" },
      cause,
    });
  }
}
