/** The project runs wherever it is cloned: no file names a place on somebody's machine. */
import type { Rule } from "../source-tree.ts";

const MACHINE_PATH = /(?<![\w.~\-/}])\/(home|Users|root|work)\/[\w.]/;

export const machinePaths: Rule = {
  name: "no path of somebody's machine",
  check(tree) {
    return tree.files.flatMap(({ path, lines }) =>
      lines
        .map((text, index) => ({ path, line: index + 1, text }))
        .filter(({ text }) => MACHINE_PATH.test(text))
        .map(({ line }) => ({ path, line, message: "absolute path: make it relative to the project, or a setting" })),
    );
  },
};
