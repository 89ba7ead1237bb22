/**
 * Mean reversion on Bollinger bands: buys a close below the lower band, sells at the middle, or at a stop below the
 * average price paid. After a stop it waits for a close back above the lower band, so a falling market is bought once.
 * Source: Bollinger, "Bollinger on Bollinger Bands" (2001).
 */
import { bollinger, candles, defineStrategy, int, interval, number, numberText, quote } from "../../domain/strategy/index.ts";

export default defineStrategy({
  name: "bollinger-reversion",
  version: 1,
  title: "Bollinger band reversion",
  params: {
    length: int(20, { min: 5, max: 400, label: "Length", unit: "bars", help: "Bars the bands are made of" }),
    deviations: number(2, {
      min: 0.5,
      max: 5,
      step: 0.1,
      label: "Width",
      unit: "σ",
      help: "Standard deviations from the middle to a band",
    }),
    interval: interval("5m", { label: "Bars", help: "Length of a bar" }),
    size: quote(1_000, { min: 10, max: 1_000_000, step: 10, label: "Size", help: "Worth of a position when it is opened" }),
    stopBps: number(150, {
      min: 5,
      max: 5_000,
      step: 5,
      label: "Stop",
      unit: "bps",
      help: "Loss from the average price paid at which it gives up",
    }),
  },
  data: { bars: candles({ param: "interval" }) },
  state: { stopped: false },
  setup: ({ params, data }) => ({ bands: bollinger(data.bars.close, params.length, params.deviations) }),
  on: {
    bar(ctx, bar) {
      const { position, state, params } = ctx;
      const lower = ctx.ind.bands.lower.value;
      const middle = ctx.ind.bands.middle.value;
      const close = ctx.priceText(bar.close);
      if (bar.close >= lower) state.stopped = false;
      if (position.isLong) {
        const stop = position.averagePrice * (1 - params.stopBps / 10_000);
        if (bar.close <= stop) {
          state.stopped = true;
          ctx.close({
            why: `close ${close} at the stop ${ctx.priceText(stop)}, ${params.stopBps} bps below ${ctx.priceText(position.averagePrice)}`,
          });
        } else if (bar.close >= middle) {
          ctx.close({ why: `close ${close} back at the middle band ${ctx.priceText(middle)}` });
        }
        return;
      }
      if (bar.close < lower && !state.stopped && position.isFlat && ctx.orders.length === 0) {
        const deviation = (ctx.ind.bands.upper.value - middle) / params.deviations;
        const away = numberText((middle - bar.close) / deviation, 1);
        ctx.buy({ quote: params.size, why: `close ${close} below the lower band ${ctx.priceText(lower)}, ${away} σ under the middle` });
      }
    },
  },
});
