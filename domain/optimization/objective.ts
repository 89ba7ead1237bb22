/**
 * Objectives and constraints as written (`sharpe`, `-maxDrawdown`, `trades >= 30`) turned into scores. A score is
 * oriented: larger is better, so that of `-maxDrawdown` is the negative drawdown. An undefined metric has no score
 * (null), which ranks below every number; it never counts as 0. A constraint on an undefined metric is not met.
 */
import type { SearchSpec } from "../contract/research/search.ts";
import type { MetricValues } from "../contract/views/research.ts";
import { invalid } from "../kernel/errors.ts";

export interface Objective {
  readonly text: string;
  readonly metric: string;
  /** 1: the metric is maximised; -1: minimised. */
  readonly sign: 1 | -1;
}

export interface Constraint {
  readonly text: string;
  readonly metric: string;
  readonly relation: ">=" | "<=";
  readonly bound: number;
}

/** What a trial's metrics are worth: fits `TrialResult` but for the state. */
export interface Judged {
  readonly objectives: readonly (number | null)[];
  readonly feasible: boolean;
  /** Sum over constraints of the distance to the bound as a share of it; 1 for an undefined metric. */
  readonly violation: number;
  /** Least over constraints of the signed distance to the bound as a share of it, −1 to 1: positive is inside. */
  readonly margin: number;
}

export type Judge = (metrics: MetricValues) => Judged;

/**
 * @param known names of the metrics that a run has; when given, others are refused.
 * @throws {DstaError} VALIDATION_ERROR field `objectives` or `constraints`.
 */
export function createJudge(spec: Pick<SearchSpec, "objectives" | "constraints">, known?: readonly string[]): Judge {
  const objectives = spec.objectives.map((text) => parseObjective(text));
  const constraints = spec.constraints.map((text) => parseConstraint(text));
  const metricsSeen = objectives.map(({ metric }) => metric);
  for (const [index, metric] of metricsSeen.entries()) {
    if (metricsSeen.indexOf(metric) !== index) throw invalid("objectives", "each metric once", metric);
    checkKnown("objectives", metric, known);
  }
  for (const { metric } of constraints) checkKnown("constraints", metric, known);
  return (metrics) => {
    let violation = 0;
    let margin = 1;
    for (const constraint of constraints) {
      const room = roomOf(constraint, metrics);
      violation += Math.max(0, -room);
      margin = Math.min(margin, room);
    }
    const scores = objectives.map((objective) => scoreOf(objective, metrics));
    return { objectives: scores, feasible: violation === 0, violation, margin: Math.max(-1, margin) };
  };
}

export function parseObjective(text: string): Objective {
  const match = /^(-?)([a-zA-Z][A-Za-z0-9]*)$/.exec(text.trim());
  if (match === null) throw invalid("objectives", "a metric such as sharpe or -maxDrawdown", text);
  return { text: text.trim(), metric: match[2]!, sign: match[1] === "-" ? -1 : 1 };
}

export function parseConstraint(text: string): Constraint {
  const match = /^([a-zA-Z][A-Za-z0-9]*)\s*(>=|<=)\s*(-?\d+(?:\.\d+)?)$/.exec(text.trim());
  if (match === null) throw invalid("constraints", "such as trades >= 30 or maxDrawdown <= 0.3", text);
  return { text: text.trim(), metric: match[1]!, relation: match[2] === ">=" ? ">=" : "<=", bound: Number(match[3]) };
}

export function scoreOf({ metric, sign }: Objective, metrics: MetricValues): number | null {
  const value = metrics[metric] ?? null;
  // Adding 0 keeps a minimised 0 from becoming -0, which would not compare equal.
  return value === null || !Number.isFinite(value) ? null : sign * value + 0;
}

/** Signed distance to the bound as a share of it; of a bound of 0 the distance itself. */
function roomOf({ metric, relation, bound }: Constraint, metrics: MetricValues): number {
  const value = metrics[metric] ?? null;
  if (value === null || Number.isNaN(value)) return -1;
  const room = relation === ">=" ? value - bound : bound - value;
  return Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, room / (Math.abs(bound) || 1)));
}

function checkKnown(field: string, metric: string, known: readonly string[] | undefined): void {
  if (known !== undefined && !known.includes(metric)) throw invalid(field, `a metric of a run: ${known.join(", ")}`, metric);
}
