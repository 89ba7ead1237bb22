/** The `dsta` command on this machine's terminal: arguments in, exit code out. What it does is in program.ts. */
import { createInterface } from "node:readline/promises";
import { runCli } from "./program.ts";

// `dsta … | head` closes the pipe early: there is nobody left to tell, and nothing went wrong.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});

const colour = process.stdout.isTTY && !process.env["NO_COLOR"];

process.exitCode = await runCli(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  env: process.env,
  colour,
  interactive: process.stdin.isTTY && process.stdout.isTTY,
  async ask(question) {
    const lines = createInterface({ input: process.stdin, output: process.stderr });
    try {
      return await lines.question(question);
    } finally {
      lines.close();
    }
  },
});
