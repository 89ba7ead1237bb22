/** REST routes: the floor as a whole: health, actors, nodes, events. The table that uses them is ../routes.ts. */
import { z } from "zod";
import { pageLimit } from "../fields.ts";
import * as view from "../views.ts";
import { nothing, route, type Route } from "./route.ts";

export const health = z.object({
  status: z.enum(["ok", "degraded", "down"]),
  version: z.string(),
  mode: z.string(),
  desk: z.string(),
  upMs: z.number(),
  trading: view.tradingState,
  checks: z.array(z.object({ name: z.string(), ok: z.boolean(), detail: z.string() })),
});

export const systemRoutes: readonly Route[] = [
  route("GET health", "floor.health", "open", {
    summary: "Is the floor fit to trade",
    params: nothing,
    result: health,
  }),
  route("GET system/actors", "floor.actors", "system:read", {
    summary: "Actors of the mesh",
    params: z.strictObject({ kind: z.string().max(32).optional() }),
    result: z.object({ items: z.array(view.actorRow) }),
  }),
  route("GET system/nodes", "floor.nodes", "system:read", {
    summary: "Nodes of the mesh",
    params: nothing,
    result: z.object({ items: z.array(view.nodeRow) }),
  }),
  route("POST system/actors/restart", "floor.restart", "risk:write", {
    summary: "Restarts one actor from the journal",
    params: z.strictObject({ actorId: z.string().min(3).max(160) }),
    result: view.actorRow,
  }),
  route("GET system/dead-letters", "floor.deadLetters", "system:read", {
    summary: "Messages that could not be delivered",
    params: nothing,
    result: z.object({ items: z.array(view.deadLetterRow) }),
  }),
  route("GET system/events", "floor.events", "system:read", {
    summary: "What the floor said lately, newest first",
    params: z.strictObject({ limit: pageLimit }),
    result: z.object({ items: z.array(view.eventRow) }),
  }),
];
