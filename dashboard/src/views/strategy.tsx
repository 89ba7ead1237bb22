/** One strategy: what it sees, what may be changed, what it decided and what became of it. */
import { useEffect } from "preact/hooks";
import type { StrategyDetail, StrategyRow } from "../../../domain/contract/views.ts";
import { useKeys } from "../app/keys.ts";
import { go } from "../app/route.ts";
import { ChartPanel } from "../panels/chart.tsx";
import { ParamsPanel, VersionsPanel } from "../panels/params.tsx";
import { canStart, openStrategy, Position, startLock, startOrStop } from "../panels/strategies.tsx";
import { InsidePanel, LogPanel, PerformancePanel, SignalsPanel } from "../panels/strategy-parts.tsx";
import { decimal, signOf } from "../model/format.ts";
import { bookStale } from "../model/strategies.ts";
import { Button, Kbd, Pnl } from "../parts/basics.tsx";
import { Icon } from "../parts/icons.tsx";
import { StrategyStateMark } from "../parts/mark.tsx";
import { Await, Empty, Panel } from "../parts/panel.tsx";
import { useAsk, type Asked } from "../state/ask.ts";
import { chosenInterval, INTERVALS, select, selectedStrategy, step } from "../state/choice.ts";
import { loaded, strategies } from "../state/floor.ts";
import { pricePlaces } from "../state/instruments.ts";
import { watchMarket } from "../state/market.ts";
import { pauseStrategy } from "../state/strategy-commands.ts";

export function StrategyView({ id, phone }: { id: string; phone: boolean }) {
  const row = strategies.value.find((strategy) => strategy.id === id);
  useEffect(() => select(id), [id]);
  const move = (by: 1 | -1): void => {
    step(by);
    if (selectedStrategy.value !== null) openStrategy(selectedStrategy.value.id);
  };
  useKeys({ Escape: () => go({ view: "floor" }), "[": () => move(-1), "]": () => move(1), s: () => row !== undefined && startOrStop(row) });
  if (row === undefined) {
    return (
      <main class="strategy-missing" id="main" tabIndex={-1}>
        <Panel title={id}>
          <Empty title={loaded.value ? `No strategy ${id} on this floor` : "Loading…"}>
            <Button onClick={() => go({ view: "floor" })}>Back to the floor</Button>
          </Empty>
        </Panel>
      </main>
    );
  }
  return <Opened key={id} row={row} phone={phone} />;
}

function Opened({ row, phone }: { row: StrategyRow; phone: boolean }) {
  const asked = useAsk<StrategyDetail>(`strategies/${encodeURIComponent(row.id)}`, 2_000);
  const detail = asked.value.value;
  // The form follows a new version at once, not at the next turn of the interval.
  useEffect(() => {
    if (detail !== null && detail.paramsVersion !== row.paramsVersion) asked.again();
  }, [row.paramsVersion]);
  const own = detail?.interval ?? null;
  useEffect(() => {
    if (own !== null && INTERVALS.some((interval) => interval === own)) chosenInterval.value = own;
  }, [own]);
  useEffect(
    () => watchMarket({ venue: row.venue, symbol: row.symbol, interval: chosenInterval.value }),
    [row.venue, row.symbol, chosenInterval.value],
  );
  return (
    <main class="strategy" id="main" tabIndex={-1}>
      <Head row={row} inThread={detail?.isolation === "thread"} />
      <div class="side-column" style={{ gridArea: "setup" }}>
        <WithDetail asked={asked} area="params" title="Parameters">
          {(ready) => <ParamsPanel detail={ready} readOnly={phone} />}
        </WithDetail>
        <WithDetail asked={asked} area="versions" title="Versions">
          {(ready) => <VersionsPanel detail={ready} readOnly={phone} />}
        </WithDetail>
      </div>
      <ChartPanel target={{ venue: row.venue, symbol: row.symbol, row, inside: detail?.inside ?? [] }} />
      <SignalsPanel row={row} />
      <div class="side-column" style={{ gridArea: "facts" }}>
        <PerformancePanel id={row.id} />
        <WithDetail asked={asked} area="inside" title="Inside">
          {(ready) => <InsidePanel detail={ready} />}
        </WithDetail>
        <LogPanel id={row.id} />
      </div>
    </main>
  );
}

function WithDetail(props: {
  asked: Asked<StrategyDetail>;
  area: string;
  title: string;
  children: (detail: StrategyDetail) => preact.ComponentChild;
}) {
  const value = props.asked.value.value;
  if (value !== null) return <>{props.children(value)}</>;
  return (
    <Panel title={props.title} area={props.area}>
      <Await value={value} problem={props.asked.problem.value} retry={props.asked.again} columns={[120, 60]}>
        {() => null}
      </Await>
    </Panel>
  );
}

function Head({ row, inThread }: { row: StrategyRow; inThread: boolean }) {
  const locked = startLock(row);
  const running = !canStart(row) && row.state !== "halted";
  return (
    <section class="panel strategy-head" aria-label={row.id}>
      <span class="t2">
        <a class="back" href="#/floor">
          Floor
        </a>{" "}
        /
      </span>
      <h1>{row.id}</h1>
      <StrategyStateMark row={row} />
      <span class="cut t1">
        {row.strategy} v{row.strategyVersion} on {row.venue} {row.symbol}
        {inThread && ", in a thread of its own"}
      </span>
      <span class="cut t2 grow" title={row.stateReason}>
        {row.stateReason}
      </span>
      <span class="t2 head-fact">
        position{" "}
        <b class="t1">
          <Position row={row} />
        </b>
        {signOf(row.positionQuantity) !== 0 &&
          row.averagePrice !== null &&
          ` at ${decimal(row.averagePrice, { places: pricePlaces(row.venue, row.symbol) })}`}
      </span>
      <span class="t2 head-fact">
        open <Pnl value={row.unrealisedPnl} stale={bookStale(row)} />
      </span>
      <span class="t2 head-fact">
        day{" "}
        <b>
          <Pnl value={row.dayPnl} stale={bookStale(row)} />
        </b>
      </span>
      <span class="row">
        {row.state === "running" && (
          <Button tone="big" locked={locked} onClick={() => void pauseStrategy(row.id)}>
            <Icon name="pause" /> Pause
          </Button>
        )}
        <Button tone="big" locked={locked} onClick={() => startOrStop(row)}>
          <Icon name={locked === "sending" ? "wait" : running ? "stop" : "start"} />{" "}
          {locked === "sending" ? "Sending…" : running ? "Stop…" : row.state === "paused" ? "Resume" : "Start"} <Kbd>S</Kbd>
        </Button>
      </span>
    </section>
  );
}
