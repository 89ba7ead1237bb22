/** Root folders import only what lies below them: `domain ← … ← actors ← topology ← brokers ← cli`. */
import { ROOT_IMPORTS } from "../layers.ts";
import { isTooling, rootFolder } from "../places.ts";
import type { Rule, Violation } from "../source-tree.ts";

export const importDirections: Rule = {
  name: "root folders import in the direction of the architecture only",
  check(tree) {
    const found: Violation[] = [];
    for (const file of tree.code) {
      const from = rootFolder(file.path);
      const allowed = ROOT_IMPORTS[from];
      if (!allowed) {
        found.push({ path: file.path, line: 1, message: `folder ${from}/ is not in test/tidy/layers.ts: add it there, or move the file` });
        continue;
      }
      for (const { target, line } of file.imports) {
        if (target === null || isTooling(file.path)) continue;
        const to = rootFolder(target);
        if (to === from || allowed.includes(to)) continue;
        const hint = `${from || "the root"} may import ${allowed.join(", ") || "nothing"}`;
        found.push({ path: file.path, line, message: `imports ${target}: ${hint}; pass it in, or move what is shared down` });
      }
    }
    return found;
  },
};
