/** One JSON line of the log as a readable line. A line that is no JSON is shown as it is, at level info. */
import { paint, type Terminal } from "./terminal.ts";

export const LEVELS = { debug: 20, info: 30, warn: 40, error: 50, fatal: 60 } as const;
export type LevelName = keyof typeof LEVELS;

const HIDDEN = new Set(["level", "time", "msg", "pid", "hostname", "name", "nodeID", "ns", "mod", "svc", "err"]);

function parse(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

/** Number of the level, as pino has it. */
export function levelOf(line: string): number {
  const level = parse(line)?.["level"];
  if (typeof level === "number") return level;
  return typeof level === "string" && Object.hasOwn(LEVELS, level) ? LEVELS[level as LevelName] : LEVELS.info;
}

export function formatLogLine(line: string, terminal: Terminal): string {
  const entry = parse(line);
  if (!entry) return line;
  const level = levelOf(line);
  const name = (Object.keys(LEVELS) as LevelName[]).find((candidate) => LEVELS[candidate] >= level) ?? "fatal";
  const time = entry["time"];
  const shownTime = typeof time === "number" || typeof time === "string" ? new Date(time).toISOString() : "";
  const source = String(entry["svc"] ?? entry["mod"] ?? entry["name"] ?? "");
  const rest = Object.entries(entry).filter(([key]) => !HIDDEN.has(key));
  const fields = rest.map(([key, value]) => ` ${key}=${typeof value === "string" ? value : JSON.stringify(value)}`).join("");
  const stack = (entry["err"] as { stack?: unknown } | undefined)?.stack;
  const label = name.toUpperCase().padEnd(5);
  const coloured = level >= LEVELS.error ? paint(terminal, "red", label) : level >= LEVELS.warn ? paint(terminal, "yellow", label) : label;
  const trace = typeof stack === "string" ? `\n${stack}` : "";
  const said = `${source === "" ? "" : `${source}: `}${String(entry["msg"] ?? "")}`;
  return `${paint(terminal, "grey", shownTime)} ${coloured} ${said}${paint(terminal, "grey", fields)}${trace}`;
}
