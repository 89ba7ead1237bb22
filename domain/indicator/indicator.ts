/**
 * One definition of an indicator, three ways to use it: hung on a strategy's data (`sma(bars.close, 20)`), streaming
 * (`sma.stream(20).next(value)`) and over a whole column (`sma.column(values, 20)`). All three run the same kernel step
 * by step, so they agree to the last bit. Values are NaN while warming up; an input that is not a finite number gives
 * NaN and leaves the kernel as it was, which also lets one indicator feed another during warm-up.
 */
import { invalid } from "../kernel/errors.ts";
import { type BarSeries, RecordedBars } from "./bar-series.ts";
import { RecordedSeries, type Series, type Step } from "./series.ts";

/** The running state of one indicator. `b` and `c` are 0 for an indicator of one value. */
export interface Kernel {
  /** Inputs until every output has a value. */
  readonly warmup: number;
  /** The newest outputs, NaN while warming up; filled again by each step. */
  readonly out: Float64Array;
  step(a: number, b: number, c: number): void;
}

export interface BarColumns {
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
}

/** What an indicator with several outputs gives, by output. */
export type Bundle<K extends string, T> = { readonly [Output in K]: T };

export interface Stream<Input extends readonly number[], Output> {
  readonly warmup: number;
  next(...input: Input): Output;
}

interface Forms<Input extends readonly number[], Columns, Arguments extends readonly number[], One, Column> {
  readonly indicatorName: string;
  stream(...settings: Arguments): Stream<Input, One>;
  column(columns: Columns, ...settings: Arguments): Column;
}

type OneValue = readonly [value: number];
type OneBar = readonly [high: number, low: number, close: number];

export type ValueIndicator<A extends readonly number[]> = ((source: Series, ...settings: A) => Series) &
  Forms<OneValue, Float64Array, A, number, Float64Array>;
export type BarIndicator<A extends readonly number[]> = ((source: BarSeries, ...settings: A) => Series) &
  Forms<OneBar, BarColumns, A, number, Float64Array>;
export type ValueBundle<K extends string, A extends readonly number[]> = ((source: Series, ...settings: A) => Bundle<K, Series>) &
  Forms<OneValue, Float64Array, A, Bundle<K, number>, Bundle<K, Float64Array>>;
export type BarBundle<K extends string, A extends readonly number[]> = ((source: BarSeries, ...settings: A) => Bundle<K, Series>) &
  Forms<OneBar, BarColumns, A, Bundle<K, number>, Bundle<K, Float64Array>>;

type Make<A extends readonly number[]> = (...settings: A) => Kernel;

/** An indicator of one series with one output. */
export function valueIndicator<A extends readonly number[]>(indicatorName: string, make: Make<A>): ValueIndicator<A> {
  return Object.assign(
    (source: Series, ...settings: A): Series => attach(title(indicatorName, settings), [source], make(...settings), 1)[0]!,
    {
      indicatorName,
      stream: (...settings: A) => streamOf(make(...settings), (out) => out[0]!),
      column: (values: Float64Array, ...settings: A) => columnsOf(make(...settings), [values], 1)[0]!,
    },
  );
}

/** An indicator of bars (high, low, close) with one output. */
export function barIndicator<A extends readonly number[]>(indicatorName: string, make: Make<A>): BarIndicator<A> {
  return Object.assign(
    (source: BarSeries, ...settings: A): Series => attach(title(indicatorName, settings), inputsOf(source), make(...settings), 1)[0]!,
    {
      indicatorName,
      stream: (...settings: A) => streamOf(make(...settings), (out) => out[0]!),
      column: (bars: BarColumns, ...settings: A) => columnsOf(make(...settings), [bars.high, bars.low, bars.close], 1)[0]!,
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
    (source: Series, ...settings: A) =>
      bundle(outputs, attach(title(indicatorName, settings), [source], make(...settings), outputs.length)),
    {
      indicatorName,
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
): BarBundle<K, A> {
  return Object.assign(
    (source: BarSeries, ...settings: A) =>
      bundle(outputs, attach(title(indicatorName, settings), inputsOf(source), make(...settings), outputs.length)),
    {
      indicatorName,
      stream: (...settings: A) => streamOf(make(...settings), (out) => bundle(outputs, out)),
      column: (bars: BarColumns, ...settings: A) =>
        bundle(outputs, columnsOf(make(...settings), [bars.high, bars.low, bars.close], outputs.length)),
    },
  );
}

/** @throws {DstaError} VALIDATION_ERROR unless `length` is a whole number of bars from `least` to 100,000. */
export function checkLength(field: string, length: number, least = 1): number {
  if (Number.isInteger(length) && length >= least && length <= 100_000) return length;
  throw invalid(field, `a whole number of bars from ${least} to 100,000`, length);
}

/** One value in, one value out: most indicators, and the loop a backtest spends its time in. */
class AttachedValue implements Step {
  readonly #kernel: Kernel;
  readonly #out: Float64Array;
  readonly #source: RecordedSeries;
  readonly #output: RecordedSeries;

  constructor(kernel: Kernel, source: RecordedSeries, output: RecordedSeries) {
    this.#kernel = kernel;
    this.#out = kernel.out;
    this.#source = source;
    this.#output = output;
  }

  update(slot: number): void {
    feed(this.#kernel, this.#source.value, 0, 0);
    this.#output.record(this.#out[0]!, slot);
  }
}

class AttachedKernel implements Step {
  readonly #kernel: Kernel;
  readonly #inputs: readonly RecordedSeries[];
  readonly #outputs: readonly RecordedSeries[];

  constructor(kernel: Kernel, inputs: readonly RecordedSeries[], outputs: readonly RecordedSeries[]) {
    this.#kernel = kernel;
    this.#inputs = inputs;
    this.#outputs = outputs;
  }

  update(slot: number): void {
    const kernel = this.#kernel;
    const [a, b, c] = [this.#inputs[0]!, this.#inputs[1], this.#inputs[2]];
    feed(kernel, a.value, b === undefined ? 0 : b.value, c === undefined ? 0 : c.value);
    const outputs = this.#outputs;
    for (let index = 0; index < outputs.length; index++) outputs[index]!.record(kernel.out[index]!, slot);
  }
}

function attach(name: string, sources: readonly Series[], kernel: Kernel, outputCount: number): readonly RecordedSeries[] {
  const inputs = sources.map((source) => RecordedSeries.of(source, `${name} source`));
  const timeline = inputs[0]!.timeline;
  const warmup = inputs[0]!.warmup + kernel.warmup - 1;
  const outputs = Array.from({ length: outputCount }, () => new RecordedSeries(name, timeline, warmup));
  const plain = inputs.length === 1 && outputCount === 1;
  timeline.add(name, warmup, plain ? new AttachedValue(kernel, inputs[0]!, outputs[0]!) : new AttachedKernel(kernel, inputs, outputs));
  return outputs;
}

function streamOf<Output>(kernel: Kernel, read: (out: Float64Array) => Output): Stream<readonly number[], Output> {
  return {
    warmup: kernel.warmup,
    next(a = Number.NaN, b = 0, c = 0) {
      feed(kernel, a, b, c);
      return read(kernel.out);
    },
  };
}

function columnsOf(kernel: Kernel, inputs: readonly Float64Array[], outputCount: number): readonly Float64Array[] {
  const [a, b, c] = inputs;
  const rows = a!.length;
  if (inputs.some((input) => input.length !== rows)) throw invalid("columns", `columns of the same length, ${rows} rows`);
  const outputs = Array.from({ length: outputCount }, () => new Float64Array(rows));
  for (let row = 0; row < rows; row++) {
    feed(kernel, a![row]!, b === undefined ? 0 : b[row]!, c === undefined ? 0 : c[row]!);
    for (let index = 0; index < outputCount; index++) outputs[index]![row] = kernel.out[index]!;
  }
  return outputs;
}

/** x − x is 0 for finite numbers only. */
function feed(kernel: Kernel, a: number, b: number, c: number): void {
  if (a - a === 0 && b - b === 0 && c - c === 0) kernel.step(a, b, c);
  else kernel.out.fill(Number.NaN);
}

function inputsOf(source: BarSeries): readonly Series[] {
  const bars = RecordedBars.of(source, "bars");
  return [bars.high, bars.low, bars.close];
}

function bundle<K extends string, T>(outputs: readonly K[], values: ArrayLike<T>): Bundle<K, T> {
  const entries = outputs.map((output, index) => [output, values[index]!] as const);
  return Object.freeze(Object.fromEntries(entries)) as Bundle<K, T>;
}

function title(name: string, settings: readonly number[]): string {
  return `${name}(${settings.join(", ")})`;
}
