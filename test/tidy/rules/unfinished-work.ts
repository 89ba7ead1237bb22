/** What is not finished is not committed: no markers for later in comments, documents or settings. */
import type { Rule, SourceTree, Violation } from "../source-tree.ts";

const MARKERS = /\b(TODO|FIXME|XXX|HACK)\b/;

export const unfinishedWork: Rule = {
  name: "no marker of unfinished work",
  check(tree) {
    return [...inComments(tree), ...inTexts(tree)];
  },
};

function inComments(tree: SourceTree): Violation[] {
  return tree.code.flatMap(({ path, comments }) =>
    comments.flatMap(({ text, line }) => text.split("\n").flatMap((part, offset) => marker(path, line + offset, part))),
  );
}

function inTexts(tree: SourceTree): Violation[] {
  const code = new Set(tree.code.map(({ path }) => path));
  return tree.files
    .filter(({ path }) => !code.has(path))
    .flatMap(({ path, lines }) => lines.flatMap((text, index) => marker(path, index + 1, text)));
}

function marker(path: string, line: number, text: string): Violation[] {
  const found = MARKERS.exec(text);
  return found ? [{ path, line, message: `${found[0]}: finish it, or write it down where work is planned` }] : [];
}
