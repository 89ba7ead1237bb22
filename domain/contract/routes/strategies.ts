/** REST routes: strategy instances. The table that uses them is ../routes.ts. */
import { z } from "zod";
import { idText, pageOf, pauseMs, symbolText } from "../fields.ts";
import * as view from "../views.ts";
import { nothing, page, route, venue, type Route } from "./route.ts";

const strategyBody = z.strictObject({
  id: idText,
  strategy: z.string().min(1).max(64).meta({ description: "Name of a definition, see GET strategies/definitions" }),
  venue,
  symbol: symbolText,
  params: view.paramValues.default({}),
  start: z.boolean().default(false),
  isolation: view.strategyIsolation.default("inline"),
});

const strategyId = z.strictObject({ id: idText });

export const strategiesRoutes: readonly Route[] = [
  route("GET strategies/definitions", "strategies.definitions", "strategy:read", {
    summary: "What can be started",
    params: nothing,
    result: z.object({ items: z.array(view.strategyDefinition) }),
  }),
  route("GET strategies", "strategies.list", "strategy:read", {
    summary: "Every strategy instance",
    params: nothing,
    result: z.object({ items: z.array(view.strategyRow) }),
  }),
  route("POST strategies", "strategies.create", "strategy:write", {
    summary: "A new strategy instance",
    params: strategyBody,
    result: view.strategyDetail,
    status: 201,
  }),
  route("GET strategies/{id}", "strategies.get", "strategy:read", {
    summary: "One instance with its parameters and their history",
    params: strategyId,
    result: view.strategyDetail,
  }),
  route("PUT strategies/{id}/parameters", "strategies.parameters", "strategy:write", {
    summary: "A new parameter version; takes effect at once, the position is kept",
    params: z.strictObject({
      id: idText,
      params: view.paramValues,
      note: z.string().max(300).optional(),
      expectedVersion: z.number().int().optional(),
    }),
    result: view.strategyDetail,
  }),
  route("GET strategies/{id}/signals", "strategies.signals", "strategy:read", {
    summary: "What it decided and what became of it, newest first",
    params: z.strictObject({ id: idText, ...page }),
    result: pageOf(view.signalRow),
  }),
  route("GET strategies/{id}/performance", "strategies.performance", "strategy:read", {
    summary: "Its result from its fills",
    params: strategyId,
    result: view.strategyPerformance,
  }),
  route("POST strategies/{id}/start", "strategies.start", "strategy:write", {
    summary: "Starts, resumes or restarts it after a failure",
    params: strategyId,
    result: view.strategyDetail,
  }),
  route("POST strategies/{id}/stop", "strategies.stop", "strategy:write", {
    summary: "Stops it, cancels its open orders; `close` also closes its position",
    params: z.strictObject({ id: idText, close: z.boolean().optional() }),
    result: view.strategyDetail,
  }),
  route("POST strategies/{id}/pause", "strategies.pause", "strategy:write", {
    summary: "It goes on watching but decides nothing; with `forMs` until that time is over",
    params: z.strictObject({ id: idText, forMs: pauseMs.optional() }),
    result: view.strategyDetail,
  }),
];
