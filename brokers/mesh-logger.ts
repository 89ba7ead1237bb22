/** Moleculer's own log lines, written to the program's log instead of the terminal. */
import { Loggers } from "moleculer";
import type { Logger } from "pino";

type Handler = ReturnType<InstanceType<typeof Loggers.Console>["getLogHandler"]>;
type Bindings = Parameters<InstanceType<typeof Loggers.Console>["getLogHandler"]>[0];

export class MeshLogger extends Loggers.Base<{ level?: "info" }> {
  readonly #logger: Logger;

  constructor(logger: Logger) {
    super({ level: "info" });
    this.#logger = logger;
  }

  override getLogHandler(bindings: Bindings): Handler {
    const child = this.#logger.child({ mod: bindings.mod });
    return (level, args) => {
      const error = args.find((arg) => arg instanceof Error);
      const text = args.map((arg) => (arg instanceof Error ? arg.message : typeof arg === "string" ? arg : JSON.stringify(arg))).join(" ");
      child[level](error === undefined ? {} : { err: error }, text);
    };
  }
}
