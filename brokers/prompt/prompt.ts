/**
 * Moleculer's prompt on this terminal with our commands beside its own. `nodes` without options is ours: Moleculer's
 * knows neither actors nor who is being emptied. Ctrl-C empties a typed line, else it ends the program; Node's own prompt
 * would keep it for itself and want it twice.
 */
import type { REPLEval, REPLServer } from "node:repl";
import type { BrokerOptions, ServiceBroker } from "moleculer";
import { messageOf } from "../../domain/kernel/errors.ts";
import { answer } from "./answer.ts";
import { COMMANDS } from "./commands.ts";

type CustomCommand = NonNullable<NonNullable<BrokerOptions["replOptions"]>["customCommands"]>[number];

const OURS_INSTEAD = "nodes";

export const promptOptions: NonNullable<BrokerOptions["replOptions"]> = {
  delimiter: "dsta $",
  customCommands: COMMANDS.filter(({ usage }) => usage !== OURS_INSTEAD).map(({ usage, description }) => ({
    command: usage,
    description,
    options: [],
    // Moleculer would refuse more words than it knows of with a stack.
    allowUnknownOptions: true,
    // It passes an object, whatever its types say.
    action: ((broker: ServiceBroker, { rawCommand }: { rawCommand: string }) => say(broker, rawCommand)) as unknown as NonNullable<
      CustomCommand["action"]
    >,
  })),
};

/** @param end called for Ctrl-C on an empty line */
export function openPrompt(broker: ServiceBroker, end: () => void): REPLServer {
  const server = broker.repl() as unknown as Omit<REPLServer, "eval"> & { eval: REPLEval };
  const moleculers = server.eval;
  server.eval = (line, context, file, done) => {
    if (line.trim() !== OURS_INSTEAD) return moleculers.call(server, line, context, file, done);
    // With a second argument the prompt would show it.
    void say(broker, line).then(() => (done as (error: null) => void)(null));
  };
  server.removeAllListeners("SIGINT");
  server.on("SIGINT", () => {
    if (server.line === "") return end();
    server.write(null, { ctrl: true, name: "u" });
  });
  return server;
}

/** A refusal is a sentence, not a stack. */
async function say(broker: ServiceBroker, line: string): Promise<void> {
  // The prompt's own output is the terminal.
  process.stdout.write(await answer(broker, line).catch((error: unknown) => `${messageOf(error)}\n`));
}
