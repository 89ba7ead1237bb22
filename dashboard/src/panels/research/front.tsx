/** What a search trades off: two metrics of every trial, up and right is better, with the front nobody beats in both. */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { looks } from "../../app/settings.ts";
import { frontOf, type Front, type FrontPoint } from "../../model/research/front.ts";
import { bestText } from "../../model/research/runs.ts";
import { Empty, Panel } from "../../parts/panel.tsx";
import { axisText, frontPlot } from "./front-plot.ts";
import type { SearchInSight } from "./heat-map.tsx";

export function FrontPanel({ search }: { search: SearchInSight }) {
  const front = useMemo(() => frontOf(search.trials, search.objectives), [search.trials, search.objectives]);
  const best = search.report?.best?.trial ?? null;
  const chosen = front.points.find(({ trial }) => trial.trial === best) ?? null;
  return (
    <Panel
      title={`${front.y.label} against ${front.x.label}`}
      note={front.points.length === 0 ? "" : `Pareto front, ${front.front.length}`}
      area="front"
      fixed
    >
      {front.points.length < 2 ? (
        <Empty title="Two finished trials make a picture" />
      ) : (
        <Picture front={front} chosen={chosen} names={search.space} />
      )}
    </Panel>
  );
}

function Picture({ front, chosen, names }: { front: Front; chosen: FrontPoint | null; names: readonly string[] | null }) {
  const host = useRef<HTMLDivElement>(null);
  const [point, setPoint] = useState<FrontPoint | null>(null);
  const look = looks.value;
  useEffect(() => {
    const element = host.current;
    if (element === null) return undefined;
    const size = () => ({ width: Math.max(120, element.clientWidth), height: Math.max(80, element.clientHeight) });
    const { width, height } = size();
    const plot = frontPlot(element, width, height, { front, chosen, names, onPoint: setPoint });
    const observer = new ResizeObserver(() => plot.setSize(size()));
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.destroy();
    };
  }, [front, chosen, names, look]);
  const told = point ?? chosen;
  return (
    <figure class="curves" aria-label={`${front.points.length} trials, ${front.front.length} of them on the Pareto front`}>
      <div ref={host} class="plots-in" aria-hidden="true" />
      {told !== null && point !== null && (
        <div class="curve-note" aria-hidden="true">
          <b>{bestText(told.trial.params, names ?? undefined)}</b>
          <span>
            {front.y.label} {axisText(front.y, told.y, 2)}
          </span>
          <span class="t2">
            {front.x.label} {axisText(front.x, told.x, 1)}
          </span>
        </div>
      )}
      <table class="unseen">
        <caption>Pareto front</caption>
        <tbody>
          {front.front.map(({ trial, x, y }) => (
            <tr key={trial.trial}>
              <th scope="row">{bestText(trial.params, names ?? undefined)}</th>
              <td>{axisText(front.y, y, 2)}</td>
              <td>{axisText(front.x, x, 1)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  );
}
