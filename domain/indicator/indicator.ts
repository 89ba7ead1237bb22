/**
 * One definition of an indicator, three ways to use it: hung on a strategy's data (`sma(bars.close, 20)`), streaming
 * (`sma.stream(20).next(value)`) and over a whole column (`sma.column(values, 20)`). All three run the same kernel step
 * by step, so they agree to the last bit. Values are NaN while warming up; an input that is not a finite number gives
 * NaN and leaves the kernel as it was, which also lets one indicator feed another during warm-up.
 */
import { invalid } from "../kernel/errors.ts";
import { type BarSeries, RecordedBars } from "./bar-series.ts";
import { ColumnBars, ColumnSeries } from "./column-series.ts";
import { RecordedSeries, type Series, type Step } from "./series.ts";

/** The running state of one indicator. Of one value: `a`, the others 0. Of bars: high, low, close, volume, open. */
export interface Kernel {
  /** Inputs until every output has a value. */
  readonly warmup: number;
  /** The newest outputs, NaN while warming up; filled again by each step. */
  readonly out: Float64Array;
  step(a: number, b: number, c: number, d: number, e: number): void;
}

export interface BarColumns {
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  /** Only indicators that look at them need the rest; without it they see 0. */
  readonly volume?: Float64Array;
  readonly open?: Float64Array;
}

/** What an indicator with several outputs gives, by output. */
export type Bundle<K extends string, T> = { readonly [Output in K]: T };

export interface Stream<Input extends readonly (number | undefined)[], Output> {
  readonly warmup: number;
  next(...input: Input): Output;
}

interface Forms<Input extends readonly (number | undefined)[], Columns, Arguments extends readonly number[], One, Column> {
  readonly indicatorName: string;
  stream(...settings: Arguments): Stream<Input, One>;
  column(columns: Columns, ...settings: Arguments): Column;
}

type OneValue = readonly [value: number];
type OneBar = readonly [high: number, low: number, close: number, volume?: number, open?: number];

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
    (source: Series, ...settings: A): Series => attach({ name: title(indicatorName, settings), maker: make, make: () => make(...settings) }, [source], 1)[0]!,
    {
      indicatorName,
      stream: (...settings: A) => streamOf(make(...settings), (out) => out[0]!),
      column: (values: Float64Array, ...settings: A) => columnsOf(make(...settings), [values], 1)[0]!,
    },
  );
}

/** An indicator of bars with one output. */
export function barIndicator<A extends readonly number[]>(indicatorName: string, make: Make<A>): BarIndicator<A> {
  return Object.assign(
    (source: BarSeries, ...settings: A): Series => attach({ name: title(indicatorName, settings), maker: make, make: () => make(...settings) }, inputsOf(source), 1)[0]!,
    {
      indicatorName,
      stream: (...settings: A) => streamOf(make(...settings), (out) => out[0]!),
      column: (bars: BarColumns, ...settings: A) => columnsOf(make(...settings), barInputs(bars), 1)[0]!,
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
      bundle(outputs, attach({ name: title(indicatorName, settings), maker: make, make: () => make(...settings) }, [source], outputs.length)),
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
      bundle(outputs, attach({ name: title(indicatorName, settings), maker: make, make: () => make(...settings) }, inputsOf(source), outputs.length)),
    {
      indicatorName,
      stream: (...settings: A) => streamOf(make(...settings), (out) => bundle(outputs, out)),
      column: (bars: BarColumns, ...settings: A) =>
        bundle(outputs, columnsOf(make(...settings), barInputs(bars), outputs.length)),
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
    feed(this.#kernel, this.#source.value, 0, 0, 0, 0);
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
    const [a, b, c, d, e] = this.#inputs;
    feed(kernel, a!.value, valueOf(b), valueOf(c), valueOf(d), valueOf(e));
    const outputs = this.#outputs;
    for (let index = 0; index < outputs.length; index++) outputs[index]!.record(kernel.out[index]!, slot);
  }
}

function valueOf(input: RecordedSeries | undefined): number {
  return input === undefined ? 0 : input.value;
}

/** What hangs an indicator on a series: `maker` is the same for the same indicator, whatever its settings. */
interface Hung {
  readonly name: string;
  readonly maker: object;
  readonly make: () => Kernel;
}

function attach(hung: Hung, sources: readonly Series[], outputCount: number): readonly Series[] {
  if (sources[0] instanceof ColumnSeries) return attachColumns(hung, sources as readonly ColumnSeries[], outputCount);
  const { name } = hung;
  const kernel = hung.make();
  const inputs = sources.map((source) => RecordedSeries.of(source, `${name} source`));
  const timeline = inputs[0]!.timeline;
  const warmup = inputs[0]!.warmup + kernel.warmup - 1;
  const outputs = Array.from({ length: outputCount }, () => new RecordedSeries(name, timeline, warmup));
  const plain = inputs.length === 1 && outputCount === 1;
  timeline.add(name, warmup, plain ? new AttachedValue(kernel, inputs[0]!, outputs[0]!) : new AttachedKernel(kernel, inputs, outputs));
  return outputs;
}

function attachColumns({ name, maker, make }: Hung, sources: readonly ColumnSeries[], outputCount: number): readonly Series[] {
  const { place, warmup: before } = sources[0]!;
  const kernel = make();
  const inputs = sources.map((source) => ColumnSeries.columnOf(source));
  const columns = place.cache.columns(maker, name, inputs, () => columnsOf(kernel, inputs, outputCount));
  const warmup = before + kernel.warmup - 1;
  place.add(name, warmup);
  return columns.map((column) => new ColumnSeries(name, place, column, warmup));
}

function streamOf<Output>(kernel: Kernel, read: (out: Float64Array) => Output): Stream<readonly number[], Output> {
  return {
    warmup: kernel.warmup,
    next(a = Number.NaN, b = 0, c = 0, d = 0, e = 0) {
      feed(kernel, a, b, c, d, e);
      return read(kernel.out);
    },
  };
}

function columnsOf(kernel: Kernel, inputs: readonly Float64Array[], outputCount: number): readonly Float64Array[] {
  const [a, b, c, d, e] = inputs;
  const rows = a!.length;
  if (inputs.some((input) => input.length !== rows)) throw invalid("columns", `columns of the same length, ${rows} rows`);
  const outputs = Array.from({ length: outputCount }, () => new Float64Array(rows));
  for (let row = 0; row < rows; row++) {
    feed(kernel, a![row]!, rowValue(b, row), rowValue(c, row), rowValue(d, row), rowValue(e, row));
    for (let index = 0; index < outputCount; index++) outputs[index]![row] = kernel.out[index]!;
  }
  return outputs;
}

function rowValue(column: Float64Array | undefined, row: number): number {
  return column === undefined ? 0 : column[row]!;
}

/** x − x is 0 for finite numbers only. */
function feed(kernel: Kernel, a: number, b: number, c: number, d: number, e: number): void {
  if (a - a === 0 && b - b === 0 && c - c === 0 && d - d === 0 && e - e === 0) kernel.step(a, b, c, d, e);
  else kernel.out.fill(Number.NaN);
}

function inputsOf(source: BarSeries): readonly Series[] {
  const bars = source instanceof ColumnBars ? source : RecordedBars.of(source, "bars");
  return [bars.high, bars.low, bars.close, bars.volume, bars.open];
}

function barInputs({ high, low, close, volume, open }: BarColumns): readonly Float64Array[] {
  if (volume === undefined && open === undefined) return [high, low, close];
  const none = new Float64Array(close.length);
  return [high, low, close, volume ?? none, open ?? none];
}

function bundle<K extends string, T>(outputs: readonly K[], values: ArrayLike<T>): Bundle<K, T> {
  const entries = outputs.map((output, index) => [output, values[index]!] as const);
  return Object.freeze(Object.fromEntries(entries)) as Bundle<K, T>;
}

function title(name: string, settings: readonly number[]): string {
  return `${name}(${settings.join(", ")})`;
}
