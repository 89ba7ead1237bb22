/**
 * Which view is open, kept in the address after `#` so that the back button and a reload work without the server.
 */
import { signal } from "@preact/signals";

export type Route =
  | { readonly view: "floor" }
  | { readonly view: "actors" }
  | { readonly view: "risk" }
  | { readonly view: "research"; readonly run: string | null }
  | { readonly view: "strategy"; readonly id: string };

export const route = signal<Route>(parseRoute(location.hash));

export function startRoutes(): void {
  addEventListener("hashchange", () => {
    route.value = parseRoute(location.hash);
  });
}

export function go(next: Route): void {
  const part = next.view === "strategy" ? next.id : next.view === "research" ? next.run : null;
  location.hash = part === null ? `/${next.view}` : `/${next.view}/${encodeURIComponent(part)}`;
}

function parseRoute(hash: string): Route {
  const [view, id] = hash.replace(/^#\/?/, "").split("/");
  if (view === "actors" || view === "risk") return { view };
  if (view === "research") return { view, run: id === undefined || id === "" ? null : decodeURIComponent(id) };
  if (view === "strategy" && id !== undefined && id !== "") return { view, id: decodeURIComponent(id) };
  return { view: "floor" };
}
