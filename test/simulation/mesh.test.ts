import { describe, expect, it } from "vitest";
import { MeshRun } from "./mesh/mesh-run.ts";

const SEED = process.env["SEED"];
const COUNT = Number(process.env["SEEDS"] ?? 1_000);
const FIRST = Number(process.env["FIRST"] ?? 1);
const seeds = SEED === undefined ? Array.from({ length: COUNT }, (_, index) => String(FIRST + index)) : [SEED];

describe("the mesh under faults", () => {
  it("holds", { timeout: 600_000 }, async () => {
    const reached = new Set<string>();
    const times: number[] = [];
    const failed: string[] = [];
    let last = "";
    const t0 = performance.now();
    let events = 0;
    for (const seed of seeds) {
      const run = new MeshRun(seed);
      try {
        await run.run();
        times.push(run.convergedAfterMs);
      } catch (error) {
        failed.push(`${seed}: ${error instanceof Error ? error.message : String(error)}`);
        last ||= `SEED=${seed} ${error instanceof Error ? error.stack : ""}\n${run.witness.story.join("\n")}`;
      }
      events += run.time.events;
      for (const what of run.witness.reached) reached.add(what);
    }
    const byText = new Map<string, string[]>();
    for (const f of failed) {
      const [seed, ...rest] = f.split(": ");
      const key = rest.join(": ").split("\n")[0]!.replace(/n\d\.\d+/g, "N").replace(/\d+/g, "#").slice(0, 160);
      byText.set(key, [...(byText.get(key) ?? []), seed!]);
    }
    console.log([...byText].sort((a, b) => b[1].length - a[1].length).map(([k, v]) => `${v.length} ${v.slice(0, 5).join(",")} ${k}`).join("\n"));
    console.log("failed", failed.length, "ms/seed", (performance.now() - t0) / seeds.length, "events", events / seeds.length);
    times.sort((a, b) => a - b);
    console.log("p50", times[times.length >> 1], "p99", times[Math.floor(times.length * 0.99)], "max", times.at(-1));
    console.log([...reached].sort().join(", "));
    if (SEED !== undefined || process.env["STORY"]) console.log(last);
    expect(failed.length).toBe(0);
  });
});
