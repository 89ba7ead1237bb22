/**
 * The little of a syntax tree the tidy rules need: nodes with a type and a range, and a walk over all of them.
 * Parsing is Vite's (oxc); offsets are UTF-16, as in the text.
 */

export interface CodeNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

export function isNode(value: unknown): value is CodeNode {
  return typeof value === "object" && value !== null && "type" in value && "start" in value;
}

/** Calls `visit` for `root` and everything below it, parents first. */
export function walk(root: CodeNode, visit: (node: CodeNode, parent: CodeNode | null) => void, parent: CodeNode | null = null): void {
  visit(root, parent);
  for (const value of Object.values(root)) {
    if (isNode(value)) walk(value, visit, root);
    else if (Array.isArray(value)) for (const item of value) if (isNode(item)) walk(item, visit, root);
  }
}

/** `a.b.c` for a chain of plain names, null for anything else. */
export function dottedName(node: unknown): string | null {
  if (!isNode(node)) return null;
  if (node.type === "Identifier") return String(node["name"]);
  if (node.type !== "MemberExpression" && node.type !== "StaticMemberExpression") return null;
  const object = dottedName(node["object"]);
  const property = node["property"];
  if (object === null || !isNode(property)) return null;
  if (property.type === "Identifier" && node["computed"] !== true) return `${object}.${String(property["name"])}`;
  return property.type === "Literal" ? `${object}.${String(property["value"])}` : null;
}
