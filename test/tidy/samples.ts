/**
 * For each rule: trees it must complain about, and one it must accept. Without these a rule that never fails would
 * look like a tidy project.
 */

export interface Sample {
  readonly bad: readonly Readonly<Record<string, string>>[];
  readonly good: Readonly<Record<string, string>>;
}

const header = "/** Owns the sample that a rule is tried on. */\n";
const uses = (specifier: string, names = "{ a }") => `${header}import ${names} from "${specifier}";\n`;
const lines = (count: number, line: string) => header + `${line}\n`.repeat(count);
const manifest = (listed: object) => JSON.stringify(listed, null, 2);
// These texts are put together here so that the rules do not find them in this file.
const marker = (first: string, second: string) => `${first}${second}: later\n`;
const machinePath = (folder: string) => `see /${folder}/me/data\n`;

const injected = "// Date.now() is not used here\nconst t = new Date(5); ports.setTimeout(1); const o = { setInterval: 2 };\n";

export const samples: Readonly<Record<string, Sample>> = {
  "root folders import in the direction of the architecture only": {
    bad: [
      { "domain/kernel/a.ts": uses("../../actors/trading/b.ts") },
      { "venues/sim/a.ts": uses("../../config/b.ts") },
      { "strategies/sma/a.ts": `${header}export type { B } from "../../venues/venue.ts";\n` },
      { "mixins/feed/a.ts": `${header}const b = await import("../../brokers/b.ts");\n` },
      { "brokers/a.ts": uses("../cli/b.ts") },
      { "cli/a.ts": uses("../test/b.ts") },
      { "services/a.ts": header },
    ],
    good: {
      "brokers/a.ts": uses("../topology/b.ts"),
      "moleculer.config.ts": uses("./brokers/a.ts"),
      "cli/a.ts": uses("../domain/b.ts"),
    },
  },
  "folders of domain/ import only those they build on": {
    bad: [
      { "domain/kernel/a.ts": uses("../instrument/b.ts") },
      { "domain/order/a.ts": uses("../position/b.ts") },
      { "domain/market/a.ts": uses("../indicator/b.ts") },
      { "domain/order/a.ts": `${header}import type { B } from "../contract/b.ts";\n` },
      { "domain/risk/a.ts": uses("../contract/b.ts") },
      { "domain/book/a.ts": uses("../journal/b.ts") },
      { "domain/journal/a.ts": uses("../order/b.ts") },
    ],
    good: {
      "domain/risk/a.ts": uses("../position/b.ts") + uses("../journal/b.ts") + uses("../contract/c.ts", "{ type C }"),
      "domain/strategy/a.ts": `${header}import type { B } from "../contract/b.ts";\n`,
      "domain/simulation/a.ts": uses("../strategy/b.ts"),
    },
  },
  "an actor never imports another actor": {
    bad: [
      { "actors/trading/risk.actor.ts": uses("./execution.actor.ts") },
      { "actors/trading/risk.actor.ts": uses("../core/journal.ts") },
      { "actors/core/gateway.service.ts": `${header}import type { B } from "../data/bars.ts";\n` },
    ],
    good: { "actors/trading/risk.actor.ts": uses("./reservations.ts"), "actors/index.ts": uses("./trading/risk.actor.ts") },
  },
  "the dashboard takes only types from domain/contract": {
    bad: [
      { "dashboard/src/a.ts": uses("../../domain/contract/views.ts") },
      { "dashboard/src/a.ts": `${header}import type { Side } from "../../domain/market/events.ts";\n` },
    ],
    good: { "dashboard/src/a.ts": `${uses("./b.ts")}import type { Row } from "../../domain/contract/views.ts";\n` },
  },
  "imports form no circle": {
    bad: [
      {
        "domain/book/a.ts": uses("./b.ts"),
        "domain/book/b.ts": uses("./c.ts"),
        "domain/book/c.ts": `${header}import type { A } from "./a.ts";\n`,
      },
      { "domain/book/a.ts": uses("./a.ts") },
    ],
    good: { "domain/book/a.ts": uses("./b.ts") + uses("./c.ts"), "domain/book/b.ts": uses("./c.ts"), "domain/book/c.ts": header },
  },
  "domain/ and strategies/ import no Node module and no package": {
    bad: [
      { "domain/book/a.ts": uses("node:fs") },
      { "domain/book/a.ts": uses("moleculer", "type { Context }") },
      { "strategies/sma/a.ts": uses("zod") },
      { "domain/order/a.ts": uses("zod") },
    ],
    good: { "domain/contract/a.ts": uses("zod"), "venues/sim/a.ts": uses("node:fs") },
  },
  "time, randomness and the environment are read at their homes only": {
    bad: [
      { "domain/book/a.ts": `${header}const t = Date.now();\n` },
      { "domain/book/a.ts": `${header}const t = new Date();\n` },
      { "actors/core/a.ts": `${header}const later = globalThis.setTimeout;\n` },
      { "mixins/hosted/a.ts": `${header}setImmediate(() => {});\n` },
      { "mixins/hosted/a.ts": `${header}export const ports = { setTimeout };\n` },
      { "venues/sim/a.ts": `${header}const x = Math["random"]();\n` },
      { "venues/sim/a.ts": `${header}const x = performance.now();\n` },
      { "config/settings.ts": `${header}const x = process.env["PORT"];\n` },
      { "actors/core/a.ts": uses("node:crypto", "{ randomUUID }") },
      { "actors/core/a.ts": uses("node:timers/promises", "{ setTimeout as sleep }") },
    ],
    good: {
      "brokers/system-clock.ts": `${header}const t = Date.now();\n`,
      "config/load.ts": `${header}const x = process.env["PORT"];\n`,
      "domain/book/a.ts": header + injected,
      "bench/a.bench.ts": `${header}const t = performance.now();\n`,
    },
  },
  "source files have at most 300 lines": {
    bad: [{ "domain/book/a.ts": lines(300, "f();") }],
    good: { "domain/book/a.ts": lines(299, "f();"), "test/unit/a.test.ts": lines(400, "f();") },
  },
  "functions have at most 70 lines": {
    bad: [
      { "domain/book/a.ts": `${header}function f() {\n${"g();\n".repeat(69)}}\n` },
      { "cli/a.ts": `${header}f(() => {\n${"g();\n".repeat(69)}});\n` },
    ],
    good: { "domain/book/a.ts": `${header}function f() {\n${"g();\n".repeat(68)}}\n` },
  },
  "lines have at most 140 columns": {
    bad: [{ "domain/book/a.ts": `${header}const a = "${"x".repeat(140)}";\n` }],
    good: { "domain/book/a.ts": `${header}// https://example.org/${"x".repeat(140)}\n` },
  },
  "no file or folder is called utils, helpers, misc or common": {
    bad: [{ "domain/utils/a.ts": header }, { "domain/book/test-helper.ts": header }, { "docs/common.md": "# c\n" }],
    good: { "domain/book/commonality.ts": header },
  },
  "no any type, and no check silenced without a reason": {
    bad: [
      { "domain/book/a.ts": `${header}const a: any = 1;\n` },
      { "test/unit/a.test.ts": "const a = 1 as any;\n" },
      { "domain/book/a.ts": `${header}// @ts-ignore\nf();\n` },
      { "domain/book/a.ts": `${header}// @ts-expect-error wrong\nf();\n` },
      { "domain/book/a.ts": `${header}// oxlint-disable-next-line no-console\nf();\n` },
    ],
    good: {
      "domain/book/a.ts": `${header}// oxlint-disable-next-line no-console -- the page has no logger yet\nconst a = "any";\n`,
      "test/types/a.test.ts": "// @ts-expect-error a text is no number\nf();\n",
    },
  },
  "source files start with a comment that says their purpose": {
    bad: [
      { "domain/book/a.ts": "export const a = 1;\n" },
      { "cli/a.mjs": `#!/usr/bin/env node\nimport "./b.ts";\n${header}` },
      { "bench/a.bench.ts": "// x\n" },
    ],
    good: { "cli/a.mjs": `#!/usr/bin/env node\n${header}import "./b.ts";\n`, "test/unit/a.test.ts": "f();\n", "domain/a.ts": header },
  },
  "no marker of unfinished work": {
    bad: [
      { "domain/book/a.ts": `${header}// ${marker("TO", "DO")}` },
      { "docs/a.md": marker("text FIX", "ME") },
      { "test/run.sh": marker("# HA", "CK") },
    ],
    good: { "domain/book/a.ts": `${header}const todos = "lower case and texts are no markers";\n` },
  },
  "no path of somebody's machine": {
    bad: [{ "domain/book/a.ts": `${header}// ${machinePath("home")}` }, { "docs/a.md": machinePath("work") }],
    good: { "docs/a.md": "see ../shared/home/me and https://example.org/work/a and /tmp/a\n" },
  },
  "every file is reached from an entry point": {
    bad: [
      { "cli/dsta.mjs": header, "domain/book/a.ts": header },
      { "cli/dsta.mjs": header, "domain/book/a.ts": header, "test/unit/a.test.ts": uses("../../domain/book/a.ts") },
      { "test/unit/fixture.ts": header },
    ],
    good: {
      "cli/dsta.mjs": `${header}await import("./dsta.ts");\n`,
      "cli/dsta.ts": `${header}const worker = new URL("./pool.worker.ts", import.meta.url);\n`,
      "cli/pool.worker.ts": header,
      "dashboard/index.html": '<script type="module" src="/src/main.tsx"></script>\n',
      "dashboard/src/main.tsx": uses("./a.ts"),
      "dashboard/src/a.ts": header,
      "test/unit/child.ts": header,
      "test/unit/a.test.ts": 'const child = new URL("child.ts", import.meta.url);\n',
    },
  },
  "package.json lists what is imported, and nothing else": {
    bad: [
      { "package.json": manifest({ dependencies: { zod: "1" } }) },
      { "package.json": manifest({}), "venues/a.ts": uses("ws") },
      { "package.json": manifest({ devDependencies: { ws: "1" } }), "venues/a.ts": uses("ws") },
    ],
    good: {
      "package.json": manifest({
        dependencies: { zod: "1", "@a/b": "1", font: "1" },
        devDependencies: { vitest: "1", "@types/zod": "1", typescript: "1" },
      }),
      "domain/contract/a.ts": `${uses("zod")}import "node:fs";\nimport "@a/b/c.js";\n`,
      "dashboard/src/a.css": '@import "font/a.css";\n',
      "test/unit/a.test.ts": uses("vitest"),
    },
  },
};
