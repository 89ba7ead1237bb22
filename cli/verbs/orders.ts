/** `dsta orders`: the open ones, or all; and asking the venue to cancel one. */
import type { Command } from "commander";
import type { OrderRow } from "../../domain/contract/views.ts";
import { renderTable, type Column } from "../../brokers/table.ts";
import type { Terminal } from "../terminal.ts";
import { askFloor, withFloorOptions, type FloorOptions } from "./floor-verb.ts";

const COLUMNS: readonly Column<OrderRow>[] = [
  { title: "ORDER", value: (row) => row.orderId },
  { title: "OWNER", value: (row) => row.strategyId },
  { title: "VENUE", value: (row) => row.venue },
  { title: "SYMBOL", value: (row) => row.symbol },
  { title: "SIDE", value: (row) => row.side },
  { title: "TYPE", value: (row) => row.type },
  { title: "QUANTITY", value: (row) => row.quantity, right: true },
  { title: "PRICE", value: (row) => row.limitPrice, right: true },
  { title: "FILLED", value: (row) => row.filledQuantity, right: true },
  { title: "STATUS", value: (row) => row.status },
  { title: "WHY", value: (row) => row.why },
];

export function addOrders(program: Command, terminal: Terminal): void {
  const orders = withFloorOptions(program.command("orders").description("open orders").option("--all", "the last 100, done ones too"));
  orders.action((options: FloorOptions & { all?: boolean }) =>
    askFloor(
      terminal,
      options,
      (floor) => floor.request<{ items: OrderRow[] }>("GET", options.all ? "orders?limit=100" : "orders/active"),
      ({ items }) => renderTable(COLUMNS, items),
    ),
  );
  withFloorOptions(orders.command("cancel").argument("<id>", "order id").description("ask the venue to cancel an order")).action(
    (id: string, options: FloorOptions) =>
      askFloor(
        terminal,
        options,
        (floor) => floor.request<OrderRow>("PUT", `orders/${encodeURIComponent(id)}/cancel`),
        (order) => `order ${order.orderId} is ${order.status}\n`,
      ),
  );
}
