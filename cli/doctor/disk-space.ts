/** Is there at least 1 GB for the journal where the data folder is, or will be? */
import { existsSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { fail, ok, type Check } from "./check.ts";

const NEEDED_BYTES = 1_000_000_000;

export const diskSpace: Check = {
  name: "disk",
  async run({ dataFolder }) {
    let folder = dataFolder;
    while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder);
    const { bavail, bsize } = await statfs(folder);
    const free = bavail * bsize;
    const shown = `${(free / 1e9).toFixed(1)} GB free at ${folder}`;
    return free >= NEEDED_BYTES ? ok(shown) : fail(shown, "make room, at least 1 GB, or choose another disk with --data");
  },
};
