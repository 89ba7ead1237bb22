/** Strategies on a small screen: two lines a row, worst first, a command large enough for a thumb. */
import type { StrategyRow } from "../../../domain/contract/views.ts";
import { Pnl, Segments } from "../parts/basics.tsx";
import { StrategyStateMark } from "../parts/mark.tsx";
import { Empty, Loading, Panel } from "../parts/panel.tsx";
import { bookStale, needsAttention } from "../model/strategies.ts";
import { select, strategyFilter, strategyRows } from "../state/choice.ts";
import { live, loaded, strategies } from "../state/floor.ts";
import { openStrategy, Position, RunButton, Why } from "./strategies.tsx";

export function PhoneStrategies() {
  const all = strategies.value;
  const rows = strategyRows.value;
  const attention = all.filter(needsAttention).length;
  const right = (
    <Segments
      label="Strategies shown"
      choices={[
        { value: "all", text: "All" },
        { value: "attention", text: <>Needs attention {attention > 0 && <b class="warn">{attention}</b>}</> },
      ]}
      value={strategyFilter.value === "attention" ? "attention" : "all"}
      onChoose={(value) => (strategyFilter.value = value)}
    />
  );
  return (
    <Panel title="Strategies" note={loaded.value ? String(all.length) : ""} right={right} area="strategies">
      {!loaded.value ? (
        <Loading columns={[120, 60]} />
      ) : rows.length === 0 ? (
        <div class="phone-empty">
          <Empty title={all.length === 0 ? "No strategy is running" : "Nothing needs attention"} />
        </div>
      ) : (
        <ul>
          {rows.map((row) => (
            <PhoneRow key={row.id} row={row} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

function PhoneRow({ row }: { row: StrategyRow }) {
  const open = (): void => {
    select(row.id);
    openStrategy(row.id);
  };
  return (
    <li class="phone-row">
      <button type="button" class="phone-open" onClick={open} aria-label={`Open ${row.id}`}>
        <span class="phone-line">
          <b>{row.id}</b> <StrategyStateMark row={row} /> {live.value && row.simulated && <span class="chip tag-sim">SIM</span>}
          <span class="grow" />
          <span class="phone-pnl">
            <Pnl value={row.dayPnl} stale={bookStale(row)} />
          </span>
        </span>
        <span class="phone-line t2">
          <span class="cut grow">
            <Why row={row} />
          </span>
          <Position row={row} />
        </span>
      </button>
      <RunButton row={row} big />
    </li>
  );
}
