/**
 * Which view is open, kept in the address after `#` so that the back button and a reload work without the server.
 */
import { signal } from "@preact/signals";

export type Route =
  | { readonly view: "floor" }
  | { readonly view: "actors" }
  | { readonly view: "risk" }
  | { readonly view: "strategy"; readonly id: string };

export const route = signal<Route>(parseRoute(location.hash));

export function startRoutes(): void {
  addEventListener("hashchange", () => {
    route.value = parseRoute(location.hash);
  });
}

export function go(next: Route): void {
  location.hash = next.view === "strategy" ? `/strategy/${encodeURIComponent(next.id)}` : `/${next.view}`;
}

function parseRoute(hash: string): Route {
  const [view, id] = hash.replace(/^#\/?/, "").split("/");
  if (view === "actors" || view === "risk") return { view };
  if (view === "strategy" && id !== undefined && id !== "") return { view, id: decodeURIComponent(id) };
  return { view: "floor" };
}
