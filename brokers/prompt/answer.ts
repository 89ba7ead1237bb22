/** One line said at the prompt, or in a script, answered by the command that it names. Words are separated by spaces. */
import type { ServiceBroker } from "moleculer";
import { DstaError } from "../../domain/kernel/errors.ts";
import { COMMANDS } from "./commands.ts";

/** @throws {DstaError} COMMAND_INVALID for what is no command, or one with other arguments; and whatever the service refuses */
export async function answer(broker: ServiceBroker, line: string): Promise<string> {
  const [name, ...words] = line.trim().split(/\s+/);
  const command = COMMANDS.find(({ usage }) => usage.split(" ", 1)[0] === name);
  if (!command) {
    const known = COMMANDS.map(({ usage }) => usage.split(" ", 1)[0]).join(", ");
    throw wrong(`${name} is no command; there are ${known}`);
  }
  return command.run(broker, ...argsOf(command.usage, words));
}

function argsOf(usage: string, words: readonly string[]): string[] {
  const wished = usage.split(" ").slice(1);
  const args = wished.at(-1)?.includes("...") ? gathered(words, wished.length) : [...words];
  const needed = wished.filter((arg) => arg.startsWith("<")).length;
  if (args.length < needed) throw wrong(`${wished[args.length]!} is missing: ${usage}`);
  if (args.length > wished.length) throw wrong(`${args[wished.length]!} is too much: ${usage}`);
  return args;
}

/** The last argument takes what is left. */
function gathered(words: readonly string[], count: number): string[] {
  const rest = words.slice(count - 1).join(" ");
  return [...words.slice(0, count - 1), ...(rest === "" ? [] : [rest])];
}

function wrong(message: string): DstaError {
  return new DstaError("COMMAND_INVALID", message, { code: 422 });
}
