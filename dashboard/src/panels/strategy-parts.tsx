/** The right-hand panels of one strategy: performance, what it sees now, its log; and its signals. */
import { useMemo } from "preact/hooks";
import type { FillRow, OrderRow, SignalRow, StrategyDetail, StrategyRow, StrategyPerformance } from "../../../domain/contract/views.ts";
import { clockTimeMs, decimal, number, percent } from "../model/format.ts";
import { groupEvents, strategyLog } from "../model/events.ts";
import { Pnl } from "../parts/basics.tsx";
import { OrderStateMark, State } from "../parts/mark.tsx";
import { Await, Empty, Panel } from "../parts/panel.tsx";
import { Table, type Column } from "../parts/table.tsx";
import { useAsk } from "../state/ask.ts";
import { sections } from "../state/floor.ts";
import { pricePlaces, quantityPlaces } from "../state/instruments.ts";
import { EventList } from "./events.tsx";

export function PerformancePanel({ id }: { id: string }) {
  const asked = useAsk<StrategyPerformance>(`strategies/${encodeURIComponent(id)}/performance`, 5_000);
  return (
    <Panel title="Performance" note="from its fills, fees counted" area="performance">
      <Await value={asked.value.value} problem={asked.problem.value} retry={asked.again} columns={[90, 60]}>
        {(result) => (
          <dl class="facts">
            <Fact name="Net P&L" value={<Pnl value={result.netPnl} />} />
            <Fact name="Day P&L" value={<Pnl value={result.dayPnl} />} />
            <Fact name="Realised" value={<Pnl value={result.realisedPnl} />} />
            <Fact name="Unrealised" value={<Pnl value={result.unrealisedPnl} />} />
            <Fact name="Fees" value={decimal(result.feesPaid, { places: 2 })} />
            <Fact name="Fills" value={number(result.fills)} />
            <Fact name="Closed trades" value={number(result.closedTrades)} />
            <Fact name="Win rate" value={percent(result.winRatio, 0)} />
            <Fact name="Profit factor" value={number(result.profitFactor, 2)} />
            <Fact name="Volume" value={decimal(result.volume, { places: 0 })} />
          </dl>
        )}
      </Await>
    </Panel>
  );
}

function Fact({ name, value }: { name: string; value: preact.ComponentChild }) {
  return (
    <div>
      <dt class="t2">{name}</dt>
      <dd class="num">{value}</dd>
    </div>
  );
}

export function InsidePanel({ detail }: { detail: StrategyDetail }) {
  const places = (value: number): number => (Math.abs(value) >= 1_000 ? 1 : Math.abs(value) >= 1 ? 3 : 6);
  return (
    <Panel title="Inside" note="what it sees now" area="inside">
      <dl class="facts">
        {detail.inside.map((row) => (
          <Fact
            key={row.name}
            name={row.name}
            value={
              row.value === null ? (
                <span class="acc">warming up</span>
              ) : (
                <span class={row.ready ? "" : "acc"}>{number(row.value, places(row.value))}</span>
              )
            }
          />
        ))}
        <Fact name="warm-up" value={`${number(Math.min(detail.seenBars, detail.warmupBars))} of ${number(detail.warmupBars)} bars`} />
        <Fact name="bars seen" value={`${number(detail.seenBars)}${detail.interval === null ? "" : ` of ${detail.interval}`}`} />
        <Fact name="book" value={detail.bookQuality === "LIVE" ? "whole" : <span class="warn">{detail.bookQuality.toLowerCase()}</span>} />
        <Fact name="epoch" value={detail.epoch} />
      </dl>
    </Panel>
  );
}

export function LogPanel({ id }: { id: string }) {
  const events = sections.events.value;
  const asked = useAsk<{ items: FillRow[] }>(`fills?strategyId=${encodeURIComponent(id)}&limit=50`, 5_000);
  const fills = asked.value.value?.items;
  const groups = useMemo(() => groupEvents(strategyLog(id, events ?? [], fills ?? [])), [events, fills, id]);
  return (
    <Panel title="Log" note="this strategy only" area="log">
      {groups.length === 0 ? <Empty title="It has said nothing lately" /> : <EventList groups={groups} withSource={false} />}
    </Panel>
  );
}

/** An open order is as the stream says now; one that is done is as the strategy's orders say. */
function Became({ row, orders }: { row: SignalRow; orders: ReadonlyMap<string, OrderRow> }) {
  if (row.decision === "refused") return <State form="diamond" tone="crit" text={`refused ${row.code ?? ""}`} />;
  const order = row.orderId === null ? undefined : (sections.orders.value?.[row.orderId] ?? orders.get(row.orderId));
  return order === undefined ? <State form="check" tone="t2" text="sent" /> : <OrderStateMark status={order.status} />;
}

function columnsFor(strategy: StrategyRow, orders: ReadonlyMap<string, OrderRow>): readonly Column<SignalRow>[] {
  const places = quantityPlaces(strategy.venue, strategy.symbol);
  const limit = pricePlaces(strategy.venue, strategy.symbol);
  return [
    { key: "time", head: "Time", width: 96, cls: "t2", cell: (row) => clockTimeMs(row.atMs) },
    {
      key: "side",
      head: "Side",
      width: 44,
      cell: (row) => <span class={row.side === "buy" ? "up" : "dn"}>{row.side === "buy" ? "Buy" : "Sell"}</span>,
    },
    { key: "why", head: "Why", cls: "strong", cell: (row) => row.why, whole: (row) => row.why },
    {
      key: "became",
      head: "Became",
      width: 112,
      cell: (row) => <Became row={row} orders={orders} />,
      whole: (row) => row.reason ?? row.orderId ?? "",
    },
    { key: "size", head: "Size", width: 74, num: true, cell: (row) => decimal(row.quantity, { places }) },
    {
      key: "price",
      head: "Limit",
      width: 76,
      num: true,
      cls: "t2",
      cell: (row) => (row.limitPrice === null ? "market" : decimal(row.limitPrice, { places: limit })),
    },
  ];
}

export function SignalsPanel({ row }: { row: StrategyRow }) {
  const asked = useAsk<{ items: SignalRow[] }>(`strategies/${encodeURIComponent(row.id)}/signals?limit=100`, 5_000);
  const done = useAsk<{ items: OrderRow[] }>(`orders?strategyId=${encodeURIComponent(row.id)}&limit=100`, 5_000).value.value?.items;
  const columns = useMemo(
    () => columnsFor(row, new Map((done ?? []).map((order) => [order.orderId, order]))),
    [row.venue, row.symbol, done],
  );
  const items = asked.value.value?.items ?? null;
  const refused = items?.filter((signal) => signal.decision === "refused").length ?? 0;
  return (
    <Panel
      title="Signals"
      note={items === null ? "" : `${number(row.signals)} in all${refused > 0 ? `, ${refused} of the last ${items.length} refused` : ""}`}
      area="signals"
      fixed
    >
      <Await value={items} problem={asked.problem.value} retry={asked.again} columns={[70, 30, 200, 80, 50]}>
        {(signals) =>
          signals.length === 0 ? (
            <Empty title="Nothing decided yet">
              <span>{row.stateReason === "" ? "The first signal shows here with its reason and what became of it." : row.stateReason}</span>
            </Empty>
          ) : (
            <Table label="Signals" columns={columns} rows={signals} rowKey={(signal) => signal.intentId} minWidth={640} />
          )
        }
      </Await>
    </Panel>
  );
}
