/** REST routes: logging in and out. The table that uses them is ../routes.ts. */
import { z } from "zod";
import { nothing, route, type Route } from "./route.ts";

export const tokens = z.object({
  accessToken: z.string(),
  refreshToken: z.string(),
  tokenType: z.literal("Bearer"),
  expiresInSeconds: z.number().int(),
  user: z.object({ name: z.string(), role: z.string(), permissions: z.array(z.string()) }),
});

const ok = z.object({ ok: z.literal(true) });

export const authRoutes: readonly Route[] = [
  route("POST auth/login", "auth.login", "open", {
    summary: "Name and password for tokens",
    params: z.strictObject({ name: z.string().min(1).max(64), password: z.string().min(1).max(256) }),
    result: tokens,
  }),
  route("POST auth/refresh", "auth.refresh", "open", {
    summary: "A new token pair; the old refresh token ends (body, or the cookie of the login)",
    params: z.strictObject({ refreshToken: z.string().max(512).optional() }),
    result: tokens,
  }),
  route("POST auth/logout", "auth.logout", "session", {
    summary: "Ends the login's refresh tokens",
    params: z.strictObject({ refreshToken: z.string().max(512).optional() }),
    result: ok,
  }),
  route("GET auth/validate", "auth.validate", "session", {
    summary: "Who the token belongs to",
    params: nothing,
    result: z.object({ name: z.string(), role: z.string(), permissions: z.array(z.string()) }),
  }),
];
