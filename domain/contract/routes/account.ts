/** REST routes: positions and the account. The table that uses them is ../routes.ts. */
import { z } from "zod";
import { idText, symbolText } from "../fields.ts";
import * as view from "../views.ts";
import { nothing, route, venue, type Route } from "./route.ts";

export const accountRoutes: readonly Route[] = [
  route("GET positions", "positions.list", "position:read", {
    summary: "Positions by owner, marked",
    params: z.strictObject({ strategyId: idText.optional() }),
    result: z.object({ items: z.array(view.positionRow) }),
  }),
  route("GET positions/{symbol}", "positions.get", "position:read", {
    summary: "One symbol: netted over owners, and each owner's part",
    params: z.strictObject({ symbol: symbolText, venue }),
    result: z.object({ net: view.positionRow, byStrategy: z.array(view.positionRow) }),
  }),
  route("GET portfolio/pnl", "positions.pnl", "position:read", {
    summary: "Equity and P&L of the account",
    params: nothing,
    result: view.portfolioPnl,
  }),
  route("GET portfolio/equity", "positions.equity", "position:read", {
    summary: "Equity over time",
    params: z.strictObject({ fromMs: z.coerce.number().optional(), points: z.coerce.number().int().min(2).max(1_000).default(500) }),
    result: z.object({ items: z.array(view.equityPoint) }),
  }),
];
