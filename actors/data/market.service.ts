/** Market data for the outside: a stateless front of the book, bars and connection actors. */
import type { Context, ServiceSchema } from "moleculer";
import { barsMessages, bookMessages, connectionMessages } from "../../domain/contract/actors.ts";
import { accountOf, type Desk, venueOr } from "../../domain/contract/desk.ts";
import type { BarsView, BookView } from "../../domain/contract/views.ts";
import { type Instrument, instrumentMeant } from "../../domain/instrument/instrument.ts";
import { format } from "../../domain/kernel/decimal.ts";
import type { Interval } from "../../domain/market/events.ts";
import type { ActorHost } from "../../mixins/hosted/host.ts";

interface MarketParams {
  readonly venue?: string;
  readonly symbol: string;
}

export function marketService(desk: Desk, host: ActorHost): ServiceSchema {
  const instruments = (venue: string): Promise<readonly Instrument[]> =>
    host.ask(connectionMessages.instruments, accountOf(desk, venue), {});

  /** Resolves the venue and refuses a symbol it does not have, before an actor is born for it. */
  async function marketOf({ venue, symbol }: MarketParams): Promise<Instrument> {
    const name = venueOr(desk, venue);
    return instrumentMeant(await instruments(name), name, symbol);
  }

  return {
    name: "market",
    actions: {
      async instruments(ctx: Context<{ venue?: string }>) {
        const names = ctx.params.venue === undefined ? desk.venues : [venueOr(desk, ctx.params.venue)];
        const lists = await Promise.all(names.map(instruments));
        return { items: lists.flat().map(instrumentRow) };
      },
      async orderbook(ctx: Context<MarketParams & { depth: number }>): Promise<BookView> {
        const { venue, symbol } = await marketOf(ctx.params);
        const { depth } = ctx.params;
        return host.ask(bookMessages.depth, `${venue}:${symbol}`, { venue, symbol, depth });
      },
      async ohlcv(ctx: Context<MarketParams & { interval: Interval; limit: number }>): Promise<BarsView> {
        const { venue, symbol } = await marketOf(ctx.params);
        const { interval, limit } = ctx.params;
        return host.ask(barsMessages.recent, `${venue}:${symbol}:${interval}`, { venue, symbol, interval, limit });
      },
    },
  };
}

function instrumentRow(instrument: Instrument) {
  const { venue, symbol, kind, priceDecimals, quantityDecimals } = instrument;
  return {
    venue,
    symbol,
    kind,
    priceDecimals,
    quantityDecimals,
    tickSize: format(instrument.tickSize),
    lotSize: format(instrument.lotSize),
    minNotional: format(instrument.minNotional),
    makerFeeRate: format(instrument.makerFeeRate),
    takerFeeRate: format(instrument.takerFeeRate),
  };
}
