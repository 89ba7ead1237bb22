/**
 * Two metrics of every trial against each other, and those no other one beats in both. Axes point so that up and right
 * is better: a metric that is minimised (drawdown) is drawn negated.
 */
import type { ResearchTrial } from "../../../../domain/contract/views/research.ts";
import { metricLabel } from "./metric-names.ts";

export interface Axis {
  readonly label: string;
  readonly metric: string;
  /** −1 for what is minimised. */
  readonly sign: 1 | -1;
  /** Place among the search's objectives; −1 for a metric that is not one. */
  readonly objective: number;
}

export interface FrontPoint {
  readonly trial: ResearchTrial;
  readonly x: number;
  readonly y: number;
}

export interface Front {
  readonly x: Axis;
  readonly y: Axis;
  /** By rising x. */
  readonly points: readonly FrontPoint[];
  readonly front: readonly FrontPoint[];
}

function axisOf(objective: string, at: number): Axis {
  const metric = objective.replace(/^-/, "");
  return { label: metricLabel(metric), metric, sign: objective.startsWith("-") ? -1 : 1, objective: at };
}

const DRAWDOWN: Axis = { label: "drawdown", metric: "maxDrawdown", sign: -1, objective: -1 };
const RETURN: Axis = { label: "return", metric: "totalReturn", sign: 1, objective: -1 };

/** The first two objectives; a search of one is set against drawdown, of drawdown alone against return. */
export function frontAxes(objectives: readonly string[]): { readonly x: Axis; readonly y: Axis } {
  const first = axisOf(objectives[0] ?? "sharpe", 0);
  const second = objectives[1];
  if (second !== undefined) return { y: first, x: axisOf(second, 1) };
  return { y: first, x: first.metric === "maxDrawdown" ? RETURN : DRAWDOWN };
}

function valueAt(trial: ResearchTrial, axis: Axis): number | null {
  const metric = trial.metrics[axis.metric];
  if (metric !== undefined && metric !== null) return axis.sign * metric;
  return null;
}

/** Trials that are done and have both values. */
export function frontOf(trials: readonly ResearchTrial[], objectives: readonly string[]): Front {
  const axes = frontAxes(objectives);
  const points = trials
    .flatMap((trial) => {
      const [x, y] = [valueAt(trial, axes.x), valueAt(trial, axes.y)];
      return trial.state !== "done" || x === null || y === null ? [] : [{ trial, x, y }];
    })
    .sort((a, b) => a.x - b.x || a.y - b.y);
  return { ...axes, points, front: nonDominated(points.filter(({ trial }) => trial.feasible)) };
}

/** From right to left, each point that is higher than all before it; of equal ones the first. */
function nonDominated(rising: readonly FrontPoint[]): FrontPoint[] {
  const kept: FrontPoint[] = [];
  let highest = Number.NEGATIVE_INFINITY;
  for (const point of [...rising].reverse()) {
    if (point.y <= highest) continue;
    highest = point.y;
    kept.push(point);
  }
  return kept.reverse();
}
