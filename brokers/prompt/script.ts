/**
 * Commands from a file or a pipe, one a line, each after the one before has been answered: for runbooks. Empty lines and
 * those that begin with `#` say nothing. Ends at the first line that is refused: what follows may build on it.
 */
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import type { ServiceBroker } from "moleculer";
import { DstaError, messageOf } from "../../domain/kernel/errors.ts";
import { answer } from "./answer.ts";

/** @throws {DstaError} COMMAND_FAILED naming the line */
export async function runScript(broker: ServiceBroker, input: Readable, out: (text: string) => void): Promise<void> {
  let number = 0;
  try {
    for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      number++;
      const line = text.trim();
      if (line === "" || line.startsWith("#")) continue;
      if (line === "exit") return;
      out(`dsta $ ${line}\n`);
      out(await answer(broker, line));
    }
  } catch (error) {
    throw new DstaError("COMMAND_FAILED", `line ${number}: ${messageOf(error)}`, { code: 422, cause: error });
  } finally {
    // An open pipe would keep the process alive.
    input.destroy();
  }
}
