/** `dsta metrics`: all metrics of a series of returns or equity in a file, by the convention of every report. */
import { type Command, InvalidArgumentError } from "commander";
import { renderTable } from "../../brokers/table.ts";
import { METRIC_NAMES } from "../../domain/analytics/metric-names.ts";
import { metricLabel, metricText } from "../../research/report/metric-labels.ts";
import { dateText } from "../../research/report/number-text.ts";
import { coMovement } from "../metrics/co-movement.ts";
import { regimesOf } from "../metrics/regimes.ts";
import { readSeries } from "../metrics/series-file.ts";
import { metricsOfSeries, mismatch, type SeriesResult } from "../metrics/series-metrics.ts";
import { type Terminal, usage } from "../terminal.ts";

interface Options {
  readonly returns?: string;
  readonly equity?: string;
  readonly periods?: number;
  readonly rf: number;
  readonly against?: readonly string[];
  readonly regimes?: 2 | 3;
  readonly seed: string;
  readonly json?: boolean;
}

interface Extras {
  readonly correlation?: ReturnType<typeof coMovement>;
  readonly regimes?: ReturnType<typeof regimesOf>;
}

export function addMetrics(program: Command, terminal: Terminal): void {
  program
    .command("metrics")
    .description("risk and return of a series in a CSV file, plain or .gz")
    .option("--returns <file>", "returns of equal periods, as shares: 0.01 is 1 %")
    .option("--equity <file>", "equity; with times it is measured by UTC days")
    .option("--periods <number>", "periods in a year (default 365)", parsePeriods)
    .option("--rf <share>", "risk-free rate of a year: 0.04 is 4 %", parseShare, 0)
    .option("--against <files...>", "correlate with the returns in these files")
    .option("--regimes <2|3>", "label the second half of the rows by a model of so many regimes", parseStates)
    .option("--seed <text>", "of the model of regimes", "1")
    .option("--json", "print JSON")
    .addHelpText("after", "\nSharpe and the like use the sample deviation and √periods; an undefined metric is null and says why.")
    .action((options: Options) => show(options, terminal));
}

async function show(options: Options, terminal: Terminal): Promise<void> {
  if (options.returns === undefined && options.equity === undefined) throw usage("give --returns FILE, --equity FILE, or both");
  const result = metricsOfSeries({
    returns: options.returns === undefined ? null : await readSeries(options.returns, "returns"),
    equity: options.equity === undefined ? null : await readSeries(options.equity, "equity"),
    periods: options.periods ?? null,
    riskFree: options.rf,
  });
  const doubt = mismatch(result);
  if (doubt !== null) terminal.err(`dsta: ${doubt}\n`);
  const extras = await extrasOf(options, result);
  const { values: metrics, why, convention } = result;
  terminal.out(options.json ? `${JSON.stringify({ metrics, why, convention, ...extras }, null, 2)}\n` : text(result, extras));
}

async function extrasOf({ against, regimes, seed, returns, equity }: Options, result: SeriesResult): Promise<Extras> {
  const others = await Promise.all((against ?? []).map((path) => readSeries(path, "returns")));
  const own = { ...result.returns, name: returns ?? equity ?? "", isTimed: result.isTimed };
  const named = others.map(({ name, timeMs, value }) => ({ name, value, timeMs: timeMs ?? own.timeMs, isTimed: timeMs !== null }));
  return {
    ...(named.length === 0 ? {} : { correlation: coMovement(own, named) }),
    ...(regimes === undefined ? {} : { regimes: regimesOf(result.returns, regimes, seed) }),
  };
}

function text({ values, why, convention }: SeriesResult, { correlation, regimes }: Extras): string {
  const rows = METRIC_NAMES.map((name) => ({ name, value: values[name] ?? null, why: why[name] ?? "" }));
  const metrics = renderTable(
    [
      { title: "METRIC", value: ({ name }) => metricLabel(name) },
      { title: "VALUE", value: ({ name, value }) => metricText(name, value), right: true },
      { title: "WHY UNDEFINED", value: (row) => row.why },
    ],
    rows,
  );
  const foot = `${convention.n} returns, ${convention.periodsPerYear} periods a year, risk-free ${convention.riskFree}\n`;
  return [metrics, foot, correlationText(correlation), regimesText(regimes)].filter((part) => part !== "").join("\n");
}

function correlationText(correlation: Extras["correlation"]): string {
  if (correlation === undefined) return "";
  const coefficient = (value: number | null | undefined) => value?.toFixed(4) ?? null;
  return renderTable(
    [
      { title: "AGAINST", value: ({ name }) => name },
      { title: "COMMON ROWS", value: ({ n }) => n, right: true },
      { title: "PEARSON", value: ({ at }) => coefficient(correlation.pearson[0]?.[at]), right: true },
      { title: "SPEARMAN", value: ({ at }) => coefficient(correlation.spearman[0]?.[at]), right: true },
      { title: "STRONGEST AT LAG", value: ({ strongest }) => strongest, right: true },
    ],
    correlation.pairs.map(({ name, n, lagged }, index) => ({ name, n, at: index + 1, strongest: strongestLag(lagged) })),
  );
}

function strongestLag(lagged: readonly { lag: number; correlation: number | null }[]): number | null {
  const known = lagged.filter(({ correlation }) => correlation !== null);
  return known.toSorted((a, b) => Math.abs(b.correlation!) - Math.abs(a.correlation!))[0]?.lag ?? null;
}

function regimesText(regimes: Extras["regimes"]): string {
  if (regimes === undefined) return "";
  const { model, rows } = regimes;
  const last = rows.at(-1);
  return renderTable(
    [
      { title: "REGIME", value: ({ state }) => state, right: true },
      { title: "MEAN", value: ({ state }) => metricText("cagr", model.means[state]), right: true },
      { title: "DEVIATION", value: ({ state }) => metricText("cagr", model.deviations[state]), right: true },
      { title: "ROWS", value: ({ state }) => rows.filter((row) => row.state === state).length, right: true },
      { title: "NOW", value: ({ state }) => (last?.state === state ? `since ${dateText(sinceMs(rows))}` : "") },
    ],
    model.means.map((_, state) => ({ state })),
  );
}

function sinceMs(rows: NonNullable<Extras["regimes"]>["rows"]): number | null {
  const change = rows.findLastIndex((row) => row.state !== rows.at(-1)?.state);
  return rows[change + 1]?.time ?? null;
}

function parsePeriods(value: string): number {
  const periods = Number(value);
  if (!(periods > 0 && periods <= 1e7)) throw new InvalidArgumentError("expected a number above 0, such as 252");
  return periods;
}

function parseShare(value: string): number {
  const share = value.trim() === "" ? Number.NaN : Number(value);
  if (!(share > -1 && share < 1)) throw new InvalidArgumentError("expected a share, such as 0.04 for 4 %");
  return share;
}

function parseStates(value: string): 2 | 3 {
  if (value !== "2" && value !== "3") throw new InvalidArgumentError("expected 2 or 3");
  return value === "2" ? 2 : 3;
}
