/**
 * Trading by hand against a running program, for tests: many orders at once over REST, each with an idempotency key, and
 * cancels. Remembers what was sent under each key and what was answered, so that it can be repeated after a crash.
 * The bound is the number of clients: each has one request under way.
 */
import type { OrderRow } from "../../domain/contract/views.ts";
import type { Random } from "../../domain/kernel/random.ts";
import type { FloorProcess } from "./floor-process.ts";

/** What the load asks of a program. */
export type Traded = Pick<FloorProcess, "api" | "get" | "hasEnded">;

export interface Sent {
  readonly key: string;
  readonly wish: Readonly<Record<string, unknown>>;
  /** Null while no answer came: the program may have died with it. */
  orderId: string | null;
  /** Refused for good, with this code. */
  refused: string | null;
}

interface Side {
  readonly symbol: string;
  readonly quantity: string;
  readonly priceDecimals: number;
}

/** Small against the limits, so that hours of it are allowed. */
const MARKETS: readonly Side[] = [
  { symbol: "BTC/USDT:USDT", quantity: "0.002", priceDecimals: 2 },
  { symbol: "ETH/USDT:USDT", quantity: "0.05", priceDecimals: 2 },
  { symbol: "SOL/USDT:USDT", quantity: "1", priceDecimals: 2 },
  { symbol: "XRP/USDT:USDT", quantity: "80", priceDecimals: 4 },
];

const REFUSED_PAUSE_MS = 50;

export class TradingLoad {
  readonly sent: Sent[] = [];
  /** Orders taken and answered so far. */
  answered = 0;
  readonly #random: Random;
  readonly #waiters = new Set<() => void>();

  constructor(random: Random) {
    this.#random = random;
  }

  /** Runs `clients` at once until the program is gone or `stop` resolves. */
  async run(floor: Traded, clients: number, stop: Promise<unknown>): Promise<void> {
    let going = true;
    void stop.then(() => (going = false));
    const mids = new Map<string, number>();
    const client = async (): Promise<void> => {
      while (going) {
        try {
          await this.#act(floor, mids);
        } catch {
          // Killed, which is what the tests are about; a living program that could not answer is asked again.
          if (floor.hasEnded) return;
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
      }
    };
    await Promise.all(Array.from({ length: clients }, client));
  }

  /** Resolves when so many orders have been answered. */
  untilAnswered(count: number): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (this.answered < count) return;
        this.#waiters.delete(look);
        resolve();
      };
      this.#waiters.add(look);
      look();
    });
  }

  /** Sends every remembered order of the newest `count` again; the answers must be the same orders. */
  async repeat(floor: Traded, count: number): Promise<string[]> {
    const faults: string[] = [];
    for (const sent of this.sent.slice(-count)) {
      const [orderId, refused] = [sent.orderId, sent.refused];
      await this.#send(floor, sent);
      if (orderId !== null && sent.orderId !== orderId)
        faults.push(`key ${sent.key} gave order ${orderId}, then ${sent.orderId ?? sent.refused}`);
      if (refused !== null && sent.orderId !== null) faults.push(`key ${sent.key} was refused ${refused}, then gave order ${sent.orderId}`);
    }
    return faults;
  }

  async #act(floor: Traded, mids: Map<string, number>): Promise<void> {
    const market = MARKETS[this.#random.integer(0, MARKETS.length - 1)]!;
    const choice = this.#random.next();
    if (choice < 0.2 && this.sent.length > 0) {
      const { orderId } = this.sent[Math.max(0, this.sent.length - this.#random.integer(1, 12))]!;
      if (orderId !== null) await floor.api("PUT", `orders/${encodeURIComponent(orderId)}/cancel`);
      return;
    }
    const side = this.#random.next() < 0.5 ? "buy" : "sell";
    const { symbol, quantity } = market;
    const wish = choice < 0.5 ? { symbol, side, quantity, type: "market" } : await this.#limit(floor, market, side, mids);
    const sent: Sent = { key: `load-${this.sent.length + 1}`, wish, orderId: null, refused: null };
    this.sent.push(sent);
    await this.#send(floor, sent);
  }

  /** Near the touch, on either side of it: some take, some rest, some are worked off bit by bit. */
  async #limit(floor: Traded, { symbol, quantity, priceDecimals }: Side, side: string, mids: Map<string, number>) {
    if (!mids.has(symbol) || this.#random.next() < 0.1) {
      const { bids, asks } = await floor.get<{ bids: [string, string][]; asks: [string, string][] }>(
        `market-data/orderbook/${encodeURIComponent(symbol)}?depth=1`,
      );
      mids.set(symbol, (Number(bids[0]![0]) + Number(asks[0]![0])) / 2);
    }
    const awayBps = this.#random.normal() * 6 * (side === "buy" ? -1 : 1);
    return { symbol, side, quantity, type: "limit", price: (mids.get(symbol)! * (1 + awayBps / 10_000)).toFixed(priceDecimals) };
  }

  async #send(floor: Traded, sent: Sent): Promise<void> {
    const { status, body } = await floor.api<OrderRow & { error?: { type: string } }>("POST", "orders", sent.wish, {
      "idempotency-key": sent.key,
    });
    if (status === 201) {
      sent.orderId = body.orderId;
      this.answered++;
      for (const waiter of this.#waiters) waiter();
      return;
    }
    if (status === 422) sent.refused = JSON.stringify(body);
    // Refused, or too many at once: a client in its right mind does not ask again at once.
    await new Promise((resolve) => setTimeout(resolve, REFUSED_PAUSE_MS));
  }
}
