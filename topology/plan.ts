/**
 * Which actors should live on a desk: one connection, positions, risk and execution per account, a book per
 * instrument, every strategy instance ever created, every research run that is not over, one relay of the outbox. Bars
 * live when somebody asks for them.
 */
import { connectionMessages } from "../domain/contract/actors.ts";
import { runActorOf } from "../domain/contract/actors/research.ts";
import { accountOf, type Desk } from "../domain/contract/desk.ts";
import { marketKey } from "../domain/instrument/symbol.ts";
import type { ActorHost } from "../mixins/hosted/host.ts";

export interface PlanParts {
  readonly desk: Desk;
  readonly host: Pick<ActorHost, "ask">;
  /** Whether a venue has order books. */
  readonly hasBooks: (venue: string) => boolean;
  readonly strategyIds: () => Promise<readonly string[]>;
  /** Research runs that are to be carried on. */
  readonly runIds: () => Promise<readonly string[]>;
}

/** Ids of a kind that should live. @throws {DstaError} retryable while the connection has not said its instruments */
export function planOf({ desk, host, hasBooks, strategyIds, runIds }: PlanParts): (kind: string) => Promise<readonly string[]> {
  const books = new Map<string, readonly string[]>();
  const booksOf = async (venue: string): Promise<readonly string[]> => {
    const known = books.get(venue);
    if (known) return known;
    const instruments = await host.ask(connectionMessages.instruments, accountOf(desk, venue), {});
    const ids = instruments.map(({ symbol }) => marketKey(venue, symbol));
    books.set(venue, ids);
    return ids;
  };
  return async (kind) => {
    switch (kind) {
      case "connection":
      case "positions":
      case "risk":
      case "execution":
        return desk.accounts;
      case "book":
        return (await Promise.all(desk.venues.filter(hasBooks).map(booksOf))).flat();
      case "strategy":
        return strategyIds();
      case "backtest":
      case "optimizer":
        return (await runIds()).filter((id) => runActorOf(id) === kind);
      case "relay":
        return ["journal"];
      default:
        return [];
    }
  };
}
