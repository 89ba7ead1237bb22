/**
 * Does the strategy know the real bars without being shown them? It is run on bootstrapped ones; whatever it then holds
 * cannot have to do with the real market's next moves. If its positions there go with the real returns far better than
 * with the same returns shifted in time, it reads the future from elsewhere: a file, a table kept from an earlier run.
 * The yardstick is the strategy's own: 200 circular shifts of the real returns (a permutation test that keeps both the
 * length of positions and the clusters of volatility; Good 2005, "Permutation, Parametric and Bootstrap Tests", ch. 3).
 */
import { toNumber } from "../kernel/decimal.ts";
import { seededRandom } from "../kernel/random.ts";
import { type BarTable, rowAt, rowsOf } from "../market/bar-table.ts";
import type { BacktestFill, BacktestInput } from "../simulation/backtest/types.ts";
import { bootstrappedInput } from "./candle-bootstrap.ts";
import type { RunBacktest } from "./logged-run.ts";

const SHIFTS = 200;
/** Deviations from what chance gives: about one false alarm in three million honest strategies. */
const ALARM = 5;
/** Fewer changes of position tell nothing either way. */
const FEWEST_FILLS = 10;

export interface ForeknowledgeResult {
  /** Null where the strategy hardly traded on the other bars. */
  readonly knows: boolean | null;
  /** How far its positions go with the real returns, in deviations of chance. */
  readonly score: number | null;
  readonly fills: number;
}

/** One run, on bars as many as the real ones. Market by market; the highest score counts. */
export function checkForeknowledge(run: RunBacktest, input: BacktestInput, seed: string): ForeknowledgeResult {
  const { fills } = run(bootstrappedInput({ ...input, closeAtEnd: false }, `${seed}:foreknowledge`, null));
  let score: number | null = null;
  for (const { bars } of input.markets) {
    const own = fills.filter(({ symbol }) => symbol === bars.symbol);
    if (own.length < FEWEST_FILLS) continue;
    const found = agreement(heldAfter(bars, own), nextReturns(bars), seed);
    if (found !== null && (score === null || found > score)) score = found;
  }
  return { knows: score === null ? null : score > ALARM, score, fills: fills.length };
}

/** Sign of the position after each bar's close. A fill at the next open was decided at the close before it. */
function heldAfter(bars: BarTable, fills: readonly BacktestFill[]): Float64Array {
  const held = new Float64Array(rowsOf(bars));
  let quantity = 0;
  let row = 0;
  for (const fill of fills) {
    const from = Math.max(0, rowAt(bars, fill.atMs + 1) - 1);
    held.fill(Math.sign(quantity), row, from);
    row = from;
    quantity += toNumber(fill.quantity) * (fill.side === "buy" ? 1 : -1);
    if (Math.abs(quantity) < 1e-12) quantity = 0;
  }
  held.fill(Math.sign(quantity), row);
  return held;
}

/** Of each bar, open to the next bar's open (the last: to its close): what is earned by holding from its open. */
function nextReturns(bars: BarTable): Float64Array {
  const rows = rowsOf(bars);
  return Float64Array.from({ length: rows }, (_, row) =>
    Math.log((row + 1 < rows ? bars.open[row + 1]! : bars.close[row]!) / bars.open[row]!),
  );
}

function agreement(held: Float64Array, returns: Float64Array, seed: string): number | null {
  const random = seededRandom(`${seed}:shifts`);
  const rows = held.length;
  const real = dot(held, returns, 0);
  const chance = Float64Array.from({ length: SHIFTS }, () => dot(held, returns, random.integer(1, rows - 1)));
  const mean = chance.reduce((sum, value) => sum + value, 0) / SHIFTS;
  const variance = chance.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (SHIFTS - 1);
  return variance > 0 ? (real - mean) / Math.sqrt(variance) : null;
}

function dot(a: Float64Array, b: Float64Array, shift: number): number {
  const rows = a.length;
  let sum = 0;
  for (let row = 0; row < rows - shift; row++) sum += a[row]! * b[row + shift]!;
  for (let row = rows - shift; row < rows; row++) sum += a[row]! * b[row + shift - rows]!;
  return sum;
}
