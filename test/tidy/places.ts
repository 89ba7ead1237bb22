/**
 * What kind of place a path is. The one map from paths to roles in the house; rules ask here instead of matching
 * paths themselves.
 */
import type { CodeFile, SourceTree } from "./source-tree.ts";

/** First folder of a path, or "" for a file in the root. */
export function rootFolder(path: string): string {
  const slash = path.indexOf("/");
  return slash < 0 ? "" : path.slice(0, slash);
}

/** Second folder: `domain/book/depth.ts` → `book`; "" when the file lies directly in the first. */
export function subfolder(path: string): string {
  const parts = path.split("/");
  return parts.length > 2 ? (parts[1] ?? "") : "";
}

/** Code that ships, as against tests, benches and what builds or serves it during development. */
export function isProduct(path: string): boolean {
  return !["test", "bench", "deploy", "docs"].includes(rootFolder(path)) && !isTooling(path);
}

/** Build settings and development servers: run on a developer's machine only. */
export function isTooling(path: string): boolean {
  return (path.endsWith(".config.ts") && path !== "moleculer.config.ts") || path.startsWith("dashboard/dev/");
}

export function productCode(tree: SourceTree): readonly CodeFile[] {
  return tree.code.filter((file) => isProduct(file.path));
}
