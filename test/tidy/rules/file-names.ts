/** A name says what a thing is about; these say only that somebody did not know. */
import type { Rule } from "../source-tree.ts";

const EMPTY_NAMES = /(^|[-_.])(utils?|helpers?|misc|common|shared|stuff)($|[-_.])/i;

export const fileNames: Rule = {
  name: "no file or folder is called utils, helpers, misc or common",
  check(tree) {
    return tree.files
      .filter(({ path }) => path.split("/").some((part) => EMPTY_NAMES.test(part)))
      .map(({ path }) => ({ path, line: 1, message: "name it after the idea it holds" }));
  },
};
