/** No file imports itself, directly or round a circle; types count, since a circle of types is a missing third file. */
import type { CodeFile, Rule, SourceTree, Violation } from "../source-tree.ts";

export const importCycles: Rule = {
  name: "imports form no circle",
  check(tree) {
    const found: Violation[] = [];
    const byPath = new Map(tree.code.map((file) => [file.path, file]));
    const done = new Set<string>();
    const open: string[] = [];
    const follow = (file: CodeFile): void => {
      open.push(file.path);
      for (const { target, line } of file.imports) {
        const next = target === null ? undefined : byPath.get(target);
        if (!next || done.has(next.path)) continue;
        const start = open.indexOf(next.path);
        if (start < 0) follow(next);
        else found.push({ path: file.path, line, message: circle([...open.slice(start), next.path]) });
      }
      open.pop();
      done.add(file.path);
    };
    for (const file of sorted(tree)) if (!done.has(file.path)) follow(file);
    return found;
  },
};

function sorted(tree: SourceTree): CodeFile[] {
  return tree.code.toSorted((a, b) => a.path.localeCompare(b.path));
}

function circle(paths: readonly string[]): string {
  return `closes the circle ${paths.join(" → ")}: move what both need into a third file`;
}
