/** The table of indicators: titles, defaults, ranges. Defaults are those of the reference results or of their inventors. */
import { adx, adxr } from "./adx.ts";
import { aroon } from "./aroon.ts";
import { atr } from "./atr.ts";
import { beta } from "./beta.ts";
import { bollinger } from "./bollinger.ts";
import { bollingerPercentB, bollingerWidth } from "./bollinger-position.ts";
import { cci } from "./cci.ts";
import { cmf } from "./cmf.ts";
import { correlation } from "./correlation.ts";
import { dema } from "./dema.ts";
import { dmi } from "./dmi.ts";
import { donchian } from "./donchian.ts";
import { ema } from "./ema.ts";
import { heikinAshi } from "./heikin-ashi.ts";
import { hma } from "./hma.ts";
import { ichimoku } from "./ichimoku.ts";
import type { AnyIndicator } from "./indicator.ts";
import { efficiencyRatio, kama } from "./kama.ts";
import { keltner } from "./keltner.ts";
import { linearRegression } from "./linear-regression.ts";
import { macd } from "./macd.ts";
import { mfi } from "./mfi.ts";
import { natr } from "./natr.ts";
import { obv } from "./obv.ts";
import { parabolicSar } from "./parabolic-sar.ts";
import { pivots } from "./pivots.ts";
import { momentum, roc } from "./roc.ts";
import { rsi } from "./rsi.ts";
import { sma } from "./sma.ts";
import { standardDeviation } from "./standard-deviation.ts";
import { stochRsi } from "./stoch-rsi.ts";
import { stochastic } from "./stochastic.ts";
import { supertrend } from "./supertrend.ts";
import { tema } from "./tema.ts";
import { trix } from "./trix.ts";
import { trueRange } from "./true-range.ts";
import { ulcerIndex } from "./ulcer-index.ts";
import { ultimateOscillator } from "./ultimate-oscillator.ts";
import { vwap } from "./vwap.ts";
import { williamsR } from "./williams-r.ts";
import { wma } from "./wma.ts";
import { zScore } from "./z-score.ts";
import { zigZag } from "./zig-zag.ts";

const LENGTH_MAX = 100_000;

function bars(name: string, standard: number, min = 1) {
  return { name, default: standard, min, max: LENGTH_MAX, isWhole: true };
}

function factor(name: string, standard: number, min: number, max: number) {
  return { name, default: standard, min, max, isWhole: false };
}

function entry(indicator: AnyIndicator, title: string, params: readonly ReturnType<typeof bars>[] = [], aliases: readonly string[] = []) {
  return { indicator, title, params, aliases };
}

const DEVIATIONS = factor("deviations", 2, 0.01, 100);

export const ENTRIES = [
  entry(sma, "Simple moving average", [bars("length", 20)]),
  entry(ema, "Exponential moving average", [bars("length", 20)]),
  entry(wma, "Weighted moving average", [bars("length", 14)]),
  entry(hma, "Hull moving average", [bars("length", 14, 2)]),
  entry(dema, "Double exponential moving average", [bars("length", 14)]),
  entry(tema, "Triple exponential moving average", [bars("length", 20)]),
  entry(kama, "Kaufman's adaptive moving average", [bars("length", 10), bars("fast", 2), bars("slow", 30, 2)]),
  entry(efficiencyRatio, "Kaufman's efficiency ratio", [bars("length", 10)], ["er"]),
  entry(vwap, "Volume-weighted average price of the session", [factor("sessionHours", 24, 0, 8_784)]),
  entry(rsi, "Relative strength index", [bars("length", 14)]),
  entry(
    stochRsi,
    "Stochastic of the relative strength index",
    [bars("rsiLength", 14), bars("length", 14), bars("signal", 3), bars("smoothing", 1)],
    ["stochasticRsi"],
  ),
  entry(stochastic, "Stochastic oscillator", [bars("length", 14), bars("signal", 3), bars("smoothing", 3)], ["stoch"]),
  entry(macd, "Moving average convergence divergence", [bars("fast", 12), bars("slow", 26, 2), bars("signal", 9)]),
  entry(trix, "Percent change of a triple exponential average", [bars("length", 14)]),
  entry(adx, "Average directional index", [bars("length", 14)]),
  entry(adxr, "Average directional index rating", [bars("length", 14)]),
  entry(dmi, "Directional movement", [bars("length", 14)]),
  entry(trueRange, "True range", [], ["tr"]),
  entry(atr, "Average true range", [bars("length", 14)]),
  entry(natr, "Normalised average true range, percent", [bars("length", 14)], ["atrp"]),
  entry(bollinger, "Bollinger bands", [bars("length", 20), DEVIATIONS], ["bb", "bollingerBands"]),
  entry(bollingerPercentB, "Place between the Bollinger bands", [bars("length", 20), DEVIATIONS], ["percentB"]),
  entry(bollingerWidth, "Width of the Bollinger bands", [bars("length", 20), DEVIATIONS]),
  entry(keltner, "Keltner channel", [bars("length", 20), factor("multiplier", 2, 0.01, 100), bars("atrLength", 10)]),
  entry(donchian, "Donchian channel of the bars before", [bars("length", 20)]),
  entry(cci, "Commodity channel index", [bars("length", 20)]),
  entry(mfi, "Money flow index", [bars("length", 14)]),
  entry(obv, "On-balance volume"),
  entry(cmf, "Chaikin money flow", [bars("length", 20)]),
  entry(williamsR, "Williams %R", [bars("length", 14)], ["willr"]),
  entry(roc, "Rate of change, percent", [bars("length", 14)]),
  entry(momentum, "Momentum", [bars("length", 14)], ["mom"]),
  entry(aroon, "Aroon", [bars("length", 25)]),
  entry(parabolicSar, "Parabolic stop and reverse", [factor("step", 0.02, 0.0001, 1), factor("most", 0.2, 0.0001, 1)], ["psar", "sar"]),
  entry(supertrend, "Supertrend", [bars("length", 10), factor("multiplier", 3, 0.01, 100)]),
  entry(ichimoku, "Ichimoku cloud", [bars("conversion", 9), bars("base", 26), bars("lead", 52)]),
  entry(ultimateOscillator, "Ultimate oscillator", [bars("short", 7), bars("middle", 14, 2), bars("long", 28, 3)], ["uo"]),
  entry(linearRegression, "Linear regression", [bars("length", 14, 2)], ["linreg", "slope"]),
  entry(standardDeviation, "Standard deviation of the population", [bars("length", 14)], ["stdev", "stddev"]),
  entry(zScore, "Standard deviations from the mean", [bars("length", 14, 2)]),
  entry(ulcerIndex, "Ulcer index", [bars("length", 14)], ["ulcer", "ui"]),
  entry(heikinAshi, "Heikin-Ashi bars", [], ["ha"]),
  entry(pivots, "Swing highs and lows, when known", [bars("left", 2), bars("right", 2)], ["fractals"]),
  entry(zigZag, "Turning points, when known", [factor("percent", 5, 0.01, 90)]),
  entry(beta, "Beta against a market", [bars("length", 50, 2)]),
  entry(correlation, "Correlation of two series", [bars("length", 20, 2)], ["corr"]),
];
