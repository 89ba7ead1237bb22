/**
 * The chart panel: the selected market and bar length, its candles, and why there are none. It follows the selected
 * strategy, or the first instrument of a floor without one.
 */
import { Segments } from "../parts/basics.tsx";
import { Empty, Failed, Loading, Panel } from "../parts/panel.tsx";
import { chosenInterval, INTERVALS } from "../state/choice.ts";
import { loaded } from "../state/floor.ts";
import { marketOf, marketProblem, retryMarket } from "../state/market.ts";
import { Candles, type ChartTarget } from "./candle-view.tsx";
import { StaleChip } from "./stale.tsx";

const CHOICES = INTERVALS.map((value) => ({ value, text: value }));

export function ChartPanel({ target }: { target: ChartTarget | null }) {
  const note = (
    <span class="row">
      {target?.venue}
      {target !== null && (
        <Segments
          label="Bar length"
          choices={CHOICES}
          value={chosenInterval.value as (typeof INTERVALS)[number]}
          onChoose={(value) => (chosenInterval.value = value)}
        />
      )}
    </span>
  );
  const right = (
    <span class="row">
      <span class="panel-note wide-only">hollow up, filled down</span>
      <StaleChip />
    </span>
  );
  return (
    <Panel title={target?.symbol ?? "Chart"} note={note} right={right} area="chart" fixed>
      <Content target={target} />
    </Panel>
  );
}

function Content({ target }: { target: ChartTarget | null }) {
  if (target === null) {
    if (!loaded.value) return <Loading rows={10} columns={[120, 200, 160, 200]} />;
    return (
      <Empty title="No market yet">
        <span>The chart follows the selected strategy.</span>
      </Empty>
    );
  }
  const problem = marketProblem.value;
  if (problem !== null && marketOf(target.venue, target.symbol, chosenInterval.value) === null) {
    return <Failed problem={problem} retry={retryMarket} />;
  }
  return <Candles target={target} />;
}
