/**
 * The strategies table: what each does, with what result, and why. Rows keep their places until "worst first" is asked.
 */
import type { StrategyRow } from "../../../domain/contract/views.ts";
import { go } from "../app/route.ts";
import { Age, Button, Kbd, Pnl, Segments, Spark } from "../parts/basics.tsx";
import { Icon } from "../parts/icons.tsx";
import { StrategyStateMark } from "../parts/mark.tsx";
import { Empty, Loading, Panel } from "../parts/panel.tsx";
import { Table, type Column } from "../parts/table.tsx";
import { decimal, number, signOf } from "../model/format.ts";
import { bookStale, isTrading, needsAttention, strategyTotals, type StrategyFilter } from "../model/strategies.ts";
import { dialog, select, selectedStrategy, sortWorstFirst, strategyFilter, strategyRows } from "../state/choice.ts";
import { isSending, lockedFor } from "../state/commands.ts";
import { live, loaded, sections, strategies } from "../state/floor.ts";
import { quantityPlaces } from "../state/instruments.ts";
import { startStrategy } from "../state/strategy-commands.ts";

export function openStrategy(id: string): void {
  go({ view: "strategy", id });
}

/** S: stops what runs (asking about the position), starts what does not. */
export function startOrStop(row: StrategyRow): void {
  if (startLock(row) !== null) return;
  if (canStart(row)) void startStrategy(row.id);
  else dialog.value = { kind: "stop", id: row.id };
}

export function canStart(row: StrategyRow): boolean {
  return row.state === "stopped" || row.state === "failed" || row.state === "paused";
}

export function startLock(row: StrategyRow): string | null {
  if (isSending(`strategy:${row.id}`)) return "sending";
  if (row.state === "halted") return "trading is halted";
  if (canStart(row) && sections.trading.value?.state === "halted") return "trading is halted";
  return lockedFor("strategy:write");
}

export function Position({ row }: { row: StrategyRow }) {
  if (signOf(row.positionQuantity) === 0) return <span class="t3">flat</span>;
  return <>{decimal(row.positionQuantity, { signed: true, places: quantityPlaces(row.venue, row.symbol) })}</>;
}

export function Why({ row }: { row: StrategyRow }) {
  const troubled = row.state !== "running" && row.stateReason !== "";
  return (
    <>
      {row.lastWhyAtMs !== null && !troubled && (
        <span class="t2">
          <Age atMs={row.lastWhyAtMs} />{" "}
        </span>
      )}
      {troubled ? row.stateReason : row.lastWhy === "" ? <span class="t3">nothing decided yet</span> : row.lastWhy}
    </>
  );
}

export function RunButton({ row, big = false }: { row: StrategyRow; big?: boolean }) {
  const locked = startLock(row);
  const starts = canStart(row);
  const icon = locked === "sending" ? "wait" : locked !== null ? "lock" : starts ? "start" : "stop";
  return (
    <Button
      tone={big ? "icon thumb" : "icon"}
      locked={locked}
      label={`${starts ? "Start" : "Stop"} ${row.id}`}
      onClick={() => startOrStop(row)}
    >
      <Icon name={icon} />
    </Button>
  );
}

const pnl = (row: StrategyRow, value: string) =>
  signOf(row.positionQuantity) === 0 && signOf(value) === 0 ? <span class="t3">—</span> : <Pnl value={value} stale={bookStale(row)} />;

const COLUMNS: readonly Column<StrategyRow>[] = [
  { key: "state", head: "State", width: 98, cell: (row) => <StrategyStateMark row={row} />, whole: (row) => row.stateReason },
  {
    key: "id",
    head: "Strategy",
    width: 112,
    cls: "strong",
    cell: (row) => row.id,
    whole: (row) => `${row.id}: ${row.strategy} v${row.strategyVersion}`,
  },
  {
    key: "symbol",
    head: "Venue, symbol",
    width: 136,
    cls: "t2",
    cell: (row) => (
      <>
        {live.value && row.simulated && <span class="chip tag-sim">SIM</span>} {row.venue} {row.symbol}
      </>
    ),
    whole: (row) => `${row.venue} ${row.symbol}, account ${row.account}`,
  },
  { key: "position", head: "Position", width: 80, num: true, cell: (row) => <Position row={row} /> },
  { key: "open", head: "Open P&L", width: 78, num: true, cell: (row) => pnl(row, row.unrealisedPnl) },
  { key: "day", head: "Day P&L", width: 82, num: true, cls: "strong", cell: (row) => pnl(row, row.dayPnl) },
  { key: "spark", head: <span class="unseen">P&L lately</span>, width: 58, cell: (row) => <Spark values={row.spark} /> },
  { key: "signals", head: "Signals", width: 54, num: true, cell: (row) => number(row.signals) },
  {
    key: "why",
    head: "Last why",
    cell: (row) => <Why row={row} />,
    whole: (row) => (row.stateReason === "" ? row.lastWhy : row.stateReason),
  },
  {
    key: "acts",
    head: <span class="unseen">Commands</span>,
    width: 60,
    cls: "acts",
    cell: (row) => (
      <>
        <RunButton row={row} />
        <Button tone="icon" label={`Parameters of ${row.id}`} onClick={() => openStrategy(row.id)}>
          <Icon name="params" />
        </Button>
      </>
    ),
  },
];

function totals(rows: readonly StrategyRow[]) {
  const total = strategyTotals(rows, live.value);
  const stale = rows.some((row) => bookStale(row) && signOf(row.positionQuantity) !== 0);
  return [
    <span class="over">
      {number(total.counted)} {total.counted === 1 ? "strategy" : "strategies"}, {number(total.trading)} trading
    </span>,
    "",
    <span class="t3">{total.left > 0 ? "SIM not counted" : ""}</span>,
    "",
    <Pnl value={total.unrealisedPnl} stale={stale} />,
    <Pnl value={total.dayPnl} stale={stale} />,
    "",
    number(total.signals),
    "",
    "",
  ];
}

export function NewButton() {
  return (
    <Button locked={lockedFor("strategy:write")} onClick={() => (dialog.value = { kind: "new", definition: null })}>
      <Icon name="start" /> Start new <Kbd>N</Kbd>
    </Button>
  );
}

export function StrategiesPanel() {
  const all = strategies.value;
  const rows = strategyRows.value;
  const attention = all.filter(needsAttention).length;
  const choices: readonly { value: StrategyFilter; text: preact.ComponentChild }[] = [
    { value: "all", text: "All" },
    { value: "trading", text: "Trading" },
    {
      value: "attention",
      text:
        attention === 0 ? (
          "Needs attention"
        ) : (
          <>
            Needs attention <b class="warn">{attention}</b>
          </>
        ),
    },
  ];
  const right = (
    <>
      <Segments
        label="Strategies shown"
        choices={choices}
        value={strategyFilter.value}
        onChoose={(value) => (strategyFilter.value = value)}
      />
      <Button label="Sort worst first" onClick={sortWorstFirst}>
        Worst first
      </Button>
      <NewButton />
    </>
  );
  return (
    <Panel
      title="Strategies"
      note={loaded.value ? `${rows.length} of ${all.length}` : "first snapshot"}
      right={right}
      area="strategies"
      fixed
    >
      {!loaded.value ? <Loading rows={10} columns={[60, 80, 110, 60, 60, 60, 44, 30, 200]} /> : <Rows all={all} rows={rows} />}
    </Panel>
  );
}

function Rows({ all, rows }: { all: readonly StrategyRow[]; rows: readonly StrategyRow[] }) {
  if (all.length === 0) return <NoStrategy />;
  if (rows.length === 0) {
    const trading = all.filter(isTrading).length;
    return (
      <Empty title={strategyFilter.value === "attention" ? "Nothing needs attention" : "No strategy is trading"}>
        <span>{`${trading} of ${all.length} trading`}</span>
        <Button onClick={() => (strategyFilter.value = "all")}>Show all</Button>
      </Empty>
    );
  }
  return (
    <Table
      label="Strategies"
      columns={COLUMNS}
      rows={rows}
      rowKey={(row) => row.id}
      selected={selectedStrategy.value?.id ?? null}
      onSelect={(row) => select(row.id)}
      onOpen={(row) => openStrategy(row.id)}
      foot={totals(rows)}
      minWidth={900}
    />
  );
}

function NoStrategy() {
  return (
    <Empty title="No strategy is running">
      <span>
        {live.value
          ? "Start one: choose a definition, a symbol and its parameters."
          : "Start one on the simulated venue. No key or money is needed."}
      </span>
      <div class="row">
        <Button tone="primary" locked={lockedFor("strategy:write")} onClick={() => (dialog.value = { kind: "new", definition: null })}>
          Start a strategy <Kbd>N</Kbd>
        </Button>
      </div>
    </Empty>
  );
}
