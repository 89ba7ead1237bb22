/** Every check of `dsta doctor`, in the order shown. */
import type { Check } from "./check.ts";
import { clockSteady } from "./clock-steady.ts";
import { dashboardBuilt } from "./dashboard-built.ts";
import { dataFolderOurs } from "./data-folder-ours.ts";
import { databaseReachable } from "./database-reachable.ts";
import { diskSpace } from "./disk-space.ts";
import { nodeVersion } from "./node-version.ts";
import { portFree } from "./port-free.ts";
import { settingsValid } from "./settings-valid.ts";

export const CHECKS: readonly Check[] = [
  nodeVersion,
  settingsValid,
  dataFolderOurs,
  diskSpace,
  databaseReachable,
  portFree,
  clockSteady,
  dashboardBuilt,
];
