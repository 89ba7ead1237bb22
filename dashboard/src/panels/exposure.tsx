/**
 * Exposure: what is held, by whom, at what price and what it is worth, largest first; flat ones that earned or lost
 * today stay in sight below. The ledger of positions beside the strategies that own them.
 */
import type { PositionRow } from "../../../domain/contract/views.ts";
import { amount, decimal, number, signOf, sumDecimals } from "../model/format.ts";
import { Pnl } from "../parts/basics.tsx";
import { Empty, Loading, Panel } from "../parts/panel.tsx";
import { Table, type Column } from "../parts/table.tsx";
import { sections } from "../state/floor.ts";
import { pricePlaces, quantityPlaces } from "../state/instruments.ts";

const held = (row: PositionRow): boolean => signOf(row.quantity) !== 0;
const priceText = (row: PositionRow, price: string | null): string => decimal(price, { places: pricePlaces(row.venue, row.symbol) });

const COLUMNS: readonly Column<PositionRow>[] = [
  { key: "symbol", head: "Venue, symbol", width: 148, cls: "strong", cell: (row) => `${row.venue} ${row.symbol}` },
  { key: "owner", head: "Owner", cell: (row) => row.strategyId ?? "all", whole: (row) => row.strategyId ?? "" },
  {
    key: "quantity",
    head: "Position",
    width: 84,
    num: true,
    cell: (row) =>
      held(row) ? decimal(row.quantity, { signed: true, places: quantityPlaces(row.venue, row.symbol) }) : <span class="t3">flat</span>,
  },
  { key: "average", head: "Average", width: 80, num: true, cls: "t2", cell: (row) => priceText(row, row.averagePrice) },
  { key: "mark", head: "Mark", width: 80, num: true, cls: "t2", cell: (row) => priceText(row, row.markPrice) },
  { key: "notional", head: "Worth", width: 76, num: true, cell: (row) => decimal(row.notional, { places: 0 }) },
  { key: "open", head: "Open P&L", width: 76, num: true, cell: (row) => <Pnl value={row.unrealisedPnl} /> },
  { key: "fees", head: "Fees", width: 64, num: true, cls: "t2", wide: true, cell: (row) => amount(row.feesPaid) },
  { key: "day", head: "Day P&L", width: 78, num: true, cls: "strong", cell: (row) => <Pnl value={row.dayPnl} /> },
];

function totals(rows: readonly PositionRow[]) {
  const sum = (of: (row: PositionRow) => string): string => sumDecimals(rows.map(of));
  const gross = rows.reduce((total, row) => total + Math.abs(Number(row.notional)), 0);
  return [
    "Gross",
    "",
    "",
    "",
    "",
    number(gross),
    <Pnl value={sum((row) => row.unrealisedPnl)} />,
    amount(sum((row) => row.feesPaid)),
    <Pnl value={sum((row) => row.dayPnl)} />,
  ];
}

export function ExposurePanel() {
  const known = sections.positions.value;
  const rows = Object.values(known ?? {}).sort((a, b) => Math.abs(Number(b.notional)) - Math.abs(Number(a.notional)));
  const open = rows.filter(held).length;
  return (
    <Panel title="Exposure" note={known === null ? "" : `${number(open)} held, largest first`} area="exposure" fixed>
      {known === null ? (
        <Loading columns={[120, 90, 60, 60, 60, 60, 50]} />
      ) : rows.length === 0 ? (
        <Empty title="Nothing is held" />
      ) : (
        <Table
          label="Positions"
          columns={COLUMNS}
          rows={rows}
          rowKey={(row) => `${row.account}|${row.venue}|${row.symbol}|${row.strategyId ?? ""}`}
          rowClass={(row) => (held(row) ? "" : "faint")}
          foot={totals(rows)}
          minWidth={720}
        />
      )}
    </Panel>
  );
}
