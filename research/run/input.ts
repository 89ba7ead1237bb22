/**
 * From what was asked (`BacktestSpec`) and the data that was read to what the engine takes: one market a table, one
 * instance a strategy and symbol, complete parameters, fee rates, exact cash. Owns the check that they fit together;
 * reads no files and keeps nothing, so that every trial of a search may call it in its worker.
 * The result is decided by its arguments alone: equal specs and data give an equal input.
 */
import type { BacktestSpec, StrategySpecRow } from "../../domain/contract/research/spec.ts";
import type { Instrument } from "../../domain/instrument/instrument.ts";
import { DstaError, invalid } from "../../domain/kernel/errors.ts";
import { decimal, fromNumber } from "../../domain/kernel/decimal.ts";
import type { BarTable } from "../../domain/market/bar-table.ts";
import { rowsOf } from "../../domain/market/bar-table.ts";
import type { BacktestInput, BacktestMarket, BacktestStrategy } from "../../domain/simulation/backtest/types.ts";
import { intervalMsOf } from "../../domain/strategy/data.ts";
import type { AnyStrategy } from "../../domain/strategy/define.ts";
import { validateParams } from "../../domain/strategy/param-values.ts";
import type { LoadedData } from "../data/load.ts";
import { withDataInterval } from "./bar-interval.ts";
import { recordedMarket } from "./l2-input.ts";

const BPS = 10_000;

export interface InputOptions {
  /** Bars that close before it are seen by the indicators only. */
  readonly tradeFromMs?: number;
}

interface Instance {
  readonly row: StrategySpecRow;
  readonly index: number;
  readonly symbol: string;
  readonly id: string;
}

/** @throws {DstaError} VALIDATION_ERROR naming the field of the spec that does not fit; NOT_FOUND for an unknown strategy. */
export function backtestInput(
  spec: BacktestSpec,
  data: Pick<LoadedData, "tables" | "instruments" | "funding" | "recording">,
  strategyNamed: (name: string) => AnyStrategy,
  options: InputOptions = {},
): BacktestInput {
  if (data.tables.every((table) => rowsOf(table) === 0))
    throw new DstaError("DATA_EMPTY", "data.files: expected at least one bar, got none");
  const ofRecording = spec.fill === "l2" ? recordedMarket(spec, data) : null;
  const markets = data.tables.map((table, index) => marketOf(spec, table, data.instruments[index]!, data));
  const instances = instancesOf(spec, data.tables);
  return {
    ...(ofRecording ?? { markets }),
    strategies: instances.map((instance) => strategyOf(instance, spec, data.tables, strategyNamed, 1 / instances.length)),
    cash: decimal(spec.cash, "cash"),
    fill: spec.fill,
    volumeShare: spec.volumeShare,
    costs: spec.costs,
    sizeAt: spec.sizeAt,
    closeAtEnd: spec.closeAtEnd,
    seed: spec.seed,
    ...(options.tradeFromMs === undefined ? {} : { tradeFromMs: options.tradeFromMs }),
  };
}

function marketOf(spec: BacktestSpec, bars: BarTable, instrument: Instrument, { funding }: Pick<LoadedData, "funding">): BacktestMarket {
  const { market, costs } = spec;
  checkVolume(spec, bars);
  return {
    instrument: {
      ...instrument,
      kind: market.kind === "spot" ? "spot" : "linear",
      makerFeeRate: fromNumber(costs.makerFeeBps / BPS, "costs.makerFeeBps"),
      takerFeeRate: fromNumber(costs.takerFeeBps / BPS, "costs.takerFeeBps"),
    },
    kind: market.kind,
    bars,
    funding: market.kind === "spot" ? null : (funding.get(bars.symbol) ?? null),
    leverage: market.leverage,
    maintenanceRate: market.maintenanceRate,
  };
}

/** Without volume a share of it never fills, and slippage by it is always the worst there is. */
function checkVolume({ fill, costs }: BacktestSpec, { volume, symbol }: BarTable): void {
  const byVolume = costs.slippage.model === "volume-share" || costs.slippage.model === "square-root" ? "costs.slippage" : null;
  const field = fill === "volume-share" ? "fill" : byVolume;
  if (field === null || volume.length === 0 || volume.some((each) => each > 0)) return;
  throw invalid(field, `data with volumes: no bar of ${symbol} has one`, fill === "volume-share" ? fill : costs.slippage.model);
}

function instancesOf(spec: BacktestSpec, tables: readonly BarTable[]): Instance[] {
  const wanted = spec.strategies.flatMap((row, index) =>
    symbolsOf(row, index, tables).map((symbol) => ({ row, index, symbol, name: row.id ?? row.strategy })),
  );
  const instances = wanted.map(({ name, ...instance }) => {
    const isAlone = wanted.filter((other) => other.name === name).length === 1;
    return { ...instance, id: isAlone ? name : `${name}@${instance.symbol}` };
  });
  const seen = new Map<string, Instance>();
  for (const instance of instances) {
    const { id, index } = instance;
    const other = seen.get(id);
    if (other !== undefined) throw invalid(`strategies[${index}].id`, `an id of its own: strategies[${other.index}] is ${id} too`, id);
    seen.set(id, instance);
  }
  return instances;
}

/** As people mean them: `ETH/USDT` also names the data's `ETH/USDT:USDT`. */
function symbolsOf(row: StrategySpecRow, index: number, tables: readonly BarTable[]): readonly string[] {
  const there = tables.map((table) => table.symbol);
  if (row.symbols === undefined) return there;
  const field = `strategies[${index}].symbols`;
  if (row.symbols.length === 0) throw invalid(field, "at least one symbol");
  const meant = row.symbols.map((symbol) => {
    const found = there.includes(symbol) ? symbol : there.find((name) => name.startsWith(`${symbol}:`));
    if (found === undefined) throw invalid(field, `symbols of the data: ${shortList(there)}`, symbol);
    return found;
  });
  return [...new Set(meant)];
}

function strategyOf(
  { row, index, symbol, id }: Instance,
  spec: BacktestSpec,
  tables: readonly BarTable[],
  strategyNamed: (name: string) => AnyStrategy,
  share: number,
): BacktestStrategy {
  const definition = strategyNamed(row.strategy);
  const at = spec.strategies.length === 1 ? "" : `strategies[${index}].`;
  const table = tables.find((candidate) => candidate.symbol === symbol)!;
  const params = namingField(at, () => validateParams(definition as never, withDataInterval(definition, row.params, table.intervalMs)));
  if (spec.fill !== "l2") checkSources(definition, params, table, `strategies[${index}].strategy`, at);
  return { id, definition, params, symbol, share };
}

/** Bars can be made from bars that divide them; a book and single trades cannot. */
function checkSources(
  definition: AnyStrategy,
  params: Readonly<Record<string, unknown>>,
  { symbol, intervalMs }: BarTable,
  field: string,
  at: string,
): void {
  const sources = Object.values(definition.data);
  const candles = sources.filter((source) => source.source === "candles");
  const other = sources.find((source) => source.source !== "candles");
  if (other !== undefined) {
    throw invalid(
      field,
      `a strategy that decides on bars; ${definition.name} asks for ${other.source}: it needs a recorded order book and fill l2`,
    );
  }
  for (const source of candles) {
    const wantedMs = intervalMsOf(source, params);
    if (wantedMs % intervalMs === 0) continue;
    const where = typeof source.interval === "string" ? `${at}data.interval` : `${at}params.${source.interval.param}`;
    throw invalid(where, `bars of a multiple of the data's ${intervalMs} ms (${symbol})`, `${wantedMs} ms`);
  }
}

function namingField<T>(at: string, check: () => T): T {
  if (at === "") return check();
  try {
    return check();
  } catch (error) {
    if (!(error instanceof DstaError) || error.type !== "VALIDATION_ERROR") throw error;
    throw new DstaError(error.type, `${at}${error.message}`, { code: error.code, data: error.data, cause: error });
  }
}

function shortList(names: readonly string[]): string {
  return names.length > 10 ? `${names.slice(0, 10).join(", ")} and ${names.length - 10} more` : names.join(", ");
}
