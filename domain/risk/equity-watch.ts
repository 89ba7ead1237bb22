/**
 * Watches the account's equity against the loss allowed in a UTC day. It fires once, on the first equity at which the loss
 * has reached the limit, and again only on a new day or after the limits changed. What it fired and where the day began
 * are events, so a restart neither forgets nor repeats it; the equity itself is an observation.
 */
import { type Decimal, format, sub, ZERO } from "../kernel/decimal.ts";
import type { RiskEvent, TradingState } from "./events.ts";
import type { RiskLimits } from "./limits.ts";

const DAY_MS = 86_400_000;

export interface WatchedDay {
  /** 00:00 UTC of the day, 0 before the first equity. */
  readonly dayStartMs: number;
  readonly dayStartEquity: Decimal;
  readonly equity: Decimal | null;
  /** It fired today, under the limits of now. */
  readonly hasFired: boolean;
}

export interface Observation {
  readonly account: string;
  readonly equity: Decimal;
  readonly nowMs: number;
  readonly limits: RiskLimits;
  readonly trading: TradingState;
}

export class EquityWatch {
  #day: WatchedDay;
  #loss: Decimal;

  constructor(day: WatchedDay) {
    this.#day = day;
    this.#loss = lossOf(day);
  }

  /** Since the day's start; 0 while there is none or the equity is not known. */
  get loss(): Decimal {
    return this.#loss;
  }

  state(): WatchedDay {
    return this.#day;
  }

  /** Takes the equity in; returns the events to journal and apply. */
  observe({ account, equity, nowMs, limits, trading }: Observation): RiskEvent[] {
    if (equity !== this.#day.equity) this.#set({ ...this.#day, equity });
    const dayStartMs = Math.floor(nowMs / DAY_MS) * DAY_MS;
    if (dayStartMs > this.#day.dayStartMs) return [{ type: "RiskDayStarted", atMs: nowMs, account, dayStartMs, equity }];
    if (this.#day.hasFired || this.#loss < limits.maxDailyLoss) return [];
    const reason = `the day's loss is ${format(this.#loss)}, the limit ${format(limits.maxDailyLoss)}`;
    const about = { strategyId: "account", symbol: "", intentId: "", executionVersion: null };
    const breach: RiskEvent = { type: "LimitBreached", atMs: nowMs, account, code: "DAILY_LOSS", reason, ...about };
    if (trading !== "active") return [breach];
    return [breach, { type: "TradingStateChanged", atMs: nowMs, account, from: trading, to: "reducing", by: "risk", reason }];
  }

  startDay(dayStartMs: number, dayStartEquity: Decimal): void {
    if (dayStartMs > this.#day.dayStartMs) this.#set({ ...this.#day, dayStartMs, dayStartEquity, hasFired: false });
  }

  fired(): void {
    this.#set({ ...this.#day, hasFired: true });
  }

  /** The limits changed: the same loss may be told again under the new one. */
  rearm(): void {
    this.#set({ ...this.#day, hasFired: false });
  }

  #set(day: WatchedDay): void {
    this.#day = day;
    this.#loss = lossOf(day);
  }
}

function lossOf({ equity, dayStartMs, dayStartEquity }: WatchedDay): Decimal {
  return equity === null || dayStartMs === 0 || equity >= dayStartEquity ? ZERO : sub(dayStartEquity, equity);
}
