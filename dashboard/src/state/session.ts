/**
 * Who is signed in. The access token lives in memory only; the refresh token is an HttpOnly cookie this page never
 * sees. Refreshing is serialised between tabs: two tabs that spent one cookie twice would end the login. Whether there is
 * a login to refresh is remembered as a plain mark without any secret, so that a first visit sends no request to be refused.
 */
import { signal } from "@preact/signals";

export interface User {
  readonly name: string;
  readonly role: string;
  readonly permissions: readonly string[];
}

export type Session =
  | { readonly phase: "starting" }
  | { readonly phase: "out"; readonly notice: string | null }
  | { readonly phase: "in"; readonly user: User };

interface Tokens {
  readonly accessToken: string;
  readonly expiresInSeconds: number;
  readonly user: User;
}

/** Refresh this long before the token ends. */
const EARLY_MS = 60_000;
const SIGNED_IN_MARK = "dsta.signed-in";

export const session = signal<Session>({ phase: "starting" });

let token = "";
let endsAtMs = 0;
let timer: ReturnType<typeof setTimeout> | undefined;
let running: Promise<Renewal> | null = null;

/** `ended`: the login is over; `unreachable`: nobody answered, try again. */
export type Renewal = "renewed" | "ended" | "unreachable";

export function accessToken(): string {
  return token;
}

export function tokenEndsSoon(): boolean {
  return Date.now() > endsAtMs - EARLY_MS / 2;
}

export function may(permission: string): boolean {
  const now = session.value;
  return now.phase === "in" && now.user.permissions.includes(permission);
}

/** Called once on load: a valid cookie signs in without asking. */
export async function startSession(): Promise<void> {
  if (localStorage.getItem(SIGNED_IN_MARK) === null) {
    session.value = { phase: "out", notice: null };
    return;
  }
  const outcome = await renew();
  if (outcome === "unreachable") session.value = { phase: "out", notice: "The gateway does not answer. Trading, if it runs, goes on." };
}

/** @throws Error with a text for the person when the login was refused. */
export async function login(name: string, password: string): Promise<void> {
  const response = await post("login", { name, password });
  const body: unknown = await response.json().catch(() => null);
  if (!response.ok) throw new Error(refusalText(body, response.status));
  adopt(body as Tokens);
}

export async function logout(): Promise<void> {
  const headers = { "content-type": "application/json", authorization: `Bearer ${token}` };
  signOut(null);
  await fetch("/api/v1/auth/logout", { method: "POST", credentials: "same-origin", headers, body: "{}" });
}

/** One refresh at a time, in this tab and between tabs. */
export function renew(): Promise<Renewal> {
  running ??= locked(refresh).finally(() => {
    running = null;
  });
  return running;
}

function locked(work: () => Promise<Renewal>): Promise<Renewal> {
  // Web Locks exist in secure contexts only; on plain http from another machine one tab is assumed.
  return "locks" in navigator ? navigator.locks.request<Promise<Renewal>>("dsta-refresh", work) : work();
}

async function refresh(): Promise<Renewal> {
  let response: Response;
  try {
    response = await post("refresh", {});
  } catch {
    schedule(5_000);
    return "unreachable";
  }
  if (response.ok) {
    adopt((await response.json()) as Tokens);
    return "renewed";
  }
  if (response.status >= 500 || response.status === 429) {
    schedule(5_000);
    return "unreachable";
  }
  signOut(session.value.phase === "in" ? "Signed out: the login has ended." : null);
  return "ended";
}

function post(path: string, body: unknown): Promise<Response> {
  return fetch(`/api/v1/auth/${path}`, {
    method: "POST",
    credentials: "same-origin",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

function adopt(tokens: Tokens): void {
  token = tokens.accessToken;
  endsAtMs = Date.now() + tokens.expiresInSeconds * 1_000;
  schedule(Math.max(5_000, tokens.expiresInSeconds * 1_000 - EARLY_MS));
  localStorage.setItem(SIGNED_IN_MARK, "yes");
  session.value = { phase: "in", user: tokens.user };
}

function schedule(afterMs: number): void {
  clearTimeout(timer);
  timer = setTimeout(() => void (token === "" ? undefined : renew()), afterMs);
}

function signOut(notice: string | null): void {
  clearTimeout(timer);
  token = "";
  endsAtMs = 0;
  localStorage.removeItem(SIGNED_IN_MARK);
  session.value = { phase: "out", notice };
}

function refusalText(body: unknown, status: number): string {
  const error = (body as { error?: { type?: string; message?: string } } | null)?.error;
  return error?.message === undefined ? `The gateway answered ${status}` : `${error.type ?? "REFUSED"}: ${error.message}`;
}
