/**
 * Time, chance and the environment are injected: reading them anywhere but at their homes makes a run unrepeatable.
 * Homes: brokers/ (system ports) and cli/ own them; dashboard/ is a browser page; config/load*.ts reads process.env.
 */
import { isProduct, productCode, rootFolder } from "../places.ts";
import { type CodeNode, dottedName, walk } from "../syntax.ts";
import type { CodeFile, Rule, Violation } from "../source-tree.ts";

/** Venue drivers that must hold a socket's own timers, with the reason. None needs it yet. */
const DRIVERS: Readonly<Record<string, string>> = {};

const TIMERS = ["setTimeout", "setInterval", "setImmediate"];
const CALLS = new Map([
  ["Date.now", "take a Clock"],
  ["performance.now", "take a monotonic clock"],
  ["process.hrtime", "take a monotonic clock"],
  ["process.hrtime.bigint", "take a monotonic clock"],
  ["Math.random", "take a Random"],
  ["crypto.randomUUID", "derive the id, or take a Random"],
  ["process.env", "read it in config/ and pass the setting"],
]);
const MODULES = new Map([
  ["node:timers", "take a Clock"],
  ["node:timers/promises", "take a Clock"],
  ["node:perf_hooks", "take a monotonic clock"],
]);

export const ambientGlobals: Rule = {
  name: "time, randomness and the environment are read at their homes only",
  check(tree) {
    return productCode(tree)
      .filter((file) => !isHome(file.path))
      .flatMap((file) => [...fromSyntax(file), ...fromImports(file)]);
  },
};

function isHome(path: string): boolean {
  return !isProduct(path) || ["brokers", "cli", "dashboard"].includes(rootFolder(path)) || path in DRIVERS;
}

function fromSyntax(file: CodeFile): Violation[] {
  const found: Violation[] = [];
  const report = (node: CodeNode, name: string, instead: string) =>
    found.push({ path: file.path, line: file.lineOf(node.start), message: `uses ${name}: ${instead}` });
  walk(file.program, (node, parent) => {
    const name = dottedName(node)?.replace(/^(globalThis|window|global)\./, "");
    if (name === undefined) {
      if (node.type === "NewExpression" && dottedName(node["callee"]) === "Date" && isEmpty(node["arguments"]))
        report(node, "new Date()", "take a Clock");
      return;
    }
    const instead = CALLS.get(name) ?? (TIMERS.includes(name) && !isOwnName(node, parent) ? "take a Clock" : undefined);
    if (instead === undefined || (name === "process.env" && /^config\/load[^/]*\.ts$/.test(file.path))) return;
    report(node, name, instead);
  });
  return found;
}

function fromImports(file: CodeFile): Violation[] {
  return file.imports.flatMap(({ specifier, names, line }) => {
    const banned = specifier === "node:crypto" && names.includes("randomUUID") ? "derive the id, or take a Random" : MODULES.get(specifier);
    return banned === undefined ? [] : [{ path: file.path, line, message: `imports ${specifier}: ${banned}` }];
  });
}

function isEmpty(list: unknown): boolean {
  return Array.isArray(list) && list.length === 0;
}

/** A property or key that happens to carry the name (`ports.setTimeout`, `{ setTimeout: … }`) is not the global. */
function isOwnName(node: CodeNode, parent: CodeNode | null): boolean {
  if (node.type !== "Identifier" || !parent) return false;
  const is = (field: string) => parent[field] === node;
  return (parent.type.endsWith("MemberExpression") && is("property")) || (is("key") && parent["shorthand"] !== true);
}
