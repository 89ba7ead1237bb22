/**
 * Open orders. Unknown is never drawn as rejected: its worst case stays held and it is being looked up.
 */
import type { OrderRow } from "../../../domain/contract/views.ts";
import { decimal, number, percent, sumDecimals } from "../model/format.ts";
import { Age, Button, Kbd } from "../parts/basics.tsx";
import { Icon } from "../parts/icons.tsx";
import { Mark, OrderStateMark } from "../parts/mark.tsx";
import { Empty, Loading, Panel } from "../parts/panel.tsx";
import { Table, type Column } from "../parts/table.tsx";
import { dialog } from "../state/choice.ts";
import { isSending, lockedFor } from "../state/commands.ts";
import { loaded, orders } from "../state/floor.ts";
import { pricePlaces, quantityPlaces } from "../state/instruments.ts";
import { cancelOrder } from "../state/strategy-commands.ts";

function cancelLock(order: OrderRow): string | null {
  if (isSending(`order:${order.orderId}`)) return "sending";
  if (order.status === "CancelPending") return "cancelling";
  if (order.status === "Unknown") return "unknown: it is being looked up by its client id and never resent";
  return lockedFor("order:create");
}

/** The strategy has a column of its own: its name is left out of the ids that begin with it. */
function shortId(order: OrderRow): string {
  const own = `${order.strategyId}.`;
  return order.orderId.startsWith(own) ? order.orderId.slice(own.length) : order.orderId;
}

const size = (order: OrderRow, text: string): string => decimal(text, { places: quantityPlaces(order.venue, order.symbol) });

const COLUMNS: readonly Column<OrderRow>[] = [
  {
    key: "id",
    head: "Order",
    width: 50,
    cls: "id",
    cell: (row) => shortId(row),
    whole: (row) => `${row.orderId}, venue ${row.venueOrderId ?? "has not named it"}: ${row.why}`,
  },
  { key: "strategy", head: "Strategy", cell: (row) => row.strategyId, whole: (row) => row.strategyId },
  {
    key: "side",
    head: "Side",
    width: 36,
    cell: (row) => <span class={row.side === "buy" ? "up" : "dn"}>{row.side === "buy" ? "Buy" : "Sell"}</span>,
  },
  { key: "symbol", head: "Symbol", width: 118, cls: "t2", cell: (row) => row.symbol, whole: (row) => `${row.venue} ${row.symbol}` },
  {
    key: "type",
    head: "Type",
    width: 38,
    cls: "t2",
    wide: true,
    cell: (row) => (row.postOnly ? "post" : row.type),
    whole: (row) => `${row.type}, ${row.timeInForce}${row.reduceOnly ? ", reduce only" : ""}`,
  },
  {
    key: "price",
    head: "Price",
    width: 70,
    num: true,
    cell: (row) => decimal(row.limitPrice, { places: pricePlaces(row.venue, row.symbol) }),
  },
  { key: "size", head: "Size", width: 66, num: true, cell: (row) => size(row, row.quantity) },
  {
    key: "filled",
    head: "Filled",
    width: 48,
    num: true,
    cls: "t2",
    cell: (row) => percent(Number(row.filledQuantity) / Number(row.quantity), 0),
    whole: (row) => `${size(row, row.filledQuantity)} of ${size(row, row.quantity)}`,
  },
  { key: "status", head: "State", width: 82, cell: (row) => <OrderStateMark status={row.status} />, whole: (row) => row.statusReason },
  { key: "age", head: "Age", width: 36, num: true, cls: "t2", cell: (row) => <Age atMs={row.createdAtMs} /> },
  {
    key: "acts",
    head: <span class="unseen">Commands</span>,
    width: 36,
    cls: "acts",
    cell: (row) => {
      const locked = cancelLock(row);
      return (
        <Button tone="icon" locked={locked} label={`Cancel ${row.orderId}`} onClick={() => void cancelOrder(row.orderId)}>
          <Icon name={locked === "sending" || locked === "cancelling" ? "wait" : locked === null ? "cancel" : "lock"} />
        </Button>
      );
    },
  },
];

/** Worst case of what the venue has not answered for: remaining quantity at its limit. */
function heldText(unknown: readonly OrderRow[]): string {
  const priced = unknown.filter((order) => order.limitPrice !== null);
  if (priced.length === 0) return "looking up";
  const held = sumDecimals(
    priced.map((order) => ((Number(order.quantity) - Number(order.filledQuantity)) * Number(order.limitPrice)).toFixed(2)),
  );
  return `looking up, ≈ ${decimal(held, { places: 0 })} held`;
}

export function cancelAllLock(): string | null {
  if (isSending("cancel-all")) return "sending";
  return orders.value.length === 0 ? "no open order" : lockedFor("order:create");
}

export function OrdersPanel() {
  const rows = orders.value;
  const unknown = rows.filter((order) => order.status === "Unknown");
  const note = (
    <span class="row">
      {loaded.value ? number(rows.length) : ""}
      {unknown.length > 0 && (
        <span class="chip warn">
          <Mark form="unknown" /> {unknown.length} unknown: {heldText(unknown)}
        </span>
      )}
    </span>
  );
  const right = (
    <Button locked={cancelAllLock()} onClick={() => (dialog.value = { kind: "cancel-all" })}>
      Cancel all… <Kbd>⇧X</Kbd>
    </Button>
  );
  return (
    <Panel title="Open orders" note={note} right={right} area="orders" fixed>
      {!loaded.value ? (
        <Loading columns={[50, 80, 30, 70, 30, 60, 50, 50, 60]} />
      ) : rows.length === 0 ? (
        <Empty title="No open order">
          <span>Orders appear here the moment they are journaled.</span>
        </Empty>
      ) : (
        <Table label="Open orders" columns={COLUMNS} rows={rows} rowKey={(row) => row.orderId} minWidth={600} />
      )}
    </Panel>
  );
}
