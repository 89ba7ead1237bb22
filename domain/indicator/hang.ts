/**
 * Hangs a kernel on series. Live series run it bar by bar on their timeline; columns run it once over all rows, kept in
 * the cache of the bars, and read at the current row. The steps are the same, so the numbers are.
 */
import { invalid } from "../kernel/errors.ts";
import { ColumnSeries } from "./column-series.ts";
import { feed, type Kernel } from "./kernel.ts";
import { RecordedSeries, type Series, type Step } from "./series.ts";

/** `maker` is the same for the same indicator, whatever its settings. */
export interface Hung {
  readonly name: string;
  readonly settings: readonly number[];
  readonly maker: object;
  readonly make: () => Kernel;
}

/** @throws {DstaError} VALIDATION_ERROR for sources of different bars, or made elsewhere. */
export function attach(hung: Hung, sources: readonly Series[], outputCount: number): readonly Series[] {
  if (sources[0] instanceof ColumnSeries) return attachColumns(hung, sources, outputCount);
  const name = title(hung);
  const kernel = hung.make();
  const inputs = sources.map((source) => RecordedSeries.of(source, `${name} source`));
  const timeline = inputs[0]!.timeline;
  for (const input of inputs) if (input.timeline !== timeline) throw otherBars(name, input);
  const warmup = longestOf(inputs) + kernel.warmup - 1;
  const outputs = Array.from({ length: outputCount }, () => new RecordedSeries(name, timeline, warmup));
  const plain = inputs.length === 1 && outputCount === 1;
  timeline.add(name, warmup, plain ? new AttachedValue(kernel, inputs[0]!, outputs[0]!) : new AttachedKernel(kernel, inputs, outputs));
  return outputs;
}

/** The kernel over whole columns. @throws {DstaError} VALIDATION_ERROR for columns of different lengths. */
export function columnsOf(kernel: Kernel, inputs: readonly Float64Array[], outputCount: number): readonly Float64Array[] {
  const [a, b, c, d, e, f] = inputs;
  const rows = a!.length;
  if (inputs.some((input) => input.length !== rows)) throw invalid("columns", `columns of the same length, ${rows} rows`);
  const outputs = Array.from({ length: outputCount }, () => new Float64Array(rows));
  if (inputs.length === 1 && outputCount === 1) {
    fillColumn(kernel, a!, outputs[0]!);
    return outputs;
  }
  for (let row = 0; row < rows; row++) {
    feed(kernel, a![row]!, rowValue(b, row), rowValue(c, row), rowValue(d, row), rowValue(e, row), rowValue(f, row));
    for (let index = 0; index < outputCount; index++) outputs[index]![row] = kernel.out[index]!;
  }
  return outputs;
}

/** One value in, one value out: what most indicators are. */
function fillColumn(kernel: Kernel, input: Float64Array, output: Float64Array): void {
  const { out } = kernel;
  for (let row = 0; row < input.length; row++) {
    feed(kernel, input[row]!, 0, 0, 0, 0, 0);
    output[row] = out[0]!;
  }
}

function attachColumns(hung: Hung, sources: readonly Series[], outputCount: number): readonly Series[] {
  const name = title(hung);
  const inputs = sources.map((source) => {
    if (source instanceof ColumnSeries) return source;
    throw invalid(`${name} source`, "a series of the strategy's data or of an indicator", source);
  });
  const { place } = inputs[0]!;
  for (const input of inputs) if (input.place !== place) throw otherBars(name, input);
  const kernel = hung.make();
  const values = inputs.map((input) => ColumnSeries.columnOf(input));
  const columns = place.cache.columns(hung.maker, hung.settings.join(), values, () => columnsOf(kernel, values, outputCount));
  const warmup = longestOf(inputs) + kernel.warmup - 1;
  place.add(name, warmup);
  return columns.map((column) => new ColumnSeries(name, place, column, warmup));
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
    feed(this.#kernel, this.#source.value, 0, 0, 0, 0, 0);
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
    const [a, b, c, d, e, f] = this.#inputs;
    feed(kernel, a!.value, valueOf(b), valueOf(c), valueOf(d), valueOf(e), valueOf(f));
    const outputs = this.#outputs;
    for (let index = 0; index < outputs.length; index++) outputs[index]!.record(kernel.out[index]!, slot);
  }
}

function valueOf(input: RecordedSeries | undefined): number {
  return input === undefined ? 0 : input.value;
}

function rowValue(column: Float64Array | undefined, row: number): number {
  return column === undefined ? 0 : column[row]!;
}

function longestOf(inputs: readonly Series[]): number {
  return inputs.reduce((longest, { warmup }) => Math.max(longest, warmup), 1);
}

function otherBars(name: string, input: Series) {
  return invalid(`${name} source`, "series of the same bars: same symbol, same interval", input.name);
}

function title({ name, settings }: Hung): string {
  return `${name}(${settings.join(", ")})`;
}
