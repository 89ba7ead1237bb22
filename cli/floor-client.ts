/**
 * Talks REST to the running floor: found through `run.json` in the data folder, or named by --url (DSTA_URL) with
 * DSTA_TOKEN, or DSTA_USER and DSTA_PASSWORD. Turns every failure into a message and an exit code.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { messageOf } from "../domain/kernel/errors.ts";
import { dataFolderWith } from "./data-folder.ts";
import { CliError, EXIT, usage, type Terminal } from "./terminal.ts";

const TIMEOUT_MS = 10_000;

export const runFile = z.object({ url: z.url(), token: z.string().min(1), pid: z.number().int() });

export interface TargetOptions {
  readonly url?: string;
  readonly data?: string;
}

export interface FloorClient {
  readonly url: string;
  /** @throws {CliError} with the exit code that fits. `path` is relative to /api/v1. */
  request<T>(method: "GET" | "POST" | "PUT", path: string, body?: unknown): Promise<T>;
}

interface ErrorAnswer {
  readonly error?: {
    readonly type: string;
    readonly message: string;
    readonly data?: { readonly issues?: readonly { field: string; expected: string }[] };
  };
}

export async function connectFloor(terminal: Terminal, options: TargetOptions): Promise<FloorClient> {
  const url = options.url ?? (options.data === undefined ? terminal.env["DSTA_URL"] : undefined);
  if (url === undefined) {
    const found = readRunFile(terminal, options.data);
    return client(found.url, found.token);
  }
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) throw usage(`--url: expected http://host:port, got ${url}`);
  const token = terminal.env["DSTA_TOKEN"];
  if (token) return client(url, token);
  const { DSTA_USER: name, DSTA_PASSWORD: password } = terminal.env;
  if (!name || !password) throw usage("--url needs DSTA_TOKEN, or DSTA_USER and DSTA_PASSWORD, in the environment");
  const login = await client(url, null).request<{ accessToken: string }>("POST", "auth/login", { name, password });
  return client(url, login.accessToken);
}

function readRunFile(terminal: Terminal, data: string | undefined): z.infer<typeof runFile> {
  const folder = dataFolderWith("run.json", data, terminal.env);
  const path = join(folder, "run.json");
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT")
      throw new CliError(EXIT.notRunning, `cannot read ${path}: ${messageOf(error)}`, error);
    throw new CliError(EXIT.notRunning, `no floor runs in ${folder}: start one with \`dsta start\`, or name its folder with --data`, error);
  }
  try {
    return runFile.parse(JSON.parse(text));
  } catch (error) {
    throw new CliError(EXIT.notRunning, `${path} is damaged: stop the floor and start it again`, error);
  }
}

function client(url: string, token: string | null): FloorClient {
  const base = url.replace(/\/$/, "");
  return {
    url: base,
    async request<T>(method: "GET" | "POST" | "PUT", path: string, body?: unknown): Promise<T> {
      const headers: Record<string, string> = { accept: "application/json" };
      if (token !== null) headers["authorization"] = `Bearer ${token}`;
      if (body !== undefined) headers["content-type"] = "application/json";
      let response: Response;
      try {
        const payload = body === undefined ? {} : { body: JSON.stringify(body) };
        response = await fetch(`${base}/api/v1/${path}`, { method, headers, ...payload, signal: AbortSignal.timeout(TIMEOUT_MS) });
      } catch (error) {
        throw new CliError(EXIT.notRunning, `cannot reach the floor at ${base}: is it running?`, error);
      }
      const answer: unknown = await response.json().catch(() => null);
      if (response.ok && answer !== null) return answer as T;
      throw refusal(response.status, answer as ErrorAnswer | null, base);
    },
  };
}

function refusal(status: number, answer: ErrorAnswer | null, base: string): CliError {
  const error = answer?.error;
  if (!error) return new CliError(EXIT.failed, `${base} answered ${status}, and not as a floor does`);
  const issues = (error.data?.issues ?? []).slice(1).map((issue) => `\n  ${issue.field}: expected ${issue.expected}`);
  return new CliError(status < 500 ? EXIT.refused : EXIT.failed, `${error.type}: ${error.message}${issues.join("")}`);
}
