/**
 * Calls to the REST API of the same origin. An answer that is no success becomes an `ApiError` with the stable reason
 * code of the contract; a token that ended is renewed once and the call repeated.
 */
import { accessToken, renew } from "./session.ts";

export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly type: string;
  readonly status: number;
  readonly data: Readonly<Record<string, unknown>>;

  constructor(type: string, message: string, status: number, data: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.type = type;
    this.status = status;
    this.data = data;
  }
}

type Method = "GET" | "POST" | "PUT";
const TIMEOUT_MS = 10_000;

/** `path` is relative to /api/v1. @throws {ApiError} */
export async function call<T>(method: Method, path: string, body?: unknown): Promise<T> {
  const response = await sendSignedIn(method, path, body);
  const answer: unknown = await response.json().catch(() => null);
  if (response.ok) return answer as T;
  throw refusal(answer, response.status);
}

/** A file. `path` is relative to /api/v1. @throws {ApiError} */
export async function download(path: string): Promise<Blob> {
  const response = await sendSignedIn("GET", path, undefined);
  if (response.ok) return response.blob();
  throw refusal(await response.json().catch(() => null), response.status);
}

async function sendSignedIn(method: Method, path: string, body: unknown): Promise<Response> {
  const response = await send(method, path, body);
  return response.status === 401 && (await renew()) === "renewed" ? send(method, path, body) : response;
}

async function send(method: Method, path: string, body: unknown): Promise<Response> {
  try {
    return await fetch(`/api/v1/${path}`, {
      method,
      credentials: "same-origin",
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: { authorization: `Bearer ${accessToken()}`, ...(body === undefined ? {} : { "content-type": "application/json" }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch (error) {
    const late = error instanceof DOMException && error.name === "TimeoutError";
    // A command that timed out is not refused: whether it happened is shown by the stream alone.
    throw late
      ? new ApiError("NO_ANSWER", `No answer in ${TIMEOUT_MS / 1_000} s. It may still have happened: watch the floor.`, 0)
      : new ApiError("GATEWAY_UNREACHABLE", "The gateway could not be reached.", 0);
  }
}

function refusal(answer: unknown, status: number): ApiError {
  const error = (answer as { error?: { type?: string; message?: string; data?: Record<string, unknown> } } | null)?.error;
  return new ApiError(error?.type ?? `HTTP_${status}`, error?.message ?? "The gateway gave no reason.", status, error?.data ?? {});
}

/** What went wrong, for a panel or a notice. */
export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  return new ApiError("PAGE_ERROR", error instanceof Error ? error.message : String(error), 0);
}
