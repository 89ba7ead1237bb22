/** One idea per file and per function: files, functions and lines stay short enough to hold in mind. */
import { productCode } from "../places.ts";
import { walk } from "../syntax.ts";
import type { Rule } from "../source-tree.ts";

const FILE_LINES_MAX = 300;
const FUNCTION_LINES_MAX = 70;
const COLUMNS_MAX = 140;

export const fileLength: Rule = {
  name: `source files have at most ${FILE_LINES_MAX} lines`,
  check(tree) {
    return productCode(tree)
      .map((file) => ({ path: file.path, lines: file.text.trimEnd().split("\n").length }))
      .filter(({ lines }) => lines > FILE_LINES_MAX)
      .map(({ path, lines }) => ({
        path,
        line: FILE_LINES_MAX + 1,
        message: `${lines} lines, ${FILE_LINES_MAX} allowed: split it by idea`,
      }));
  },
};

export const functionLength: Rule = {
  name: `functions have at most ${FUNCTION_LINES_MAX} lines`,
  check(tree) {
    return productCode(tree).flatMap((file) => {
      const long: { path: string; line: number; message: string }[] = [];
      walk(file.program, (node) => {
        if (!/^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(node.type)) return;
        const line = file.lineOf(node.start);
        const lines = file.lineOf(node.end) - line + 1;
        if (lines <= FUNCTION_LINES_MAX) return;
        long.push({ path: file.path, line, message: `function of ${lines} lines, ${FUNCTION_LINES_MAX} allowed: name its steps` });
      });
      return long;
    });
  },
};

export const lineLength: Rule = {
  name: `lines have at most ${COLUMNS_MAX} columns`,
  check(tree) {
    return tree.code.flatMap(({ path, lines }) =>
      lines
        .map((text, index) => ({ path, line: index + 1, text }))
        // A web address cannot be broken.
        .filter(({ text }) => text.length > COLUMNS_MAX && !/https?:\/\/\S{40,}/.test(text))
        .map(({ line, text }) => ({ path, line, message: `${text.length} columns, ${COLUMNS_MAX} allowed: break the line` })),
    );
  },
};
