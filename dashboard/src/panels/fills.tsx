/** Fills, newest first, each with what it cost against the mid and why it was wanted. */
import type { FillRow } from "../../../domain/contract/views.ts";
import { amount, clockTimeMs, decimal, number, sumDecimals } from "../model/format.ts";
import { Empty, Loading, Panel } from "../parts/panel.tsx";
import { Table, type Column } from "../parts/table.tsx";
import { nowMs, sections } from "../state/floor.ts";
import { pricePlaces, quantityPlaces } from "../state/instruments.ts";

const COLUMNS: readonly Column<FillRow>[] = [
  { key: "time", head: "Time", width: 94, cls: "t2", cell: (row) => clockTimeMs(row.atMs) },
  { key: "strategy", head: "Strategy", width: 104, cell: (row) => row.strategyId, whole: (row) => row.strategyId },
  {
    key: "side",
    head: "Side",
    width: 40,
    cell: (row) => <span class={row.side === "buy" ? "up" : "dn"}>{row.side === "buy" ? "Buy" : "Sell"}</span>,
  },
  { key: "symbol", head: "Symbol", width: 118, cls: "t2", cell: (row) => row.symbol, whole: (row) => `${row.venue} ${row.symbol}` },
  {
    key: "size",
    head: "Size",
    width: 64,
    num: true,
    cell: (row) => decimal(row.quantity, { places: quantityPlaces(row.venue, row.symbol) }),
  },
  { key: "price", head: "Price", width: 74, num: true, cell: (row) => decimal(row.price, { places: pricePlaces(row.venue, row.symbol) }) },
  { key: "slip", head: "Slip bp", width: 52, num: true, cls: "t2", cell: (row) => number(row.slippageBps, 1, true) },
  { key: "role", head: "Role", width: 48, cls: "t2", wide: true, cell: (row) => row.liquidity },
  { key: "why", head: "Why", cell: (row) => row.why, whole: (row) => row.why },
];

const DAY_MS = 86_400_000;

function headline(fills: readonly FillRow[]): { note: string; slip: string } {
  const dayStart = Math.floor(nowMs.value / DAY_MS) * DAY_MS;
  const today = fills.filter((fill) => fill.atMs >= dayStart);
  const byAsset = new Map<string, string[]>();
  for (const fill of today) byAsset.set(fill.feeAsset, [...(byAsset.get(fill.feeAsset) ?? []), fill.fee]);
  const fees = [...byAsset].map(([asset, list]) => `${amount(sumDecimals(list))} ${asset}`).join(", ");
  const slips = today.flatMap((fill) => (fill.slippageBps === null ? [] : [fill.slippageBps]));
  const mean = slips.length === 0 ? null : slips.reduce((sum, slip) => sum + slip, 0) / slips.length;
  const many = fills.length >= 200 ? "newest " : "";
  return {
    note: `${many}${number(today.length)} today${fees === "" ? "" : `, fees ${fees}`}`,
    slip: mean === null ? "" : `slip ${number(mean, 1, true)} bp mean`,
  };
}

export function FillsPanel() {
  const fills = sections.fills.value;
  const { note, slip } = headline(fills ?? []);
  return (
    <Panel title="Fills" note={fills === null ? "" : note} right={<span class="panel-note">{slip}</span>} area="fills" fixed>
      {fills === null ? (
        <Loading columns={[70, 80, 30, 70, 50, 60, 30, 40, 120]} />
      ) : fills.length === 0 ? (
        <Empty title="No fill yet">
          <span>Each fill tells why it was wanted and what it cost against the mid.</span>
        </Empty>
      ) : (
        <Table label="Fills" columns={COLUMNS} rows={fills} rowKey={(row) => `${row.venue}|${row.tradeId}|${row.orderId}`} minWidth={600} />
      )}
    </Panel>
  );
}
