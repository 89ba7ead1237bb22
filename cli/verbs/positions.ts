/** `dsta positions`: what is held, by owner. */
import type { Command } from "commander";
import type { PositionRow } from "../../domain/contract/views.ts";
import { renderTable, type Column } from "../../brokers/table.ts";
import type { Terminal } from "../terminal.ts";
import { askFloor, withFloorOptions, type FloorOptions } from "./floor-verb.ts";

const COLUMNS: readonly Column<PositionRow>[] = [
  { title: "OWNER", value: (row) => row.strategyId },
  { title: "VENUE", value: (row) => row.venue },
  { title: "SYMBOL", value: (row) => row.symbol },
  { title: "QUANTITY", value: (row) => row.quantity, right: true },
  { title: "AVERAGE", value: (row) => row.averagePrice, right: true },
  { title: "MARK", value: (row) => row.markPrice, right: true },
  { title: "UNREALISED", value: (row) => row.unrealisedPnl, right: true },
  { title: "REALISED", value: (row) => row.realisedPnl, right: true },
  { title: "FEES", value: (row) => row.feesPaid, right: true },
];

export function addPositions(program: Command, terminal: Terminal): void {
  withFloorOptions(program.command("positions").description("positions by owner, marked")).action((options: FloorOptions) =>
    askFloor(
      terminal,
      options,
      (floor) => floor.request<{ items: PositionRow[] }>("GET", "positions"),
      ({ items }) => renderTable(COLUMNS, items),
    ),
  );
}
