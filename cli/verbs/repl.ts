/** `dsta repl`: joins the mesh with a prompt, or runs a script of its commands. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { z } from "zod";
import { CliError, EXIT, type Terminal } from "../terminal.ts";

interface Flags {
  readonly data: string;
}

export function addRepl(program: Command, terminal: Terminal): void {
  program
    .command("repl")
    .description("join the mesh with a prompt, or run commands from standard input, one a line, until one is refused")
    .option(
      "--data <folder>",
      "folder of a cluster on this machine, when NATS_URL is not set",
      terminal.env["DSTA_DATA"] ?? ".dsta/cluster",
    )
    .action(async ({ data }: Flags) => {
      const { joinMesh } = await import("../../brokers/prompt/join.ts");
      await joinMesh({ ...terminal.env, NATS_URL: terminal.env["NATS_URL"] ?? natsOf(data) });
    });
}

const clusterRun = z.object({ natsUrl: z.string().min(1) });

/** @throws {CliError} when no cluster runs there */
function natsOf(folder: string): string {
  try {
    return clusterRun.parse(JSON.parse(readFileSync(join(folder, "run.json"), "utf8"))).natsUrl;
  } catch (error) {
    throw new CliError(EXIT.notRunning, `no cluster runs in ${folder}: set NATS_URL, or start one with \`dsta cluster\``, error);
  }
}
