/**
 * The flags that say what a backtest is, shared by every research verb, and the `BacktestSpec` they mean. Owns their
 * names and forms; what a value may be is the spec's own schema, whose refusals are told by the flag's name.
 */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { z } from "zod";
import { type BacktestSpec, backtestSpec, type BacktestSpecInput, FILL_MODELS, MARKET_KINDS } from "../../domain/contract/research/spec.ts";
import { type Interval, INTERVALS } from "../../domain/market/events.ts";
import type { Catalogue } from "../../strategies/catalogue.ts";
import { keepStandardOutput } from "../../research/jobs/strategy-console.ts";
import { parseParams } from "../param-values.ts";
import { usage } from "../terminal.ts";

/** Milliseconds, as paper trading on a recording has them. */
const PAPER_LATENCY = { ms: 20, reportMs: 15 } as const;

export interface BacktestOptions {
  readonly data?: readonly string[];
  readonly param?: readonly string[];
  readonly from?: number;
  readonly to?: number;
  readonly cash?: string;
  readonly feeBps?: number;
  readonly makerFeeBps?: number;
  readonly takerFeeBps?: number;
  readonly slippageBps?: number;
  readonly slippage?: string;
  readonly latencyMs?: number;
  readonly fill?: (typeof FILL_MODELS)[number];
  readonly volumeShare?: number;
  readonly lot?: string;
  readonly tick?: string;
  readonly minNotional?: string;
  readonly market?: (typeof MARKET_KINDS)[number];
  readonly leverage?: number;
  readonly funding?: readonly string[];
  readonly interval?: Interval;
  readonly symbol?: string;
  readonly closeAtEnd?: boolean;
  readonly sizeAt?: "fill" | "decision";
  readonly seed?: string;
  readonly strategies?: string;
}

/** Adds the flags. `--json` and `--report` are each verb's own. */
export function withBacktestOptions(command: Command): Command {
  return command
    .option("--data <files...>", "bars: CSV, CSV.gz or Parquet, of one symbol or many; with --fill l2 recorded frames of an order book")
    .option("--param <name=value...>", "parameters that differ from their defaults, such as fast=10")
    .option("--from <time>", "first bar, such as 2020-01-01", parseTime)
    .option("--to <time>", "bars before it, such as 2024-01-01", parseTime)
    .option("--interval <interval>", "resample to longer bars, such as 1h", parseInterval)
    .option("--symbol <symbol>", "symbol of files that name none, such as BTC/USDT")
    .option("--cash <amount>", "at the start, in the quote asset (default 10000)")
    .option("--fee-bps <bps>", "fee of every fill, in hundredths of a percent (default 10)", parseNumber)
    .option("--maker-fee-bps <bps>", "fee of fills that rested", parseNumber)
    .option("--taker-fee-bps <bps>", "fee of fills that took", parseNumber)
    .option("--slippage-bps <bps>", "of every fill that takes", parseNumber)
    .option("--slippage <model>", "volume-share:<impact> or square-root:<coefficient>")
    .option("--latency-ms <ms>", "between a decision and the venue", parseNumber)
    .addOption(new Option("--fill <model>", "when and at what price orders fill (default next-open)").choices(FILL_MODELS))
    .option("--volume-share <share>", "with --fill volume-share: the most of a bar's volume that is taken (default 0.1)", parseNumber)
    .option("--lot <quantity>", "smallest step of a quantity (default 0.00000001)")
    .option("--tick <price>", "smallest step of a price (default: the finest the data shows)")
    .option("--min-notional <amount>", "smallest order the venue takes, in the quote asset")
    .addOption(new Option("--market <kind>", "spot cannot be sold short (default linear)").choices(MARKET_KINDS))
    .option("--leverage <times>", "of a contract's initial margin (default 10)", parseNumber)
    .option("--funding <files...>", "funding rates of perpetuals")
    .addOption(new Option("--size-at <when>", "price that sizes a share of equity (default fill)").choices(["fill", "decision"]))
    .option("--close-at-end", "close what is held at the last bar")
    .option("--seed <text>", "of everything drawn by chance (default dsta)")
    .option("--strategies <module>", "file that exports strategies of your own (default: DSTA_STRATEGIES)");
}

/** @throws {CliError} wrong usage, naming the flag */
export function specFrom(strategy: string, options: BacktestOptions): BacktestSpecInput {
  const { data: files = [] } = options;
  if (files.length === 0) throw usage("--data: expected files of bars: CSV, CSV.gz or Parquet");
  for (const file of files) if (!existsSync(file)) throw usage(`--data: there is no file ${file}`);
  for (const file of options.funding ?? []) if (!existsSync(file)) throw usage(`--funding: there is no file ${file}`);
  refuseIdle(options);
  const market = defined({
    kind: options.market,
    lot: options.lot,
    tick: options.tick,
    minNotional: options.minNotional,
    leverage: options.leverage,
  });
  return {
    strategies: [{ strategy, params: parseParams(options.param ?? []) }],
    data: {
      files: [...files],
      ...defined({
        funding: options.funding === undefined ? undefined : [...options.funding],
        symbol: options.symbol,
        interval: options.interval,
        fromMs: options.from,
        toMs: options.to,
      }),
    },
    market,
    costs: costsFrom(options),
    ...defined({
      fill: options.fill,
      volumeShare: options.volumeShare,
      cash: options.cash,
      sizeAt: options.sizeAt,
      closeAtEnd: options.closeAtEnd,
      seed: options.seed,
    }),
  };
}

/** A flag that would change nothing is a misunderstanding: told, not passed over. */
function refuseIdle({ from, to, fill, volumeShare, market, leverage, funding }: BacktestOptions): void {
  if (from !== undefined && to !== undefined && to <= from) {
    throw usage(`--to: expected a time after --from ${new Date(from).toISOString()}, got ${new Date(to).toISOString()}`);
  }
  if (volumeShare !== undefined && fill !== "volume-share") throw usage("--volume-share: give --fill volume-share with it");
  if (market !== "spot") return;
  if (leverage !== undefined) throw usage("--leverage: spot has none; give it with --market linear or inverse");
  if (funding !== undefined) throw usage("--funding: spot pays none; give it with --market linear or inverse");
}

/** The spec with its defaults. @throws {CliError} wrong usage, naming the part that does not fit */
export function parsedSpec(strategy: string, options: BacktestOptions): BacktestSpec {
  return checkedSpec(specFrom(strategy, options), (field) => flagOf(field, options));
}

/** @throws {CliError} wrong usage, naming the part that does not fit by `nameOf` its field */
export function checkedSpec(spec: unknown, nameOf: (field: string) => string): BacktestSpec {
  const result = backtestSpec.safeParse(spec);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  throw usage(`${nameOf(issue.path.join("."))}: ${expectationOf(issue)}`);
}

function flagOf(field: string, options: BacktestOptions): string {
  const isShared = field === "costs.makerFeeBps" ? options.makerFeeBps === undefined : options.takerFeeBps === undefined;
  if (field.endsWith("FeeBps") && isShared) return "--fee-bps";
  return FLAG_OF[field] ?? field;
}

/** What a value should have been, in our words. */
export function expectationOf(issue: z.core.$ZodIssue): string {
  if (issue.code === "too_big") return `expected at most ${issue.maximum}`;
  if (issue.code === "too_small") return `expected ${issue.inclusive === false ? "more than" : "at least"} ${issue.minimum}`;
  return issue.message;
}

/** Strategies by name, the user's own among them. @throws {DstaError} CONFIG_INVALID */
export async function catalogueFor(options: BacktestOptions, env: Readonly<Record<string, string | undefined>>): Promise<Catalogue> {
  // Strategies are a large part of the program: verbs that run none do not wait for them.
  const { loadCatalogue } = await import("../../strategies/catalogue.ts");
  const module = options.strategies ?? env["DSTA_STRATEGIES"];
  if (module === undefined || module === "") return loadCatalogue(null);
  if (!existsSync(module)) throw usage(`--strategies: there is no file ${module}`);
  keepStandardOutput();
  return loadCatalogue(pathToFileURL(resolve(module)).href);
}

const FLAG_OF: Readonly<Record<string, string>> = {
  cash: "--cash",
  volumeShare: "--volume-share",
  seed: "--seed",
  "data.symbol": "--symbol",
  "data.fromMs": "--from",
  "data.toMs": "--to",
  "market.lot": "--lot",
  "market.tick": "--tick",
  "market.minNotional": "--min-notional",
  "market.leverage": "--leverage",
  "costs.makerFeeBps": "--maker-fee-bps",
  "costs.takerFeeBps": "--taker-fee-bps",
  "costs.slippage.bps": "--slippage-bps",
  "costs.slippage.impact": "--slippage",
  "costs.slippage.coefficient": "--slippage",
  "costs.latency.ms": "--latency-ms",
};

function costsFrom(options: BacktestOptions): NonNullable<BacktestSpecInput["costs"]> {
  if (options.slippage !== undefined && options.slippageBps !== undefined) throw usage("--slippage: give it or --slippage-bps, not both");
  const slippage =
    options.slippage === undefined
      ? options.slippageBps === undefined
        ? undefined
        : ({ model: "fixed", bps: options.slippageBps } as const)
      : slippageFrom(options.slippage);
  return defined({
    makerFeeBps: options.makerFeeBps ?? options.feeBps,
    takerFeeBps: options.takerFeeBps ?? options.feeBps,
    slippage,
    latency: latencyFrom(options),
  });
}

/** On a recorded book time matters: without a wish it is that of paper trading. */
function latencyFrom({ latencyMs, fill }: BacktestOptions): NonNullable<BacktestSpecInput["costs"]>["latency"] {
  if (latencyMs !== undefined) return { model: "constant", ms: latencyMs };
  return fill === "l2" ? { model: "constant", ...PAPER_LATENCY } : undefined;
}

function slippageFrom(text: string): { model: "volume-share"; impact: number } | { model: "square-root"; coefficient: number } {
  const [, model, size] = /^(volume-share|square-root):(\d+(?:\.\d+)?)$/.exec(text) ?? [];
  if (model === undefined) throw usage(`--slippage: expected volume-share:0.1 or square-root:1, got ${JSON.stringify(text)}`);
  return model === "volume-share" ? { model, impact: Number(size) } : { model: "square-root", coefficient: Number(size) };
}

/** Without the fields that nobody gave: the spec's schema has its own defaults. */
function defined<T extends object>(fields: T): { [Name in keyof T]?: Exclude<T[Name], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}

function parseNumber(text: string): number {
  if (!/^-?\d+(\.\d+)?$/.test(text)) throw new InvalidArgumentError("expected a number");
  return Number(text);
}

/** ISO dates and times without a zone are UTC. */
export function parseTime(text: string): number {
  const [, day, time = "T00:00", zone = "Z"] =
    /^(\d{4}-\d{2}-\d{2})([T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?)?(Z|[+-]\d{2}:\d{2})?$/i.exec(text) ?? [];
  const timeMs = Date.parse(`${day}${time.replace(" ", "T")}${zone.toUpperCase()}`);
  if (Number.isNaN(timeMs)) {
    throw new InvalidArgumentError("expected a date or time such as 2020-01-01 or 2020-01-01T12:00Z");
  }
  return timeMs;
}

export function parseInterval(text: string): Interval {
  if (!Object.hasOwn(INTERVALS, text)) throw new InvalidArgumentError(`expected one of ${Object.keys(INTERVALS).join(", ")}`);
  return text as Interval;
}
