/** Every source file opens by saying what it owns; tests say it in their names. */
import { isProduct, rootFolder } from "../places.ts";
import type { Rule } from "../source-tree.ts";

export const headerComments: Rule = {
  name: "source files start with a comment that says their purpose",
  check(tree) {
    return tree.code
      .filter((file) => !file.path.endsWith(".test.ts") && (isProduct(file.path) || ["bench", "test", ""].includes(rootFolder(file.path))))
      .filter((file) => {
        // The parser counts the line that names the interpreter as a comment.
        const first = file.comments.find(({ start }) => start > 0 || !file.text.startsWith("#!"));
        const before = first ? file.text.slice(0, first.start).replace(/^#!.*\n/, "") : file.text;
        return before.trim() !== "" || first === undefined || first.text.replaceAll(/[\s*]/g, "").length < 20;
      })
      .map(({ path }) => ({ path, line: 1, message: "start with a comment: what it owns, what it refuses, the invariant it keeps" }));
  },
};
