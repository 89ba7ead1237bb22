/**
 * What the page's script draws: plain data, written into the page as JSON. Times are UTC milliseconds; a hole in a series
 * is null. Colours are names of the style sheet's tokens, so that a chart follows the reader's dark or light.
 */

export type ChartUnit = "money" | "share" | "ratio" | "price";

export interface ChartSeries {
  readonly label: string;
  readonly values: readonly (number | null)[];
  /** Token without dashes, such as `acc`. */
  readonly colour: string;
  readonly width?: number;
  readonly dash?: readonly number[];
  /** Filled down (or up) to zero. */
  readonly fill?: boolean;
  /** Points only. */
  readonly points?: boolean;
}

export interface LineChart {
  readonly kind: "lines";
  /** Id of the element it fills. */
  readonly id: string;
  readonly height: number;
  readonly x: readonly number[];
  readonly xUnit: "time" | ChartUnit;
  readonly xLabel: string;
  readonly unit: ChartUnit;
  readonly series: readonly ChartSeries[];
  /** Charts with the same key move and zoom together. */
  readonly group: string | null;
  /** A vertical dashed line, as where the hold-out begins. */
  readonly marks: readonly { readonly x: number; readonly text: string }[];
}

export interface CandleMarker {
  readonly time: number;
  readonly price: number;
  readonly side: "buy" | "sell";
  readonly text: string;
}

export interface CandleChart {
  readonly kind: "candles";
  readonly id: string;
  readonly height: number;
  readonly x: readonly number[];
  readonly open: readonly number[];
  readonly high: readonly number[];
  readonly low: readonly number[];
  readonly close: readonly number[];
  readonly markers: readonly CandleMarker[];
}

export type ChartData = LineChart | CandleChart;
