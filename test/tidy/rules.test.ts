/** Every tidy rule can fail, and does not fail on what is right. */
import { describe, expect, it } from "vitest";
import { liveFiles } from "./rules/live-files.ts";
import { rulesWith } from "./rules/index.ts";
import { samples } from "./samples.ts";
import { projectTree, sampleTree } from "./source-tree.ts";

const rules = rulesWith({});

describe("tidy rules", () => {
  it("each have samples, and no sample is without its rule", () => {
    expect(Object.keys(samples).toSorted()).toEqual(rules.map((rule) => rule.name).toSorted());
  });

  for (const rule of rules) {
    describe(rule.name, () => {
      for (const [index, files] of (samples[rule.name]?.bad ?? []).entries()) {
        it(`refuses bad sample ${index + 1}: ${Object.keys(files).join(", ")}`, () => {
          const found = rule.check(sampleTree(files));
          expect(found).not.toHaveLength(0);
          for (const { path, line, message } of found) {
            expect(files).toHaveProperty([path]);
            expect(line).toBeGreaterThan(0);
            expect(message.length).toBeGreaterThan(10);
          }
        });
      }

      it("accepts the good sample", () => {
        expect(rule.check(sampleTree(samples[rule.name]?.good ?? {}))).toEqual([]);
      });
    });
  }

  it("points at the line", () => {
    const tree = sampleTree({ "domain/book/a.ts": '/** Owns the sample of a rule. */\n\nimport { a } from "../risk/a.ts";\n' });
    const found = rules.flatMap((rule) => (rule.name.startsWith("folders of domain/") ? rule.check(tree) : []));
    expect(found).toMatchObject([{ path: "domain/book/a.ts", line: 3 }]);
  });

  it("keep a file that only tests use when its reason is given, and refuse a reason nobody needs", () => {
    const entry = { "domain/book/a.ts": "in-memory twin of the real one" };
    const used = { "cli/dsta.mjs": "", "domain/book/a.ts": "", "test/unit/a.test.ts": 'import "../../domain/book/a.ts";' };
    expect(liveFiles(entry).check(sampleTree(used))).toEqual([]);
    expect(liveFiles(entry).check(sampleTree({ "cli/dsta.mjs": 'import "../domain/book/a.ts";', "domain/book/a.ts": "" }))).toHaveLength(1);
    expect(liveFiles(entry).check(sampleTree({ "cli/dsta.mjs": "" }))).toHaveLength(1);
  });

  it("refuse to judge a file that does not parse", () => {
    expect(() => sampleTree({ "domain/book/a.ts": "const = ;" })).toThrow(/domain\/book\/a\.ts does not parse/);
  });

  it("judge the project's own files, none that git ignores", () => {
    const { paths } = projectTree();
    expect(paths).toContain("test/tidy/rules.test.ts");
    expect([...paths].filter((path) => path.includes("node_modules/"))).toEqual([]);
  });
});
