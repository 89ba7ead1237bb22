/**
 * Moving average crossover: long while the fast average is above the slow one; with side "both", on a perpetual, short
 * while it is below. One position at a time; market orders at the close of the bar that crossed.
 * Source: Murphy, "Technical Analysis of the Financial Markets" (1999), ch. 9, "double crossover method".
 */
import {
  candles,
  choice,
  crossedAbove,
  crossedBelow,
  defineStrategy,
  int,
  interval,
  number,
  quote,
  sma,
} from "../../domain/strategy/index.ts";

export default defineStrategy({
  name: "sma-cross",
  version: 1,
  title: "Moving average crossover",
  params: {
    fast: int(10, { min: 2, max: 200, label: "Fast average", unit: "bars", help: "Length of the average that follows price closely" }),
    slow: int(30, {
      min: 5,
      max: 400,
      label: "Slow average",
      unit: "bars",
      help: "Length of the average that shows the trend; above fast",
    }),
    interval: interval("1m", { label: "Bars", help: "Length of a bar" }),
    size: quote(1_000, { min: 10, max: 1_000_000, step: 10, label: "Size", help: "Worth of a position when it is opened" }),
    allocation: number(0, {
      min: 0,
      max: 1,
      step: 0.05,
      label: "Allocation",
      help: "Share of equity a position is opened with, in place of the size; 0: the size",
    }),
    side: choice("long", ["long", "both"], {
      label: "Sides",
      help: "Both also sells short, which only a perpetual can; on spot it means long",
    }),
  },
  check: ({ fast, slow }) => (slow > fast ? null : `slow above fast: ${slow} is not above ${fast}`),
  data: { bars: candles({ param: "interval" }) },
  setup: ({ params, data }) => ({ fast: sma(data.bars.close, params.fast), slow: sma(data.bars.close, params.slow) }),
  on: {
    bar(ctx) {
      const { fast, slow } = ctx.ind;
      const crossing = crossedAbove(fast, slow) ? "above" : crossedBelow(fast, slow) ? "below" : null;
      if (crossing === null) return;
      const why = `fast ${ctx.priceText(fast.value)} crossed ${crossing} slow ${ctx.priceText(slow.value)}`;
      const { position, params } = ctx;
      const size = params.allocation > 0 ? { allocation: params.allocation } : { quote: params.size };
      if (crossing === "above") {
        if (position.isShort) ctx.close({ why });
        if (!position.isLong) ctx.buy({ ...size, why });
        return;
      }
      if (position.isLong) ctx.close({ why });
      if (params.side === "both" && ctx.instrument.kind === "linear" && !position.isShort) ctx.sell({ ...size, why });
    },
  },
});
