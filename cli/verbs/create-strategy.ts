/** `dsta strategies create`: a new instance of a strategy, on a symbol, started at once when asked to. */
import { type Command, Option } from "commander";
import type { StrategyDetail } from "../../domain/contract/views.ts";
import { parseParams } from "../param-values.ts";
import type { Terminal } from "../terminal.ts";
import { askFloor, type FloorOptions, withFloorOptions } from "./floor-verb.ts";

interface Flags extends FloorOptions {
  readonly venue?: string;
  readonly isolation: string;
  readonly start?: boolean;
}

export function addCreateStrategy(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("create")
    .argument("<id>", "name of the new instance")
    .argument("<strategy>", "what it runs, such as sma-cross")
    .argument("<symbol>", "such as BTC/USDT")
    .argument("[name=value...]", "parameters that differ from their defaults")
    .option("--venue <venue>", "default: the desk's first")
    .addOption(
      new Option("--isolation <how>", "inline: in the node's thread; thread: in one of its own, where a fault stops nobody else")
        .choices(["inline", "thread"])
        .default("inline"),
    )
    .option("--start", "start it at once")
    .description("create an instance");
  withFloorOptions(command).action((id: string, strategy: string, symbol: string, pairs: string[], options: Flags) => {
    const venue = options.venue === undefined ? {} : { venue: options.venue };
    const wish = {
      id,
      strategy,
      symbol,
      ...venue,
      params: parseParams(pairs),
      isolation: options.isolation,
      start: options.start === true,
    };
    return askFloor(
      terminal,
      options,
      (floor) => floor.request<StrategyDetail>("POST", "strategies", wish),
      (row) => `${row.id} is ${row.state}${row.stateReason ? `: ${row.stateReason}` : ""}\n`,
    );
  });
}
