/** Is the dashboard built? The API works without it. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { ok, warn, type Check } from "./check.ts";

export const dashboardBuilt: Check = {
  name: "dashboard",
  async run() {
    const built = existsSync(fileURLToPath(new URL("../../dashboard/dist/index.html", import.meta.url)));
    return built ? ok("built") : warn("not built", "run npm run prepare");
  },
};
