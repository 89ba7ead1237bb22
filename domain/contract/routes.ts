/**
 * The REST routes as values: method, path, permission, the action that answers, and the schemas of what goes in and
 * out. The gateway's aliases, the OpenAPI document and the permission checks are all made from this table, so none of
 * them can disagree. Paths are relative to `/api/v1`; `{name}` in a path is a parameter of the action.
 */
import { authRoutes } from "./routes/auth.ts";
import { systemRoutes } from "./routes/system.ts";
import { strategiesRoutes } from "./routes/strategies.ts";
import { ordersRoutes } from "./routes/orders.ts";
import { accountRoutes } from "./routes/account.ts";
import { riskRoutes } from "./routes/risk.ts";
import { marketRoutes } from "./routes/market.ts";
import { researchRoutes } from "./routes/research.ts";
import { usersRoutes } from "./routes/users.ts";
import type { Route } from "./routes/route.ts";

export type { FileAnswer, Permission, Route } from "./routes/route.ts";
export { health } from "./routes/system.ts";
export { tokens } from "./routes/auth.ts";

export const routes: readonly Route[] = [
  ...authRoutes,
  ...systemRoutes,
  ...strategiesRoutes,
  ...ordersRoutes,
  ...accountRoutes,
  ...riskRoutes,
  ...marketRoutes,
  ...researchRoutes,
  ...usersRoutes,
];
