/** Is the data folder ours to use: marked, of this user, writable, closed to others? */
import { constants } from "node:fs";
import { access, readdir, stat } from "node:fs/promises";
import { fail, ok, warn, type Check } from "./check.ts";

const MARKER = "dsta.json";

export const dataFolderOurs: Check = {
  name: "data folder",
  async run({ dataFolder }) {
    const found = await stat(dataFolder).catch(() => null);
    if (!found) return ok(`${dataFolder} will be created at the first start`);
    if (!found.isDirectory()) return fail(`${dataFolder} is not a folder`, "name another with --data");
    const writable = await access(dataFolder, constants.R_OK | constants.W_OK | constants.X_OK).then(
      () => true,
      () => false,
    );
    if (!writable) return fail(`${dataFolder} cannot be written by this user`, "change its owner, or name another with --data");
    const names = await readdir(dataFolder);
    if (names.length > 0 && !names.includes(MARKER))
      return fail(`${dataFolder} holds somebody else's files (${names.slice(0, 3).join(", ")})`, "name an empty or new folder with --data");
    if (process.getuid && found.uid !== process.getuid())
      return warn(`${dataFolder} belongs to user ${found.uid}`, "start the floor as that user");
    if ((found.mode & 0o022) !== 0) return warn(`${dataFolder} can be written by others`, `chmod go-w ${dataFolder}`);
    return ok(dataFolder);
  },
};
