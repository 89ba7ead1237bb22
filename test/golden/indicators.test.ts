/**
 * Indicators against reference results computed by another project on 502 daily bars of the S&P 500: every row, warm-up
 * included, to 1e-9. Fields that charts redraw later are in indicators-redrawn.test.ts. See SOURCES.md.
 */
import { describe, expect, it } from "vitest";
import { beta } from "../../domain/indicator/beta.ts";
import { CATALOGUE, computeColumns, indicatorNamed, settingsOf } from "../../domain/indicator/catalogue.ts";
import { standardDeviation } from "../../domain/indicator/standard-deviation.ts";
import { expectSame, quotesOf, reference } from "./indicator-reference.ts";

const quotes = quotesOf("default");
const other = quotesOf("compare");

/** Ours with the reference's parameters, which are our defaults where `params` is left out. */
function ours(name: string, output = "value", params: Readonly<Record<string, number>> = {}): Float64Array {
  const entry = indicatorNamed(name)!;
  const columns = computeColumns(entry, { bars: quotes, values: quotes.close, second: other.close }, settingsOf(entry, params));
  return columns[output]!;
}

const map = (column: Float64Array, to: (value: number, row: number) => number) => Float64Array.from(column, to);
const moved = (column: Float64Array) => map(column, (value, row) => (row === 0 ? 0 : value / column[row - 1]! - 1));
/** Where the direction is `wanted`, the stop; else NaN. */
const onSide = (name: string, wanted: number) => {
  const direction = ours(name, "direction");
  return map(ours(name), (value, row) => (direction[row] === wanted ? value : Number.NaN));
};
const sar = ours("parabolicSar", "direction");
const firstReversal = sar.findIndex((direction) => !Number.isNaN(direction));
/** The reference gives the bar of the first reversal no value yet; ours does. */
const afterFirst = (column: Float64Array) => map(column, (value, row) => (row === firstReversal ? Number.NaN : value));
const deviationHere = standardDeviation.column(quotes.close, 20);
const deviationThere = standardDeviation.column(other.close, 20);

type Case = readonly [title: string, file: string, field: string, ours: Float64Array];

const same: readonly Case[] = [
  ["sma(20)", "sma", "sma", ours("sma")],
  ["ema(20)", "ema", "ema", ours("ema")],
  ["wma(14)", "wma", "wma", ours("wma")],
  ["hma(14)", "hma", "hma", ours("hma")],
  ["dema(14)", "dema", "dema", ours("dema")],
  ["tema(20)", "tema", "tema", ours("tema")],
  ["kama(10, 2, 30)", "kama", "kama", ours("kama")],
  ["efficiencyRatio(10)", "kama", "er", ours("efficiencyRatio")],
  ["vwap(0)", "vwap", "vwap", ours("vwap", "value", { sessionHours: 0 })],
  ["rsi(14)", "rsi", "rsi", ours("rsi")],
  ["stochRsi(14, 14, 3, 1) k", "stoch-rsi", "stochRsi", ours("stochRsi", "k")],
  ["stochRsi(14, 14, 3, 1) d", "stoch-rsi", "signal", ours("stochRsi", "d")],
  ["stochastic(14, 3, 3) k", "stoch", "oscillator", ours("stochastic", "k")],
  ["stochastic(14, 3, 3) d", "stoch", "signal", ours("stochastic", "d")],
  ["stochastic(14, 3, 3) j", "stoch", "percentJ", ours("stochastic", "j")],
  ["macd(12, 26, 9) line", "macd", "macd", ours("macd", "line")],
  ["macd(12, 26, 9) signal", "macd", "signal", ours("macd", "signal")],
  ["macd(12, 26, 9) histogram", "macd", "histogram", ours("macd", "histogram")],
  ["ema(12) of macd", "macd", "fastEma", ours("ema", "value", { length: 12 })],
  ["ema(26) of macd", "macd", "slowEma", ours("ema", "value", { length: 26 })],
  ["trix(14)", "trix", "trix", ours("trix")],
  ["dmi(14) plus", "adx", "pdi", ours("dmi", "plus")],
  ["dmi(14) minus", "adx", "mdi", ours("dmi", "minus")],
  ["dmi(14) dx", "adx", "dx", ours("dmi", "dx")],
  ["adx(14)", "adx", "adx", ours("adx")],
  ["adxr(14)", "adx", "adxr", ours("adxr")],
  ["trueRange", "tr", "tr", ours("trueRange")],
  ["trueRange of atr", "atr", "tr", ours("trueRange")],
  ["atr(14)", "atr", "atr", ours("atr")],
  ["natr(14)", "atr", "atrp", ours("natr")],
  ["bollinger(20, 2) upper", "bb", "upperBand", ours("bollinger", "upper")],
  ["bollinger(20, 2) middle", "bb", "sma", ours("bollinger", "middle")],
  ["bollinger(20, 2) lower", "bb", "lowerBand", ours("bollinger", "lower")],
  ["bollingerPercentB(20, 2)", "bb", "percentB", ours("bollingerPercentB")],
  ["bollingerWidth(20, 2)", "bb", "width", ours("bollingerWidth")],
  ["zScore(20)", "bb", "zScore", ours("zScore", "value", { length: 20 })],
  ["keltner(20, 2, 10) upper", "keltner", "upperBand", ours("keltner", "upper")],
  ["keltner(20, 2, 10) middle", "keltner", "centerline", ours("keltner", "middle")],
  ["keltner(20, 2, 10) lower", "keltner", "lowerBand", ours("keltner", "lower")],
  ["donchian(20) upper", "donchian", "upperBand", ours("donchian", "upper")],
  ["donchian(20) middle", "donchian", "centerline", ours("donchian", "middle")],
  ["donchian(20) lower", "donchian", "lowerBand", ours("donchian", "lower")],
  ["cci(20)", "cci", "cci", ours("cci")],
  ["mfi(14)", "mfi", "mfi", ours("mfi")],
  ["obv", "obv", "obv", ours("obv")],
  ["cmf(20)", "cmf", "cmf", ours("cmf")],
  ["cmf(1), the multiplier of a bar", "cmf", "moneyFlowMultiplier", ours("cmf", "value", { length: 1 })],
  ["williamsR(14)", "willr", "williamsR", ours("williamsR")],
  ["roc(14)", "roc", "roc", ours("roc")],
  ["momentum(14)", "roc", "momentum", ours("momentum")],
  ["aroon(25) up", "aroon", "aroonUp", ours("aroon", "up")],
  ["aroon(25) down", "aroon", "aroonDown", ours("aroon", "down")],
  ["aroon(25) oscillator", "aroon", "oscillator", ours("aroon", "oscillator")],
  ["supertrend(10, 3)", "supertrend", "superTrend", ours("supertrend")],
  ["ichimoku(9, 26, 52) conversion", "ichimoku", "tenkanSen", ours("ichimoku", "conversion")],
  ["ichimoku(9, 26, 52) base", "ichimoku", "kijunSen", ours("ichimoku", "base")],
  ["ichimoku(9, 26, 52) spanA", "ichimoku", "senkouSpanA", ours("ichimoku", "spanA")],
  ["ichimoku(9, 26, 52) spanB", "ichimoku", "senkouSpanB", ours("ichimoku", "spanB")],
  ["ultimateOscillator(7, 14, 28)", "uo", "ultimate", ours("ultimateOscillator")],
  ["linearRegression(14) slope", "slope", "slope", ours("linearRegression", "slope")],
  ["linearRegression(14) rSquared", "slope", "rSquared", ours("linearRegression", "rSquared")],
  ["standardDeviation(14)", "stdev", "stdDev", ours("standardDeviation")],
  ["standardDeviation(14) of slope", "slope", "stdDev", ours("standardDeviation")],
  ["zScore(14)", "stdev", "zScore", ours("zScore")],
  ["sma(14) of stdev", "stdev", "mean", ours("sma", "value", { length: 14 })],
  ["ulcerIndex(14)", "ulcer", "ulcerIndex", ours("ulcerIndex")],
  ["heikinAshi open", "heikinashi", "open", ours("heikinAshi", "open")],
  ["heikinAshi high", "heikinashi", "high", ours("heikinAshi", "high")],
  ["heikinAshi low", "heikinashi", "low", ours("heikinAshi", "low")],
  ["heikinAshi close", "heikinashi", "close", ours("heikinAshi", "close")],
  ["beta(50) of the other market against this", "beta", "beta", beta.column({ first: other.close, second: quotes.close }, 50)],
  ["correlation(20)", "corr", "correlation", ours("correlation")],
];

/** What the reference gives in another form. */
const converted: readonly Case[] = [
  ["stop of supertrend while down", "supertrend", "upperBand", onSide("supertrend", -1)],
  ["stop of supertrend while up", "supertrend", "lowerBand", onSide("supertrend", 1)],
  ["parabolicSar(0.02, 0.2) after the first reversal", "psar", "sar", afterFirst(ours("parabolicSar"))],
  [
    "reversals of the parabolic stop: where the direction changes",
    "psar",
    "isReversal",
    afterFirst(map(sar, (direction, row) => (Number.isNaN(direction) ? direction : Number(direction !== sar[row - 1])))),
  ],
  [
    "width of the Donchian channel over its middle",
    "donchian",
    "width",
    map(ours("donchian", "upper"), (upper, row) => (upper - ours("donchian", "lower")[row]!) / ours("donchian", "middle")[row]!),
  ],
  [
    "width of the Keltner channel over its middle",
    "keltner",
    "width",
    map(ours("keltner", "upper"), (upper, row) => (upper - ours("keltner", "lower")[row]!) / ours("keltner", "middle")[row]!),
  ],
  [
    "intercept of the regression at row 0 of the data, rows counted from 1",
    "slope",
    "intercept",
    map(ours("linearRegression"), (value, row) => value - ours("linearRegression", "slope")[row]! * (row + 1)),
  ],
  ["square of the correlation", "corr", "rSquared", map(ours("correlation"), (value) => value * value)],
  ["variance of the other market: its deviation squared", "corr", "varianceA", map(deviationThere, (value) => value * value)],
  ["variance of this one", "corr", "varianceB", map(deviationHere, (value) => value * value)],
  ["covariance", "corr", "covariance", map(ours("correlation"), (value, row) => value * deviationHere[row]! * deviationThere[row]!)],
  ["one-bar returns of beta's asset", "beta", "returnsEval", moved(other.close)],
  ["one-bar returns of beta's market", "beta", "returnsMrkt", moved(quotes.close)],
  [
    "money flow volume: the multiplier times the volume",
    "cmf",
    "moneyFlowVolume",
    map(ours("cmf", "value", { length: 1 }), (value, row) => value * quotes.volume[row]!),
  ],
];

describe("indicators on 502 bars with reference results", () => {
  it.each(same)("%s", (_title, file, field, column) => expectSame(column, reference(file, field)));
  it.each(converted)("%s", (_title, file, field, column) => expectSame(column, reference(file, field)));
});

describe("bars that are hard", () => {
  const hard = ["zeros", "toobig", "penny", "bitcoin", "intraday"] as const;
  it.each(hard)("%s: every output is a finite number or undefined", (file) => {
    const bars = quotesOf(file);
    const second = Float64Array.from(bars.close, (value, row) => value + (row % 3));
    for (const entry of CATALOGUE) {
      const columns = computeColumns(entry, { bars, values: bars.close, second }, settingsOf(entry, {}));
      for (const [output, column] of Object.entries(columns)) {
        const infinite = column.findIndex((value) => Math.abs(value) === Number.POSITIVE_INFINITY);
        expect({ name: entry.name, output, infinite }).toEqual({ name: entry.name, output, infinite: -1 });
      }
    }
  });
});
