/**
 * A pause for a time ends by a durable reminder: also when the program is killed during it, and once.
 */
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { EventRow, StrategyDetail } from "../../domain/contract/views.ts";
import { endAll, FloorProcess } from "./floor-process.ts";

const ID = "sma-btc-1";
const folders: string[] = [];

describe("a pause for a time", () => {
  afterAll(() => endAll(folders));

  it("ends by itself, also after a kill", async () => {
    const folder = await mkdtemp(join(tmpdir(), "dsta-pause-"));
    folders.push(folder);
    const first = await FloorProcess.start(folder);
    const paused = await first.post<StrategyDetail>(`strategies/${ID}/pause`, { forMs: 1_500 });
    expect(paused).toMatchObject({ state: "paused", stateReason: expect.stringContaining("until") });
    await first.kill();
    const second = await FloorProcess.start(folder);
    const running = await second.until<StrategyDetail>(`strategies/${ID}`, ({ state }) => state === "running");
    expect(running.stateReason).toContain("the end of its pause");
    const { items } = await second.get<{ items: EventRow[] }>("system/events?limit=100");
    expect(items.filter(({ text }) => text.includes("the time of its pause is over"))).toHaveLength(1);
    await second.stop();
  }, 60_000);
});
