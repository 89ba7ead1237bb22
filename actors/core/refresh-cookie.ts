/**
 * The refresh token as a cookie for browsers: not readable by scripts, sent to the auth routes of this site only.
 */
import type { IncomingMessage } from "node:http";
import { API_PATH } from "./gateway-deps.ts";
import { REFRESH_TTL_MS } from "./tokens.ts";

const NAME = "dsta_refresh";

export function refreshCookieOf(request: IncomingMessage): string | undefined {
  for (const part of (request.headers.cookie ?? "").split(";")) {
    const [name, value] = part.trim().split("=", 2);
    if (name === NAME && value) return value.slice(0, 512);
  }
  return undefined;
}

/** The Set-Cookie header; an empty token removes the cookie. */
export function refreshCookie(request: IncomingMessage, token: string): string {
  const secure = "encrypted" in request.socket || request.headers["x-forwarded-proto"] === "https";
  const maxAge = token === "" ? 0 : REFRESH_TTL_MS / 1_000;
  return `${NAME}=${token}; Max-Age=${maxAge}; Path=${API_PATH}/auth; HttpOnly; SameSite=Strict${secure ? "; Secure" : ""}`;
}
