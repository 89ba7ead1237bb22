/** Inside domain/ the nouns build on each other in one order; nothing reaches up. */
import { DOMAIN_IMPORTS, MAY_NAME_VIEWS } from "../layers.ts";
import { rootFolder, subfolder } from "../places.ts";
import type { Rule, Violation } from "../source-tree.ts";

export const domainOrder: Rule = {
  name: "folders of domain/ import only those they build on",
  check(tree) {
    const found: Violation[] = [];
    for (const file of tree.code.filter(({ path }) => rootFolder(path) === "domain")) {
      const from = subfolder(file.path);
      const allowed = DOMAIN_IMPORTS[from];
      if (!allowed) {
        found.push({ path: file.path, line: 1, message: `domain/${from} is not in test/tidy/layers.ts: say there what it builds on` });
        continue;
      }
      for (const { target, typeOnly, line } of file.imports) {
        if (target === null || rootFolder(target) !== "domain") continue;
        const to = subfolder(target);
        const named = typeOnly && to === "contract" && MAY_NAME_VIEWS.includes(from);
        if (to === from || allowed.includes(to) || named) continue;
        found.push({
          path: file.path,
          line,
          message: `domain/${from} imports domain/${to}: it may build on ${allowed.join(", ") || "nothing"}; move what is shared down`,
        });
      }
    }
    return found;
  },
};
