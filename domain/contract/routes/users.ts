/** REST routes: what people did. The table that uses them is ../routes.ts. */
import { z } from "zod";
import { pageOf } from "../fields.ts";
import * as view from "../views.ts";
import { page, route, type Route } from "./route.ts";

export const usersRoutes: readonly Route[] = [
  route("GET users/audit-log", "audit.list", "session", {
    summary: "Who did what, newest first: your own deeds, or everyone's with the permission audit:read",
    params: z.strictObject({ of: z.enum(["me", "everyone"]).default("me"), ...page }),
    result: pageOf(view.auditRow),
  }),
];
