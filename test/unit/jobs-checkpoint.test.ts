/** A checkpoint gives back what was appended, drops what a kill cut short, and refuses everything else. */
import { appendFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openCheckpointFile } from "../../research/jobs/checkpoint-file.ts";
import { specHash } from "../../research/jobs/identity.ts";
import type { TrialRecord } from "../../research/jobs/job.ts";
import { TrialLedger } from "../../research/jobs/trial-ledger.ts";
import { identity, record } from "./jobs-samples.ts";

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "dsta-checkpoint-"));
  path = join(folder, "trials.jsonl");
});

afterEach(() => rm(folder, { recursive: true }));

async function written(records: readonly TrialRecord[]): Promise<void> {
  const log = await openCheckpointFile(path, identity);
  await log.append(records);
  await log.close();
}

async function loaded(): Promise<readonly TrialRecord[]> {
  const log = await openCheckpointFile(path, identity);
  const records = await log.load();
  await log.close();
  return records;
}

describe("checkpoint file", () => {
  it("gives back what was appended, in order, over several openings", async () => {
    await written([record(0), record(1)]);
    await written([record(2, { state: "failed", reason: "bär 70,000", metrics: { sharpe: null } })]);
    expect(await loaded()).toEqual([record(0), record(1), record(2, { state: "failed", reason: "bär 70,000", metrics: { sharpe: null } })]);
  });

  it("is empty when it is new", async () => {
    expect(await loaded()).toEqual([]);
  });

  it("drops a line that was cut short at any byte, and goes on behind the whole ones", async () => {
    await written([record(0), record(1)]);
    const whole = await readFile(path);
    const lastLine = whole.lastIndexOf("\n", whole.length - 2) + 1;
    for (const cut of [lastLine + 1, lastLine + 20, whole.length - 1]) {
      await writeFile(path, whole.subarray(0, cut));
      expect(await loaded()).toEqual([record(0)]);
      await written([record(7)]);
      expect(await loaded()).toEqual([record(0), record(7)]);
    }
  });

  it("starts over when not even the header was written whole", async () => {
    await writeFile(path, '{"format":1,"spec');
    await written([record(0)]);
    expect(await loaded()).toEqual([record(0)]);
  });

  it("tells damage in the middle by its line", async () => {
    await written([record(0)]);
    await appendFile(path, "not a line\n");
    await appendFile(path, `${JSON.stringify(record(1))}\n`);
    await expect(loaded()).rejects.toMatchObject({ type: "CHECKPOINT_DAMAGED", data: { line: 3 } });
  });

  it.each(["specHash", "dataHash", "codeVersion"] as const)("refuses trials of another %s", async (name) => {
    await written([record(0)]);
    await expect(openCheckpointFile(path, { ...identity, [name]: "other" })).rejects.toMatchObject({
      type: "CHECKPOINT_OTHER",
      data: { field: name },
    });
    expect(await loaded()).toEqual([record(0)]);
  });

  it("keeps the order of appends that run at once", async () => {
    const log = await openCheckpointFile(path, identity);
    await Promise.all(Array.from({ length: 50 }, (_, trial) => log.append([record(trial)])));
    await log.close();
    expect((await loaded()).map(({ trial }) => trial)).toEqual(Array.from({ length: 50 }, (_, trial) => trial));
  });
});

describe("ledger of trials", () => {
  it("knows trials by fold and part, and refuses one that is there twice", async () => {
    await written([record(1), record(0), record(0, { fold: 2 }), record(0, { fold: 2, part: "test" })]);
    const log = await openCheckpointFile(path, identity);
    const ledger = await TrialLedger.open(log);
    expect(ledger.takeTrained(null).map(({ trial }) => trial)).toEqual([0, 1]);
    expect(ledger.takeTrained(2)).toHaveLength(1);
    expect(ledger.takeTrained(2)).toHaveLength(0);
    expect(ledger.before({ fold: 2, part: "test", trial: 0 })).toMatchObject({ part: "test" });
    expect(ledger.before({ fold: null, part: "hold-out", trial: 0 })).toBeNull();
    await ledger.append([record(1)]);
    await log.close();
    const again = await openCheckpointFile(path, identity);
    await expect(TrialLedger.open(again)).rejects.toMatchObject({ type: "CHECKPOINT_DAMAGED" });
    await again.close();
  });
});

describe("hash of a spec", () => {
  it("does not know the order of fields, the number of workers or the places of files", () => {
    const spec = { seed: "a", space: { fast: { from: 1 } }, data: { files: ["/x/a.csv"], symbol: "BTC/USDT" } };
    const same = { data: { symbol: "BTC/USDT", files: ["b.csv"] }, workers: 4, space: { fast: { from: 1 } }, seed: "a" };
    expect(specHash(same)).toBe(specHash(spec));
    expect(specHash({ ...spec, seed: "b" })).not.toBe(specHash(spec));
    expect(specHash({ ...spec, data: { ...spec.data, symbol: "ETH/USDT" } })).not.toBe(specHash(spec));
  });
});
