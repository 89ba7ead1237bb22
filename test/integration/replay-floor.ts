/** Plays a recording through the real program to its end, and reads what it left behind over REST. */
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import type { EventRow } from "../../domain/contract/views.ts";
import { FloorProcess } from "./floor-process.ts";

interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

export function recorded(path: string): string {
  return fileURLToPath(new URL(`../../../shared/data/${path}`, import.meta.url));
}

/** Resolves when the recording is over and everybody has heard of it. */
export async function played(folder: string, files: readonly string[], args: readonly string[] = []): Promise<FloorProcess> {
  const speed = args.includes("--speed") ? [] : ["--speed", "max"];
  const floor = await FloorProcess.start(folder, { args: ["--replay", ...files, ...speed, ...args] });
  await floor.until<Page<EventRow>>("system/events?limit=100", ({ items }) => items.some(({ code }) => code === "CONNECTION_LOST"));
  return floor;
}

/** What the floor said, newest first. */
export async function said(floor: FloorProcess): Promise<readonly EventRow[]> {
  return (await floor.get<Page<EventRow>>("system/events?limit=100")).items;
}

/** Every row of a list, newest first. */
export async function allOf<T>(floor: FloorProcess, path: string): Promise<T[]> {
  const rows: T[] = [];
  for (let before = ""; ;) {
    const { items, next } = await floor.get<Page<T>>(`${path}?limit=100${before}`);
    rows.push(...items);
    if (next === null) return rows;
    before = `&before=${next}`;
  }
}

export function hashOf(rows: unknown): string {
  return createHash("sha256").update(JSON.stringify(rows)).digest("hex");
}
