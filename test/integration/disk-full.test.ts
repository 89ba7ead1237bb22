/**
 * The disk is full under trading: what cannot be journaled is not sent, health says so, and with space again the program
 * goes on by itself and the books agree.
 *
 * The data folder is a small file system in memory of its own, so that filling it hurts nobody; mounting needs root. Where
 * that is not allowed the test is skipped and says why.
 */
import { execFileSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { chmod, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { OrderRow } from "../../domain/contract/views.ts";
import { messageOf } from "../../domain/kernel/errors.ts";
import { seededRandom } from "../../domain/kernel/random.ts";
import { temporaryFolder } from "./database.ts";
import { brokenAtAnyMoment, brokenAtRest, readBooks } from "./floor-books.ts";
import { endAll, FloorProcess, withJournal } from "./floor-process.ts";
import { TradingLoad } from "./trading-load.ts";

const SIZE = "192m";
const CHUNK_BYTES = 1024 * 1024;

const place = await temporaryFolder();
const folder = join(place, "floor");
const refusal = await mounted();

afterAll(async () => {
  await endAll([]);
  await endAll([join(folder, "data")]);
  if (refusal === null) execFileSync("umount", [folder]);
  rmSync(place, { recursive: true });
}, 60_000);

/** Why the small file system could not be made, or null when it is there. */
async function mounted(): Promise<string | null> {
  // PostgreSQL's own user has to pass, or the database would lie elsewhere.
  await chmod(place, 0o755);
  await mkdir(folder);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${SIZE},mode=0755`, "tmpfs", folder], { stdio: "pipe" });
    return null;
  } catch (error) {
    return messageOf(error);
  }
}

/** Takes all space that is left. */
function fill(path: string): void {
  const chunk = Buffer.alloc(CHUNK_BYTES);
  for (let size = CHUNK_BYTES; size > 512;) {
    try {
      writeFileSync(path, chunk.subarray(0, size), { flag: "a" });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
      size /= 2;
    }
  }
}

describe.skipIf(refusal !== null)(`a full disk${refusal === null ? "" : ` (skipped: ${refusal})`}`, () => {
  it("stops what cannot be journaled, says so, and goes on with space", { timeout: 120_000 }, async () => {
    const floor = await FloorProcess.start(join(folder, "data"));
    const load = new TradingLoad(seededRandom("disk full"));
    let stop: (value?: unknown) => void = () => undefined;
    const stopped = new Promise((resolve) => (stop = resolve));
    const trading = load.run(floor, 4, stopped);
    await load.untilAnswered(30);

    const ballast = join(folder, "ballast");
    fill(ballast);
    // Down first because risk waits for the journal, then because the journal is known to be away.
    await untilHealth(floor, (status, { checks }) => status === 503 && checks.some(({ name, ok }) => name === "journal" && !ok));

    rmSync(ballast);
    await untilHealth(floor, (status) => status === 200);
    await load.untilAnswered(load.answered + 30);
    stop();
    await trading;
    await floor.post("risk/circuit-breaker", { state: "halted", reason: "comparing the books" });
    await floor.until<{ items: OrderRow[] }>("orders/active", ({ items }) => items.length === 0);
    await floor.until<{ status: string }>("health", ({ status }) => status === "ok");
    expect(await load.repeat(floor, 50)).toEqual([]);
    const books = await withJournal(join(folder, "data"), readBooks);
    expect([...brokenAtAnyMoment(books), ...brokenAtRest(books)]).toEqual([]);
    expect((await floor.get<{ reservations: unknown[] }>("risk/limits")).reservations).toEqual([]);
    const log = await readFile(join(folder, "data", "logs", "dsta.log"), "utf8");
    expect(log).toContain("comparing the books");
    expect((await floor.stop()).code).toBe(0);
  });
});

interface Health {
  readonly checks: readonly { readonly name: string; readonly ok: boolean; readonly detail: string }[];
}

async function untilHealth(floor: FloorProcess, fits: (status: number, health: Health) => boolean): Promise<void> {
  for (;;) {
    const { status, body } = await floor.api<Health>("GET", "health");
    if (fits(status, body)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
