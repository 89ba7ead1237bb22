/** `dsta logs`: the floor's log, readable; also when the floor is not running. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { InvalidArgumentError, Option, type Command } from "commander";
import { dataFolderWith } from "../data-folder.ts";
import { followFile, lastLines } from "../log-file.ts";
import { formatLogLine, LEVELS, levelOf, type LevelName } from "../log-line.ts";
import { CliError, EXIT, type Terminal } from "../terminal.ts";

interface Flags {
  readonly follow?: boolean;
  readonly lines: number;
  readonly level: LevelName;
  readonly data?: string;
  readonly json?: boolean;
}

export function addLogs(program: Command, terminal: Terminal): void {
  program
    .command("logs")
    .description("what the floor logged")
    .option("-f, --follow", "go on as it logs more")
    .option("-n, --lines <count>", "how many of the last lines", parseCount, 50)
    .addOption(new Option("--level <level>", "this level and worse").choices(Object.keys(LEVELS)).default("info"))
    .option("--data <folder>", "data folder of the floor")
    .option("--json", "lines as they are")
    .action(async (flags: Flags) => {
      const path = join(dataFolderWith("logs/dsta.log", flags.data, terminal.env), "logs", "dsta.log");
      if (!existsSync(path)) throw new CliError(EXIT.notRunning, `there is no log at ${path}: has the floor run here?`);
      const show = (line: string) => {
        if (levelOf(line) >= LEVELS[flags.level]) terminal.out(`${flags.json ? line : formatLogLine(line, terminal)}\n`);
      };
      const wanted = (line: string) => levelOf(line) >= LEVELS[flags.level];
      const { lines, endByte } = await lastLines(path, flags.lines, wanted);
      for (const line of lines) show(line);
      if (flags.follow) await followFile(path, endByte, show);
    });
}

function parseCount(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError("expected 0 to 999999");
  return Number(text);
}
