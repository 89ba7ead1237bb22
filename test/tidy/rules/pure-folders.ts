/** domain/ and strategies/ decide and do nothing else: no Node, no Moleculer, no package but the ones listed here. */
import { rootFolder } from "../places.ts";
import type { Rule, Violation } from "../source-tree.ts";

/** Folder → packages it may import, each with its reason. */
const PURE_PACKAGES: Readonly<Record<string, string>> = {
  "domain/contract/": "zod", // a contract is a runtime schema
};

export const pureFolders: Rule = {
  name: "domain/ and strategies/ import no Node module and no package",
  check(tree) {
    const found: Violation[] = [];
    for (const file of tree.code.filter(({ path }) => ["domain", "strategies"].includes(rootFolder(path)))) {
      for (const { specifier, target, line } of file.imports) {
        const allowed = Object.entries(PURE_PACKAGES).some(([folder, name]) => file.path.startsWith(folder) && name === specifier);
        if (target !== null || allowed) continue;
        found.push({ path: file.path, line, message: `imports ${specifier}: take what it gives as a parameter or a port` });
      }
    }
    return found;
  },
};
