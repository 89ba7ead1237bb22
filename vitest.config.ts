/**
 * Which tests exist and how they may run together. One project per folder under test/, so that
 * `vitest run --project unit` runs one kind. Groups run one after another: the fast and pure ones share two workers;
 * those that start real servers and processes run file by file, because they measure nothing but need the machine.
 */
import { defineConfig } from "vitest/config";

const FAST_TIMEOUT_MS = 10_000;
const REAL_PROCESS_TIMEOUT_MS = 60_000;

function pure(name: string) {
  return {
    extends: true as const,
    test: {
      name,
      include: [`test/${name}/**/*.test.ts`],
      testTimeout: FAST_TIMEOUT_MS,
      sequence: { groupOrder: 0 },
    },
  };
}

function alone(name: string, groupOrder: number) {
  return {
    extends: true as const,
    test: {
      name,
      include: [`test/${name}/**/*.test.ts`],
      testTimeout: REAL_PROCESS_TIMEOUT_MS,
      hookTimeout: REAL_PROCESS_TIMEOUT_MS,
      fileParallelism: false,
      sequence: { groupOrder },
    },
  };
}

export default defineConfig({
  test: {
    environment: "node",
    pool: "forks",
    maxWorkers: 2,
    passWithNoTests: false,
    reporters: ["default"],
    projects: [
      ...["unit", "property", "golden", "types", "tidy", "docker"].map(pure),
      ...["simulation", "conformance", "integration", "e2e"].map((name, index) => alone(name, index + 1)),
    ],
  },
});
