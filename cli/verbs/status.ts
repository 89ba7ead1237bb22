/** `dsta status`: is the floor fit to trade, and how does it stand. */
import type { Command } from "commander";
import type { z } from "zod";
import type { health } from "../../domain/contract/routes.ts";
import type { PortfolioPnl, StrategyRow } from "../../domain/contract/views.ts";
import { paint, type Terminal } from "../terminal.ts";
import { askFloor, withFloorOptions, type FloorOptions } from "./floor-verb.ts";

interface Status {
  readonly url: string;
  readonly health: z.infer<typeof health>;
  readonly pnl: PortfolioPnl;
  readonly strategies: readonly StrategyRow[];
}

export function addStatus(program: Command, terminal: Terminal): void {
  withFloorOptions(program.command("status").description("health, trading state and P&L")).action((options: FloorOptions) =>
    askFloor<Status>(
      terminal,
      options,
      async (floor) => {
        const [state, pnl, strategies] = await Promise.all([
          floor.request<Status["health"]>("GET", "health"),
          floor.request<PortfolioPnl>("GET", "portfolio/pnl"),
          floor.request<{ items: readonly StrategyRow[] }>("GET", "strategies"),
        ]);
        return { url: floor.url, health: state, pnl, strategies: strategies.items };
      },
      (status) => show(terminal, status),
    ),
  );
}

function show(terminal: Terminal, { url, health: state, pnl, strategies }: Status): string {
  const running = strategies.filter((row) => row.state === "running").length;
  const fit = state.status === "ok" ? paint(terminal, "green", "ok") : paint(terminal, "red", state.status);
  const trading = state.trading === "active" ? state.trading : paint(terminal, "red", state.trading.toUpperCase());
  const failing = state.checks
    .filter((check) => !check.ok)
    .map((check) => `  ${paint(terminal, "red", "not ok")}  ${check.name}: ${check.detail}\n`);
  return [
    `desk        ${state.desk} (${state.mode}, version ${state.version})\n`,
    `dashboard   ${url}\n`,
    `health      ${fit}\n`,
    ...failing,
    `trading     ${trading}\n`,
    `up          ${duration(state.upMs)}\n`,
    `equity      ${pnl.equity} ${pnl.currency}${pnl.simulated ? " (not real money)" : ""}\n`,
    `day P&L     ${pnl.dayPnl} ${pnl.currency}\n`,
    `net P&L     ${pnl.netPnl} ${pnl.currency}\n`,
    `strategies  ${running} of ${strategies.length} running\n`,
  ].join("");
}

function duration(upMs: number): string {
  const seconds = Math.floor(upMs / 1_000);
  const parts = [Math.floor(seconds / 86_400), Math.floor(seconds / 3_600) % 24, Math.floor(seconds / 60) % 60, seconds % 60];
  const texts = parts.map((part, at) => `${part} ${"dhms"[at]!}`);
  const first = parts.findIndex((part) => part > 0);
  return texts.slice(first === -1 ? 3 : first).join(" ");
}
