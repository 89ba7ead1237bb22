/** The type checker is believed, so nobody may silence it without a written reason. */
import { walk } from "../syntax.ts";
import type { CodeFile, Rule, Violation } from "../source-tree.ts";

export const strictTypes: Rule = {
  name: "no any type, and no check silenced without a reason",
  check(tree) {
    return tree.code.flatMap((file) => [...anyTypes(file), ...silenced(file)]);
  },
};

function anyTypes(file: CodeFile): Violation[] {
  const found: Violation[] = [];
  walk(file.program, (node) => {
    if (node.type !== "TSAnyKeyword") return;
    found.push({ path: file.path, line: file.lineOf(node.start), message: "type any: use unknown and look before trusting it" });
  });
  return found;
}

function silenced(file: CodeFile): Violation[] {
  return file.comments.flatMap(({ text, line }) => {
    const problem = problemOf(text.trim(), file.path);
    return problem === null ? [] : [{ path: file.path, line, message: problem }];
  });
}

function problemOf(comment: string, path: string): string | null {
  if (/^@ts-(ignore|nocheck)/.test(comment)) return "silences the type checker: give the value its type";
  if (comment.startsWith("@ts-expect-error") && !path.startsWith("test/types/"))
    return "expects a type error outside test/types: give the value its type";
  if (/^(oxlint|eslint)-disable/.test(comment) && !/ -- \S.{9,}/.test(comment))
    return "disables a lint rule without a reason: append ` -- why`";
  return null;
}
