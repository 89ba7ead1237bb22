/**
 * The tree the tidy rules judge: every file git tracks or would track, read once, code parsed once.
 *
 * Rules get a `SourceTree` and never touch the disk, so each can be fed a bad sample made of plain texts
 * (`sampleTree`). A file that does not parse is refused: no rule could judge it.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { type ESTree, parseSync } from "vite";
import { type CodeNode, isNode, walk } from "./syntax.ts";

export interface Import {
  /** As written: `./a.ts`, `node:fs`, `zod`. */
  readonly specifier: string;
  /** Path in the tree a relative specifier leads to, whether or not it exists; null for packages. */
  readonly target: string | null;
  /** Erased before running: `import type`, or only `type` names. */
  readonly typeOnly: boolean;
  readonly names: readonly string[];
  readonly line: number;
}

export interface TextFile {
  /** Relative to the root, with forward slashes. */
  readonly path: string;
  readonly text: string;
  readonly lines: readonly string[];
}

export interface CodeFile extends TextFile {
  readonly program: CodeNode;
  readonly comments: readonly { readonly text: string; readonly start: number; readonly line: number }[];
  readonly imports: readonly Import[];
  lineOf(offset: number): number;
}

export interface SourceTree {
  readonly files: readonly TextFile[];
  readonly code: readonly CodeFile[];
  readonly paths: ReadonlySet<string>;
}

export interface Violation {
  readonly path: string;
  readonly line: number;
  /** What is wrong and what to do about it. */
  readonly message: string;
}

/** One rule: its name is a sentence, so that the test report reads as the list of promises. */
export interface Rule {
  readonly name: string;
  check(tree: SourceTree): Violation[];
}

const CODE = /\.(ts|tsx|mts|mjs|js)$/;
const TEXT = /\.(ts|tsx|mts|mjs|js|json|css|html|md|yml|yaml|sh|conf|toml)$|(^|\/)(Dockerfile|run)$/;

/** The project's own tree, from git: tracked, or untracked and not ignored. */
export function projectTree(): SourceTree {
  const root = path.resolve(import.meta.dirname, "../..");
  const listed = execFileSync("git", ["ls-files", "-co", "--exclude-standard"], { cwd: root, encoding: "utf8" });
  const paths = listed.split("\n").filter((name) => TEXT.test(name) && name !== "package-lock.json" && existsSync(path.join(root, name)));
  return sampleTree(Object.fromEntries(paths.map((name) => [name, readFileSync(path.join(root, name), "utf8")])));
}

/** A tree made of texts by path. */
export function sampleTree(texts: Readonly<Record<string, string>>): SourceTree {
  const files = Object.entries(texts).map(([name, text]) => ({ path: name, text, lines: text.split("\n") }));
  return { files, code: files.filter((file) => CODE.test(file.path)).map(parse), paths: new Set(files.map((file) => file.path)) };
}

function parse(file: TextFile): CodeFile {
  const parsed = parseSync(file.path, file.text);
  const problem = parsed.errors[0];
  if (problem) throw new Error(`${file.path} does not parse: ${problem.message}`);
  const starts = [0];
  for (const line of file.lines) starts.push((starts.at(-1) ?? 0) + line.length + 1);
  const lineOf = (offset: number) => starts.findLastIndex((start) => start <= offset) + 1;
  const comments = parsed.comments.map(({ value, start }) => ({ text: value, start, line: lineOf(start) }));
  const program = parsed.program as ESTree.Program & CodeNode;
  return { ...file, program, comments, imports: importsOf(file.path, program, lineOf), lineOf };
}

function importsOf(from: string, program: CodeNode, lineOf: (offset: number) => number): Import[] {
  const found: Import[] = [];
  walk(program, (node) => {
    const source = node["source"];
    if (!isNode(source) || typeof source["value"] !== "string") return;
    const specifiers = Array.isArray(node["specifiers"]) ? node["specifiers"].filter(isNode) : [];
    const kinds = specifiers.map((specifier) => specifier["importKind"] ?? specifier["exportKind"]);
    const erased = kinds.length > 0 && kinds.every((kind) => kind === "type");
    found.push({
      specifier: source["value"],
      target: source["value"].startsWith(".") ? path.posix.join(path.posix.dirname(from), source["value"]) : null,
      typeOnly: node["importKind"] === "type" || node["exportKind"] === "type" || node.type === "TSImportType" || erased,
      names: specifiers.map(importedName),
      line: lineOf(node.start),
    });
  });
  return found;
}

function importedName(specifier: CodeNode): string {
  const name = specifier["imported"] ?? specifier["local"];
  return isNode(name) ? String(name["name"] ?? name["value"]) : "";
}
