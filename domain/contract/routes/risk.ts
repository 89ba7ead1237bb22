/** REST routes: limits, violations, the trading switch. The table that uses them is ../routes.ts. */
import { z } from "zod";
import { idText, pageOf, whyText } from "../fields.ts";
import * as view from "../views.ts";
import { nothing, page, route, type Route } from "./route.ts";

export const riskRoutes: readonly Route[] = [
  route("GET risk/limits", "risk.limits", "risk:read", {
    summary: "Limits with their present use",
    params: nothing,
    result: view.riskView,
  }),
  route("PUT risk/limits", "risk.setLimits", "risk:write", {
    summary: "Changes the limits given; effective on the next order",
    params: z.strictObject({ limits: view.riskLimits.partial().strict(), reason: whyText }),
    result: view.riskView,
  }),
  route("GET risk/violations", "risk.violations", "risk:read", {
    summary: "Refused orders and breaches, newest first",
    params: z.strictObject({ strategyId: idText.optional(), ...page }),
    result: pageOf(view.violationRow),
  }),
  route("POST risk/circuit-breaker", "risk.switch", "risk:switch", {
    summary: "The trading switch: active, reducing or halted; halting cancels every open order",
    params: z.strictObject({
      state: view.tradingState,
      reason: whyText,
      confirm: z.string().optional().meta({ description: "Going back to active needs `RESUME <desk>`" }),
    }),
    result: view.riskView,
  }),
];
