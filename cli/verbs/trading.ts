/** `dsta halt` and `dsta resume`: the trading switch. Halting asks nothing; resuming wants to be meant. */
import type { Command } from "commander";
import type { RiskView } from "../../domain/contract/views.ts";
import { connectFloor, type FloorClient } from "../floor-client.ts";
import { CliError, EXIT, usage, type Terminal } from "../terminal.ts";
import { withFloorOptions, type FloorOptions } from "./floor-verb.ts";

interface Flags extends FloorOptions {
  readonly reason: string;
  readonly yes?: boolean;
}

export function addTrading(program: Command, terminal: Terminal): void {
  withFloorOptions(
    program.command("halt").description("stop trading at once and cancel every open order").requiredOption("--reason <text>", "why"),
  ).action(async (flags: Flags) => print(terminal, flags, await turn(await connectFloor(terminal, flags), "halted", flags.reason)));
  withFloorOptions(
    program
      .command("resume")
      .description("trade again after a halt")
      .requiredOption("--reason <text>", "why")
      .option("--yes", "do not ask"),
  ).action(async (flags: Flags) => {
    const floor = await connectFloor(terminal, flags);
    const { desk, trading } = await floor.request<{ desk: string; trading: string }>("GET", "health");
    if (!flags.yes) await confirm(terminal, desk, trading);
    print(terminal, flags, await turn(floor, "active", flags.reason, `RESUME ${desk}`));
  });
}

async function confirm(terminal: Terminal, desk: string, trading: string): Promise<void> {
  if (!terminal.interactive) throw usage("resume: nobody can be asked here; add --yes");
  const answer = await terminal.ask(`Trading of ${desk} is ${trading}. Trade again? y/N `);
  if (!/^y(es)?$/i.test(answer.trim())) throw new CliError(EXIT.refused, "not resumed");
}

function turn(floor: FloorClient, state: "halted" | "active", reason: string, confirmation?: string): Promise<RiskView> {
  return floor.request("POST", "risk/circuit-breaker", { state, reason, ...(confirmation === undefined ? {} : { confirm: confirmation }) });
}

function print(terminal: Terminal, flags: Flags, risk: RiskView): void {
  terminal.out(flags.json ? `${JSON.stringify(risk, null, 2)}\n` : `trading is ${risk.state} (${risk.stateReason}, by ${risk.stateBy})\n`);
}
