/** Actors know each other by contract only: a file of a role imports no other role and no other actor's file. */
import { rootFolder, subfolder } from "../places.ts";
import type { Rule, Violation } from "../source-tree.ts";

export const actorsApart: Rule = {
  name: "an actor never imports another actor",
  check(tree) {
    const found: Violation[] = [];
    for (const file of tree.code.filter(({ path }) => rootFolder(path) === "actors" && subfolder(path) !== "")) {
      for (const { target, line } of file.imports) {
        if (target === null || rootFolder(target) !== "actors") continue;
        if (subfolder(target) !== subfolder(file.path)) {
          const message = `imports ${target} of another role: send it a message defined in domain/contract`;
          found.push({ path: file.path, line, message });
        } else if (target.endsWith(".actor.ts")) {
          found.push({ path: file.path, line, message: `imports the actor ${target}: send it a message; shared logic belongs in domain/` });
        }
      }
    }
    return found;
  },
};
