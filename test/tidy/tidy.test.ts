/** The rules of rules/ hold for the project as it lies on disk. A failure names file, line and what to do. */
import { describe, expect, it } from "vitest";
import { rulesWith } from "./rules/index.ts";
import { KEPT_FOR_TESTS } from "./rules/live-files.ts";
import { projectTree } from "./source-tree.ts";

describe("the house is tidy", () => {
  const tree = projectTree();

  it("has files to judge", () => {
    expect(tree.code.length).toBeGreaterThan(20);
  });

  for (const rule of rulesWith(KEPT_FOR_TESTS)) {
    it(rule.name, () => {
      const found = rule.check(tree).map(({ path, line, message }) => `${path}:${line} ${message}`);
      if (found.length > 0) expect.fail(`${found.length} places\n${found.toSorted().join("\n")}`);
    });
  }
});
