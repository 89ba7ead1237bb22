/** `dsta strategies`: list them, start, stop, pause one, see or change its parameters. */
import type { Command } from "commander";
import type { StrategyDetail, StrategyRow } from "../../domain/contract/views.ts";
import { parseDurationMs } from "../duration.ts";
import { parseParams } from "../param-values.ts";
import { renderTable, type Column } from "../../brokers/table.ts";
import type { Terminal } from "../terminal.ts";
import { addCreateStrategy } from "./create-strategy.ts";
import { askFloor, withFloorOptions, type FloorOptions } from "./floor-verb.ts";

const COLUMNS: readonly Column<StrategyRow>[] = [
  { title: "ID", value: (row) => row.id },
  { title: "STRATEGY", value: (row) => row.strategy },
  { title: "STATE", value: (row) => row.state },
  { title: "VENUE", value: (row) => row.venue },
  { title: "SYMBOL", value: (row) => row.symbol },
  { title: "POSITION", value: (row) => row.positionQuantity, right: true },
  { title: "DAY P&L", value: (row) => row.dayPnl, right: true },
  { title: "SIGNALS", value: (row) => row.signals, right: true },
  { title: "WHY", value: (row) => row.stateReason || row.lastWhy },
];

export function addStrategies(program: Command, terminal: Terminal): void {
  const strategies = withFloorOptions(program.command("strategies").description("strategy instances"));
  strategies.action((options: FloorOptions) =>
    askFloor(
      terminal,
      options,
      (floor) => floor.request<{ items: StrategyRow[] }>("GET", "strategies"),
      ({ items }) => renderTable(COLUMNS, items),
    ),
  );
  addChange(strategies, terminal, "start", "start, resume, or restart after a failure");
  addChange(strategies, terminal, "stop", "stop and cancel its open orders").option("--close", "close its position too");
  addChange(strategies, terminal, "pause", "go on watching but decide nothing").option("--for <time>", "resume after 90s, 15m, 2h …");
  addParams(strategies, terminal);
  addCreateStrategy(strategies, terminal);
}

function addChange(parent: Command, terminal: Terminal, verb: "start" | "stop" | "pause", description: string): Command {
  return withFloorOptions(parent.command(verb).argument("<id>", "strategy instance").description(description)).action(
    (id: string, options: FloorOptions & { close?: boolean; for?: string }) => {
      const body = {
        ...(options.close ? { close: true } : {}),
        ...(options.for === undefined ? {} : { forMs: parseDurationMs("--for", options.for) }),
      };
      return askFloor(
        terminal,
        options,
        (floor) => floor.request<StrategyDetail>("POST", `strategies/${encodeURIComponent(id)}/${verb}`, body),
        (row) => `${row.id} is ${row.state}${row.stateReason ? `: ${row.stateReason}` : ""}\n`,
      );
    },
  );
}

function addParams(parent: Command, terminal: Terminal): void {
  withFloorOptions(
    parent
      .command("params")
      .argument("<id>", "strategy instance")
      .argument("[name=value...]", "parameters to change; none shows them")
      .option("--note <text>", "why, for the history")
      .description("see or change parameters"),
  ).action((id: string, pairs: string[], options: FloorOptions & { note?: string }) => {
    const params = parseParams(pairs);
    const path = `strategies/${encodeURIComponent(id)}`;
    const note = options.note === undefined ? {} : { note: options.note };
    return askFloor(
      terminal,
      options,
      async (floor) => {
        const before = await floor.request<StrategyDetail>("GET", path);
        if (pairs.length === 0) return before;
        const body = { params: { ...before.params, ...params }, expectedVersion: before.paramsVersion, ...note };
        return floor.request<StrategyDetail>("PUT", `${path}/parameters`, body);
      },
      showParams,
    );
  });
}

function showParams(detail: StrategyDetail): string {
  const columns: readonly Column<StrategyDetail["fields"][number]>[] = [
    { title: "PARAMETER", value: (field) => field.name },
    { title: "VALUE", value: (field) => String(detail.params[field.name] ?? field.default), right: true },
    { title: "UNIT", value: (field) => field.unit },
    {
      title: "RANGE",
      value: (field) =>
        field.choices?.join(" ") ?? (field.min === null && field.max === null ? "" : `${field.min ?? ""}..${field.max ?? ""}`),
    },
    { title: "WHAT", value: (field) => field.help || field.label },
  ];
  return `${detail.id}, parameters version ${detail.paramsVersion}\n${renderTable(columns, detail.fields)}`;
}
