/**
 * Where `console` of a strategy of one's own writes while research runs it: standard error. Standard output is the answer,
 * with `--json` one object that programs read; a line of a strategy's debugging between would spoil it. For the process or
 * thread it is called in.
 */
import { Console } from "node:console";
import { stderr } from "node:process";

export function keepStandardOutput(): void {
  const { log, info, debug, table, dir } = new Console(stderr, stderr);
  Object.assign(globalThis.console, { log, info, debug, table, dir });
}
