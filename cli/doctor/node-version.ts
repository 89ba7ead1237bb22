/** Does this Node run TypeScript, and is it the line the program is tested with? */
import { fail, ok, warn, type Check } from "./check.ts";

export const nodeVersion: Check = {
  name: "node",
  async run() {
    const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
    if (major < 22 || (major === 22 && minor < 18))
      return fail(`Node ${process.versions.node} cannot run TypeScript`, "run npm ci: it brings Node 24");
    if (major !== 24) return warn(`Node ${process.versions.node}`, "tests run on Node 24; run npm ci and start with npm start");
    return ok(`Node ${process.versions.node}`);
  },
};
