/** What every verb that talks to the running floor has: where it is, and JSON instead of text. */
import type { Command } from "commander";
import { connectFloor, type FloorClient, type TargetOptions } from "../floor-client.ts";
import type { Terminal } from "../terminal.ts";

export interface FloorOptions extends TargetOptions {
  readonly json?: boolean;
}

export function withFloorOptions(command: Command): Command {
  return command
    .option("--json", "print the answer as JSON")
    .option("--data <folder>", "data folder of the running floor (default: DSTA_DATA, else .dsta/floor or .dsta/replay)")
    .option("--url <url>", "a floor elsewhere, with DSTA_TOKEN or DSTA_USER and DSTA_PASSWORD (default: DSTA_URL)");
}

/** Asks the floor, and prints what came as JSON or as `show` says. */
export async function askFloor<T>(
  terminal: Terminal,
  options: FloorOptions,
  ask: (floor: FloorClient) => Promise<T>,
  show: (answer: T) => string,
): Promise<void> {
  const answer = await ask(await connectFloor(terminal, options));
  terminal.out(options.json ? `${JSON.stringify(answer, null, 2)}\n` : show(answer));
}
