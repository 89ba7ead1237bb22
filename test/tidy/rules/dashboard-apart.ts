/** The page shares the shapes of the contract with the server, never code: it imports types of domain/contract only. */
import { rootFolder } from "../places.ts";
import type { Rule, Violation } from "../source-tree.ts";

export const dashboardApart: Rule = {
  name: "the dashboard takes only types from domain/contract",
  check(tree) {
    const found: Violation[] = [];
    for (const file of tree.code.filter(({ path }) => rootFolder(path) === "dashboard")) {
      for (const { target, typeOnly, line } of file.imports) {
        if (target === null || rootFolder(target) === "dashboard") continue;
        if (target.startsWith("domain/contract/") && typeOnly) continue;
        found.push({
          path: file.path,
          line,
          message: `imports ${target}: use \`import type\` from domain/contract, or the REST and stream answers`,
        });
      }
    }
    return found;
  },
};
