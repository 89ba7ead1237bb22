/**
 * A file nothing reaches is dead. Product files must be reached from an entry of the product (not merely from a test);
 * files of test/ and bench/ from a test or a bench. A path in a string counts as a reference: workers and child
 * processes are started that way.
 */
import path from "node:path";
import { isProduct, isTooling, rootFolder } from "../places.ts";
import { isNode, walk } from "../syntax.ts";
import type { CodeFile, Rule, SourceTree } from "../source-tree.ts";

/** Product files used by tests or benches only, with the reason they may live. An entry that is not needed fails. */
export const KEPT_FOR_TESTS: Readonly<Record<string, string>> = {
  "domain/journal/memory-journal.ts": "the journal of whole-floor simulations: same semantics, no database",
  "domain/position/cash.ts": "the other side of the conservation law that the property tests check",
  "mixins/reminders/memory-reminders.ts": "reminders of actor tests: same semantics and suite as the durable ones",
  "venues/binance/order-query.ts": "the end of the tick-to-order path that its bench measures; live order submission will use it",
};

const PRODUCT_ENTRIES = ["cli/dsta.mjs", "moleculer.config.ts"];
const PATH_IN_TEXT = /[\w./-]+\.(?:tsx?|mts|mjs|js)\b/g;

/** @param kept files of the product that only tests reach, each with its reason; a stale entry is a fault too. */
export function liveFiles(kept: Readonly<Record<string, string>>): Rule {
  return {
    name: "every file is reached from an entry point",
    check(tree) {
      const product = reach(tree, [...PRODUCT_ENTRIES, ...pageScripts(tree)]);
      const all = reach(tree, [...product, ...tree.code.map((file) => file.path).filter(isEntryOfChecks)]);
      const dead = tree.code
        .filter(({ path: name }) => !(isProduct(name) && !name.endsWith(".d.ts") && !(name in kept) ? product : all).has(name))
        .map((file) => ({
          path: file.path,
          line: 1,
          message: all.has(file.path)
            ? "only tests or benches reach it: wire it in, delete it, or give its reason in KEPT_FOR_TESTS"
            : "nothing reaches it: import it or delete it",
        }));
      const stale = Object.keys(kept)
        .filter((name) => !tree.paths.has(name) || product.has(name))
        .map((name) => ({ path: name, line: 1, message: "needs no entry in KEPT_FOR_TESTS: remove it there" }));
      return [...dead, ...stale];
    },
  };
}

function isEntryOfChecks(name: string): boolean {
  return /\.(test|bench|d)\.ts$/.test(name) || isTooling(name) || /^test\/[^/]+\.ts$/.test(name);
}

/** Scripts that dashboard/index.html loads. */
function pageScripts(tree: SourceTree): string[] {
  const page = tree.files.find((file) => file.path === "dashboard/index.html");
  return page ? references(page.path, page.text.match(PATH_IN_TEXT) ?? [], tree) : [];
}

function reach(tree: SourceTree, entries: readonly string[]): Set<string> {
  const byPath = new Map(tree.code.map((file) => [file.path, file]));
  const reached = new Set<string>();
  const waiting = [...entries];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const file = byPath.get(name);
    if (!file || reached.has(name)) continue;
    reached.add(name);
    waiting.push(...file.imports.flatMap(({ target }) => target ?? []), ...references(name, texts(file), tree));
  }
  return reached;
}

function texts(file: CodeFile): string[] {
  const found: string[] = [];
  walk(file.program, (node) => {
    if (node.type === "Literal" && typeof node["value"] === "string") found.push(node["value"]);
    const value = node.type === "TemplateElement" ? node["value"] : null;
    if (typeof value === "object" && value !== null && "cooked" in value && !isNode(value)) found.push(String(value.cooked));
  });
  return found;
}

function references(from: string, strings: readonly string[], tree: SourceTree): string[] {
  return strings.flatMap((text) => {
    const near = path.posix.join(path.posix.dirname(from), text);
    const own = path.posix.join(rootFolder(from), text);
    return [near, own, path.posix.normalize(text)].filter((candidate) => tree.paths.has(candidate));
  });
}
