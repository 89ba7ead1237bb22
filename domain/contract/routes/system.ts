/** REST routes: the floor as a whole: health, actors, nodes, events. The table that uses them is ../routes.ts. */
import { z } from "zod";
import { pageLimit, timeMs } from "../fields.ts";
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

const status = z.object({
  floor: z.object({
    desk: z.string(),
    mode: z.enum(["paper", "dry-run", "live"]),
    version: z.string(),
    startedAtMs: timeMs,
    venues: z.array(z.string()),
    replay: z.object({ file: z.string(), progressRatio: z.number(), finished: z.boolean(), malformed: z.number().int() }).nullable(),
  }),
  trading: z.object({
    state: view.tradingState,
    sinceMs: timeMs,
    by: z.string(),
    reason: z.string(),
    cancelled: z.number().int(),
    unknown: z.number().int(),
    kept: z.number().int(),
  }),
  health: z.object({
    nodesUp: z.number().int(),
    nodesTotal: z.number().int(),
    feedsLive: z.number().int(),
    feedsTotal: z.number().int(),
    clockOffsetMs: z.number().nullable(),
    journalOk: z.boolean(),
    journalP50Ms: z.number(),
    nowMs: timeMs,
  }),
});

export const systemRoutes: readonly Route[] = [
  route("GET health", "floor.health", "open", {
    summary: "Is the floor fit to trade",
    params: nothing,
    result: health,
  }),
  route("GET system/status", "floor.status", "system:read", {
    summary: "The desk, the trading switch, feeds and clock, and how far a replay is",
    params: nothing,
    result: status,
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
  route("POST system/actors/move", "floor.move", "risk:write", {
    summary: "Hands one actor over to another node, where it stays; without a node to where it belongs",
    params: z.strictObject({ actorId: z.string().min(3).max(160), node: z.string().min(1).max(64).optional() }),
    result: z.object({ actorId: z.string() }),
  }),
  route("POST system/nodes/drain", "floor.drain", "risk:write", {
    summary: "Empties a node before it is stopped: its actors move to the others, nothing new is placed on it",
    params: z.strictObject({ node: z.string().min(1).max(64) }),
    result: z.object({ remaining: z.number().int().meta({ description: "Actors that no other node can host" }) }),
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
