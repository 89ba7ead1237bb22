import { once } from "node:events";
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openDataFolder } from "../../brokers/postgres/data-folder.ts";

let root: string;
let path: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "dsta-test-"));
  path = join(root, "deep", "floor");
});
afterEach(() => rm(root, { recursive: true, force: true }));

const MODULE = new URL("../../brokers/postgres/data-folder.ts", import.meta.url).href;

/** A process that opens the folder, says "open" or the error's type, and then stays. */
function starter(): { first: Promise<string>; kill(): Promise<void> } {
  const script = `
    const { openDataFolder } = await import(${JSON.stringify(MODULE)});
    await openDataFolder(${JSON.stringify(path)}, { kind: "floor" }).then(() => console.log("open"), (error) => console.log(error.type));
    setInterval(() => undefined, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: ["ignore", "pipe", "inherit"] });
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const lines = createInterface(child.stdout);
  const first = once(lines, "line").then(([line]) => String(line));
  const kill = async (): Promise<void> => {
    child.kill("SIGKILL");
    await gone;
  };
  return { first, kill };
}

describe("openDataFolder", () => {
  it("creates the folder with its marker, for its owner only, and opens it again", async () => {
    const folder = await openDataFolder(path, { kind: "floor" });
    expect((await stat(path)).mode & 0o777).toBe(0o700);
    const marker = JSON.parse(await readFile(join(path, "dsta.json"), "utf8")) as Record<string, unknown>;
    expect(marker).toMatchObject({ product: "dsta", layout: 1, kind: "floor" });
    expect(folder).toMatchObject({ path, kind: "floor", createdAtMs: Date.parse(String(marker["createdAt"])) });
    await folder.close();
    await folder.close();
    await (await openDataFolder(path, { kind: "floor" })).close();
    expect((await readdir(path)).sort()).toEqual(["dsta.json", "lock"]);
  });

  it("refuses a folder with other files and leaves it as it was", async () => {
    await writeFile(join(root, "thesis.txt"), "mine");
    const refusal = { type: "DATA_FOLDER_FOREIGN", message: expect.stringContaining("thesis.txt") as string };
    await expect(openDataFolder(root, { kind: "floor" })).rejects.toMatchObject(refusal);
    expect(await readdir(root)).toEqual(["thesis.txt"]);
  });

  it("takes a folder that holds research done before there was a floor", async () => {
    await mkdir(join(path, "research", "bt-1"), { recursive: true });
    await (await openDataFolder(path, { kind: "floor" })).close();
    expect((await readdir(path)).sort()).toEqual(["dsta.json", "lock", "research"]);
  });

  it("refuses a folder of another kind", async () => {
    await (await openDataFolder(path, { kind: "replay" })).close();
    const refusal = { type: "DATA_FOLDER_FOREIGN", data: { expected: "floor", got: "replay" } };
    await expect(openDataFolder(path, { kind: "floor" })).rejects.toMatchObject(refusal);
  });

  it.each([
    ["torn", '{"product":"ds'],
    ["of another product", '{"product":"other","layout":1,"kind":"floor","createdAt":"2026-01-01T00:00:00Z"}'],
    ["without a date", '{"product":"dsta","layout":1,"kind":"floor"}'],
    ["of a newer layout", '{"product":"dsta","layout":2,"kind":"floor","createdAt":"2026-01-01T00:00:00Z"}'],
  ])("refuses a marker that is %s", async (_, text) => {
    await writeFile(join(root, "dsta.json"), text);
    await expect(openDataFolder(root, { kind: "floor" })).rejects.toMatchObject({ type: "DATA_FOLDER_CORRUPT" });
  });

  it("says what to do when the folder cannot be made", async () => {
    await writeFile(join(root, "file"), "");
    await expect(openDataFolder(join(root, "file", "floor"), { kind: "floor" })).rejects.toMatchObject({
      type: "DATA_FOLDER_UNWRITABLE",
      message: expect.stringContaining("ENOTDIR") as string,
    });
  });

  it("names the holder when the folder is in use, also by the same process", async () => {
    const folder = await openDataFolder(path, { kind: "floor" });
    await expect(openDataFolder(path, { kind: "floor" })).rejects.toMatchObject({
      type: "DATA_FOLDER_IN_USE",
      retryable: true,
      data: { pid: process.pid, since: expect.stringMatching(/^\d{4}-/) as string },
    });
    await folder.close();
  });

  it("is free again after kill -9 of its holder", async () => {
    const holder = starter();
    expect(await holder.first).toBe("open");
    await expect(openDataFolder(path, { kind: "floor" })).rejects.toMatchObject({ type: "DATA_FOLDER_IN_USE" });
    await holder.kill();
    await (await openDataFolder(path, { kind: "floor" })).close();
  });

  it("ignores the flag of a process whose pid now belongs to another", async () => {
    await (await openDataFolder(path, { kind: "floor" })).close();
    await writeFile(join(path, "lock", `${process.pid}.1.-.0123456789ab.flag`), "");
    await (await openDataFolder(path, { kind: "floor" })).close();
    expect(await readdir(join(path, "lock"))).toEqual([]);
  });

  it("lets exactly one of several processes in that start together on a new folder", async () => {
    const starters = Array.from({ length: 4 }, starter);
    const outcomes = await Promise.all(starters.map(({ first }) => first));
    expect(outcomes.sort()).toEqual(["DATA_FOLDER_IN_USE", "DATA_FOLDER_IN_USE", "DATA_FOLDER_IN_USE", "open"]);
    await Promise.all(starters.map(({ kill }) => kill()));
  }, 30_000);

  it("lets exactly one of many openings in one process in", async () => {
    const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => openDataFolder(path, { kind: "floor" })));
    const opened = outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
    expect(opened.length).toBe(1);
    await opened[0]!.close();
  }, 30_000);
});
