/** `dsta doctor`: looks for what would keep the floor from running well. Exit code 5 when something would. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Command } from "commander";
import { messageOf } from "../../domain/kernel/errors.ts";
import { dataFolderWith } from "../data-folder.ts";
import type { DoctorContext, Finding } from "../doctor/check.ts";
import { CHECKS } from "../doctor/checks.ts";
import { runFile } from "../floor-client.ts";
import { CliError, EXIT, paint, type Terminal } from "../terminal.ts";

const COLOURS = { ok: "green", warn: "yellow", fail: "red" } as const;

export function addDoctor(program: Command, terminal: Terminal): void {
  program
    .command("doctor")
    .description("check this machine and the settings; works while the floor is stopped")
    .option("--data <folder>", "data folder to check")
    .option("--json", "print the findings as JSON")
    .action(async (flags: { data?: string; json?: boolean }) => {
      const dataFolder = dataFolderWith("dsta.json", flags.data, terminal.env);
      const context: DoctorContext = { env: terminal.env, dataFolder, running: await runningFloor(dataFolder) };
      const findings: (Finding & { name: string })[] = [];
      for (const check of CHECKS) {
        const finding = await check.run(context).catch(broken);
        findings.push({ name: check.name, ...finding });
      }
      terminal.out(
        flags.json ? `${JSON.stringify({ checks: findings }, null, 2)}\n` : findings.map((finding) => show(terminal, finding)).join(""),
      );
      const failed = findings.filter((finding) => finding.result === "fail");
      if (failed.length > 0)
        throw new CliError(
          EXIT.unhealthy,
          `${failed.length} of ${findings.length} checks failed: ${failed.map((finding) => finding.name).join(", ")}`,
        );
    });
}

function show(terminal: Terminal, { name, result, detail, advice }: Finding & { name: string }): string {
  const shown = paint(terminal, COLOURS[result], result.padEnd(4));
  return `${shown}  ${name.padEnd(11)}  ${detail}${advice === "" ? "" : `\n${" ".repeat(19)}→ ${advice}`}\n`;
}

function broken(error: unknown): Finding {
  return { result: "fail", detail: `the check itself failed: ${messageOf(error)}`, advice: "report it" };
}

/** The floor of the folder, when it answers. */
async function runningFloor(dataFolder: string): Promise<DoctorContext["running"]> {
  try {
    const run = runFile.parse(JSON.parse(await readFile(join(dataFolder, "run.json"), "utf8")));
    await fetch(`${run.url}/api/v1/health`, { signal: AbortSignal.timeout(2_000) });
    return run;
  } catch {
    // No file, a damaged one, or nobody there: for the checks the floor is not running.
    return null;
  }
}
