/** Every tidy rule. A new rule is a file here, a line below, and a bad sample in samples.test.ts. */
import type { Rule } from "../source-tree.ts";
import { actorsApart } from "./actors-apart.ts";
import { ambientGlobals } from "./ambient-globals.ts";
import { dashboardApart } from "./dashboard-apart.ts";
import { dependencies } from "./dependencies.ts";
import { domainOrder } from "./domain-order.ts";
import { fileNames } from "./file-names.ts";
import { headerComments } from "./header-comments.ts";
import { importCycles } from "./import-cycles.ts";
import { importDirections } from "./import-directions.ts";
import { fileLength, functionLength, lineLength } from "./lengths.ts";
import { liveFiles } from "./live-files.ts";
import { machinePaths } from "./machine-paths.ts";
import { pureFolders } from "./pure-folders.ts";
import { strictTypes } from "./strict-types.ts";
import { unfinishedWork } from "./unfinished-work.ts";

/** @param kept see live-files.ts; samples are judged without the project's own exceptions. */
export const rulesWith = (kept: Readonly<Record<string, string>>): readonly Rule[] => [
  importDirections,
  domainOrder,
  actorsApart,
  dashboardApart,
  importCycles,
  pureFolders,
  ambientGlobals,
  fileLength,
  functionLength,
  lineLength,
  fileNames,
  strictTypes,
  headerComments,
  unfinishedWork,
  machinePaths,
  liveFiles(kept),
  dependencies,
];
