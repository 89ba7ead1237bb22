/** Everything an author needs of indicators, in one import. */
export { atr } from "./atr.ts";
export type { BarSeries } from "./bar-series.ts";
export { bollinger } from "./bollinger.ts";
export { crossedAbove, crossedBelow } from "./crossing.ts";
export { donchian } from "./donchian.ts";
export { ema } from "./ema.ts";
export { macd } from "./macd.ts";
export { rsi } from "./rsi.ts";
export { HISTORY_LENGTH, type Series } from "./series.ts";
export { sma } from "./sma.ts";
export { standardDeviation } from "./standard-deviation.ts";
export { wma } from "./wma.ts";
export { zScore } from "./z-score.ts";
