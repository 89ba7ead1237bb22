/**
 * Market data for whoever listens outside: the prices and books of the markets whose books live on this node, so that
 * each market is published once. Follows the books as they come and go.
 */
import { MARKET_DATA_OUT } from "../config/outbox.ts";
import { bookMessages, connectionMessages } from "../domain/contract/actors.ts";
import { accountOf, type Desk } from "../domain/contract/desk.ts";
import { type Feed } from "../domain/contract/subjects.ts";
import type { Instrument } from "../domain/instrument/instrument.ts";
import { marketKey } from "../domain/instrument/symbol.ts";
import type { CancelTimer } from "../domain/kernel/clock.ts";
import { messageOf } from "../domain/kernel/errors.ts";
import type { Directory } from "../mixins/hosted/directory.ts";
import type { ActorHost } from "../mixins/hosted/host.ts";
import { MarketPublisher } from "../mixins/outbox/market-publisher.ts";
import type { LogLine } from "../topology/announcer.ts";
import { systemClock } from "./system-ports.ts";

export interface MarketDataParts {
  readonly desk: Desk;
  readonly directory: Directory;
  readonly host: ActorHost;
  readonly feed: Feed;
  readonly log: LogLine;
  /** May be lost. */
  readonly publish: (subject: string, bytes: Uint8Array) => void;
}

const FOLLOW_MS = 1_000;

/** Returns the way out. */
export function publishMarkets({ desk, directory, host, feed, log, publish }: MarketDataParts): () => void {
  const instruments = new Map<string, Instrument>();
  const published = new Map<string, Instrument>();
  const publisher = new MarketPublisher({
    feed,
    clock: systemClock,
    depthOf: (venue, symbol, depth) => host.ask(bookMessages.depth, marketKey(venue, symbol), { venue, symbol, depth }),
    send: publish,
    onTrouble: (text) => log("warn", text),
    ...MARKET_DATA_OUT,
  });
  const learn = async (market: string): Promise<void> => {
    const venue = market.slice(0, market.indexOf(":"));
    for (const instrument of await host.ask(connectionMessages.instruments, accountOf(desk, venue), {})) {
      instruments.set(marketKey(instrument.venue, instrument.symbol), instrument);
    }
  };
  const follow = async (): Promise<void> => {
    const here = new Set<string>();
    for (const { kind, id, node } of directory.leases()) if (kind === "book" && node === directory.nodeId) here.add(id);
    for (const [market, { venue, symbol }] of published) {
      if (here.has(market)) continue;
      publisher.remove(venue, symbol);
      published.delete(market);
    }
    for (const market of here) {
      if (published.has(market)) continue;
      if (!instruments.has(market)) await learn(market);
      const instrument = instruments.get(market);
      if (!instrument) continue;
      publisher.add(instrument);
      published.set(market, instrument);
    }
  };
  let cancel: CancelTimer = () => undefined;
  let stopped = false;
  const tick = async (): Promise<void> => {
    try {
      await follow();
    } catch (error) {
      log("debug", `market data for others waits: ${messageOf(error)}`);
    }
    if (!stopped) cancel = systemClock.after(FOLLOW_MS, () => void tick());
  };
  void tick();
  return () => {
    stopped = true;
    cancel();
    publisher.stop();
  };
}
