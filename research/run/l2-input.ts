/**
 * The engine's input for a recording of the order book. The market is the recorded one: spot or linear, its increments
 * and smallest notional are the venue's, whatever the spec's `market` says; fee rates, latency and cash are the spec's.
 * Strategies may ask for the book and trades too; bars they get are made of the recorded trades.
 */
import type { BacktestSpec } from "../../domain/contract/research/spec.ts";
import type { Instrument } from "../../domain/instrument/instrument.ts";
import { invalid } from "../../domain/kernel/errors.ts";
import { fromNumber } from "../../domain/kernel/decimal.ts";
import type { BarTable } from "../../domain/market/bar-table.ts";
import { l2Before } from "../../domain/simulation/l2/l2-table.ts";
import type { BacktestInput } from "../../domain/simulation/backtest/types.ts";
import type { LoadedData } from "../data/load.ts";
import { rulesOf } from "../data/l2-rules.ts";

const BPS = 10_000;
/** As on the floor, unless set otherwise there: a liquid book changes many times a second. */
const STALE_AFTER_MS = 5_000;

/**
 * Of data cut to a stretch of time the messages before it are played all the same, for the book begins at the recorded
 * snapshot: nothing is decided on them. Those after it are left out.
 * @throws {DstaError} VALIDATION_ERROR when the data is no recording.
 */
export function recordedMarket(
  spec: BacktestSpec,
  { tables, instruments, recording }: Pick<LoadedData, "tables" | "instruments" | "recording">,
): Pick<BacktestInput, "markets" | "recording" | "tradeFromMs"> {
  const [bars] = tables;
  const [instrument] = instruments;
  if (recording === undefined || bars === undefined || instrument === undefined) {
    throw invalid("fill", "next-open, close, worst-case or volume-share: bars have no order book", spec.fill);
  }
  const [firstMs, lastMs] = [bars.openTimeMs[0]!, bars.openTimeMs.at(-1)!];
  const isToEnd = lastMs === recording.bars.openTimeMs.at(-1)!;
  const isFromStart = firstMs === recording.bars.openTimeMs[0]!;
  const table = isToEnd ? recording.table : l2Before(recording.table, lastMs + bars.intervalMs);
  const tradeFromMs = spec.data.fromMs ?? (isFromStart ? undefined : firstMs);
  return {
    markets: [marketOf(spec, bars, instrument)],
    recording: { table, rules: rulesOf(table), staleAfterMs: STALE_AFTER_MS },
    ...(tradeFromMs === undefined ? {} : { tradeFromMs }),
  };
}

function marketOf({ costs, market }: BacktestSpec, bars: BarTable, instrument: Instrument): BacktestInput["markets"][number] {
  return {
    instrument: {
      ...instrument,
      makerFeeRate: fromNumber(costs.makerFeeBps / BPS, "costs.makerFeeBps"),
      takerFeeRate: fromNumber(costs.takerFeeBps / BPS, "costs.takerFeeBps"),
    },
    kind: instrument.kind,
    bars,
    funding: null,
    leverage: market.leverage,
    maintenanceRate: market.maintenanceRate,
  };
}
