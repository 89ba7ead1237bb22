/**
 * One definition of an indicator, three ways to use it: hung on a strategy's data (`sma(bars.close, 20)`), streaming
 * (`sma.stream(20).next(value)`) and over a whole column (`sma.column(values, 20)`). All three run the same kernel step
 * by step, so they agree to the last bit. Values are NaN while warming up; an input that is not a finite number gives
 * NaN and leaves the kernel as it was, which also lets one indicator feed another during warm-up.
 */
import { invalid } from "../kernel/errors.ts";
import { type BarSeries, RecordedBars } from "./bar-series.ts";
import { ColumnBars } from "./column-series.ts";
import { attach, columnsOf } from "./hang.ts";
import { feed, type Kernel } from "./kernel.ts";
import type { Series } from "./series.ts";

export interface BarColumns {
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  /** Only indicators that look at them need the rest. */
  readonly volume?: Float64Array;
  readonly open?: Float64Array;
  readonly openTimeMs?: Float64Array;
}

export interface PairColumns {
  readonly first: Float64Array;
  readonly second: Float64Array;
}

/** What an indicator with several outputs gives, by output. */
export type Bundle<K extends string, T> = { readonly [Output in K]: T };

export interface Stream<Input extends readonly (number | undefined)[], Output> {
  readonly warmup: number;
  next(...input: Input): Output;
}

interface Forms<Input extends readonly (number | undefined)[], Columns, Arguments extends readonly number[], One, Column> {
  readonly indicatorName: string;
  /** In the order the kernel fills them; `value` alone when there is one. */
  readonly outputs: readonly string[];
  stream(...settings: Arguments): Stream<Input, One>;
  column(columns: Columns, ...settings: Arguments): Column;
}

type OneValue = readonly [value: number];
type OneBar = readonly [high: number, low: number, close: number, volume?: number, open?: number, openTimeMs?: number];
type OnePair = readonly [first: number, second: number];

export type ValueIndicator<A extends readonly number[]> = ((source: Series, ...settings: A) => Series) &
  Forms<OneValue, Float64Array, A, number, Float64Array> & { readonly inputs: "value" };
export type BarIndicator<A extends readonly number[]> = ((source: BarSeries, ...settings: A) => Series) &
  Forms<OneBar, BarColumns, A, number, Float64Array> & { readonly inputs: "bars" };
export type PairIndicator<A extends readonly number[]> = ((first: Series, second: Series, ...settings: A) => Series) &
  Forms<OnePair, PairColumns, A, number, Float64Array> & { readonly inputs: "two values" };
export type ValueBundle<K extends string, A extends readonly number[]> = ((source: Series, ...settings: A) => Bundle<K, Series>) &
  Forms<OneValue, Float64Array, A, Bundle<K, number>, Bundle<K, Float64Array>> & { readonly inputs: "value" };
export type BarBundle<K extends string, A extends readonly number[]> = ((source: BarSeries, ...settings: A) => Bundle<K, Series>) &
  Forms<OneBar, BarColumns, A, Bundle<K, number>, Bundle<K, Float64Array>> & { readonly inputs: "bars" };

/** Any of them, whatever its settings: for tables of indicators. */
export type AnyIndicator =
  | ValueIndicator<readonly number[]>
  | BarIndicator<readonly number[]>
  | PairIndicator<readonly number[]>
  | ValueBundle<string, readonly number[]>
  | BarBundle<string, readonly number[]>;

type Make<A extends readonly number[]> = (...settings: A) => Kernel;
/** Of a bar, what few indicators look at; high, low and close are always there. */
type BarNeed = "volume" | "open" | "openTimeMs";

const ONE_OUTPUT = ["value"] as const;

/** An indicator of one series with one output. */
export function valueIndicator<A extends readonly number[]>(indicatorName: string, make: Make<A>): ValueIndicator<A> {
  return Object.assign((source: Series, ...settings: A): Series => attach(hung(indicatorName, make, settings), [source], 1)[0]!, {
    indicatorName,
    inputs: "value" as const,
    outputs: ONE_OUTPUT,
    stream: (...settings: A) => streamOf(make(...settings), (out) => out[0]!),
    column: (values: Float64Array, ...settings: A) => columnsOf(make(...settings), [values], 1)[0]!,
  });
}

/** An indicator of bars with one output. */
export function barIndicator<A extends readonly number[]>(
  indicatorName: string,
  make: Make<A>,
  needs: readonly BarNeed[] = [],
): BarIndicator<A> {
  return Object.assign(
    (source: BarSeries, ...settings: A): Series => attach(hung(indicatorName, make, settings), seriesOf(source, needs), 1)[0]!,
    {
      indicatorName,
      inputs: "bars" as const,
      outputs: ONE_OUTPUT,
      stream: (...settings: A) => streamOf(make(...settings), (out) => out[0]!),
      column: (bars: BarColumns, ...settings: A) => columnsOf(make(...settings), barInputs(bars, needs), 1)[0]!,
    },
  );
}

/** An indicator of two series of the same bars with one output. */
export function pairIndicator<A extends readonly number[]>(indicatorName: string, make: Make<A>): PairIndicator<A> {
  return Object.assign(
    (first: Series, second: Series, ...settings: A): Series => attach(hung(indicatorName, make, settings), [first, second], 1)[0]!,
    {
      indicatorName,
      inputs: "two values" as const,
      outputs: ONE_OUTPUT,
      stream: (...settings: A) => streamOf(make(...settings), (out) => out[0]!),
      column: ({ first, second }: PairColumns, ...settings: A) => columnsOf(make(...settings), [first, second], 1)[0]!,
    },
  );
}

/** An indicator of one series with several outputs, in the order the kernel fills them. */
export function valueBundle<K extends string, A extends readonly number[]>(
  indicatorName: string,
  outputs: readonly K[],
  make: Make<A>,
): ValueBundle<K, A> {
  return Object.assign(
    (source: Series, ...settings: A) => bundle(outputs, attach(hung(indicatorName, make, settings), [source], outputs.length)),
    {
      indicatorName,
      inputs: "value" as const,
      outputs,
      stream: (...settings: A) => streamOf(make(...settings), (out) => bundle(outputs, out)),
      column: (values: Float64Array, ...settings: A) => bundle(outputs, columnsOf(make(...settings), [values], outputs.length)),
    },
  );
}

/** An indicator of bars with several outputs, in the order the kernel fills them. */
export function barBundle<K extends string, A extends readonly number[]>(
  indicatorName: string,
  outputs: readonly K[],
  make: Make<A>,
  needs: readonly BarNeed[] = [],
): BarBundle<K, A> {
  return Object.assign(
    (source: BarSeries, ...settings: A) =>
      bundle(outputs, attach(hung(indicatorName, make, settings), seriesOf(source, needs), outputs.length)),
    {
      indicatorName,
      inputs: "bars" as const,
      outputs,
      stream: (...settings: A) => streamOf(make(...settings), (out) => bundle(outputs, out)),
      column: (bars: BarColumns, ...settings: A) => bundle(outputs, columnsOf(make(...settings), barInputs(bars, needs), outputs.length)),
    },
  );
}

function hung<A extends readonly number[]>(name: string, make: Make<A>, settings: A) {
  return { name, settings, maker: make, make: () => make(...settings) };
}

function streamOf<Output>(kernel: Kernel, read: (out: Float64Array) => Output): Stream<readonly number[], Output> {
  return {
    warmup: kernel.warmup,
    next(a = Number.NaN, b = 0, c = 0, d = 0, e = 0, f = 0) {
      feed(kernel, a, b, c, d, e, f);
      return read(kernel.out);
    },
  };
}

/** In the order kernels take them. */
const BAR_INPUTS = ["high", "low", "close", "volume", "open", "openTimeMs"] as const;

/** Inputs up to the last one that is needed. */
function inputNames(needs: readonly BarNeed[]): readonly (typeof BAR_INPUTS)[number][] {
  return BAR_INPUTS.slice(0, Math.max(3, ...needs.map((need) => BAR_INPUTS.indexOf(need) + 1)));
}

function seriesOf(source: BarSeries, needs: readonly BarNeed[]): readonly Series[] {
  const bars = source instanceof ColumnBars ? source : RecordedBars.of(source, "bars");
  return inputNames(needs).map((name) => bars[name]);
}

function barInputs(bars: BarColumns, needs: readonly BarNeed[]): readonly Float64Array[] {
  for (const need of needs) if (bars[need] === undefined) throw invalid(need, "a column: this indicator looks at it", bars[need]);
  return inputNames(needs).map((name) => bars[name] ?? new Float64Array(bars.close.length));
}

function bundle<K extends string, T>(outputs: readonly K[], values: ArrayLike<T>): Bundle<K, T> {
  const entries = outputs.map((output, index) => [output, values[index]!] as const);
  return Object.freeze(Object.fromEntries(entries)) as Bundle<K, T>;
}
