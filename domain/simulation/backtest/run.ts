/**
 * A backtest of bars: events in order of time over all markets, the real strategies, risk review, orders and positions.
 * Pure and synchronous; equal inputs give an equal outcome to the last bit, wherever and beside whatever it runs.
 * @see clockwork.ts for the order of events, bar-fills.ts for how orders fill, costs.ts for what that costs.
 */
import { type Decimal, toNumber } from "../../kernel/decimal.ts";
import { DstaError, isExpected } from "../../kernel/errors.ts";
import { ColumnCache } from "../../indicator/column-series.ts";
import { seededRandom } from "../../kernel/random.ts";
import { rowsOf } from "../../market/bar-table.ts";
import { RiskBook } from "../../risk/risk-book.ts";
import { openingState } from "../../risk/risk-state.ts";
import { type Decision, EMPTY } from "../../strategy/decision.ts";
import { runL2Backtest } from "../l2/run.ts";
import { Owner, SimulatedAccount } from "./account.ts";
import { BarFillModel, exact } from "./bar-fills.ts";
import { checkInput, marketOf } from "./check-input.ts";
import { Clockwork, type Ticking } from "./clockwork.ts";
import { FeeSchedule, latencyOf, slippageOf } from "./costs.ts";
import { Desk } from "./desk.ts";
import { FundingClock } from "./funding.ts";
import { Glide } from "./glide.ts";
import { isFarFromLiquidation, liquidate } from "./liquidation.ts";
import { OPEN_LIMITS } from "./open-limits.ts";
import { outcomeOf } from "./outcome.ts";
import { BacktestRecord } from "./record.ts";
import { endOf, Seat } from "./seat.ts";
import type { BacktestInput, BacktestOutcome } from "./types.ts";

const ACCOUNT = "backtest";
/** Nothing comes twice here: no intent is asked for again, no fill reported again. */
const REMEMBERED = { decisions: 0, fills: 0 };

/**
 * @param cache indicator columns kept between runs over the same tables; default a new one.
 * @throws {DstaError} VALIDATION_ERROR for inputs that do not fit together; STRATEGY_THREW and its kin, naming the time of
 * the bar, when a strategy fails.
 */
export function runBacktest(input: BacktestInput, cache = new ColumnCache()): BacktestOutcome {
  const { recording, limits = OPEN_LIMITS } = input;
  if (recording !== undefined) return runL2Backtest({ ...input, recording, limits });
  return new Backtest(input, cache).run();
}

class Backtest {
  readonly #input: BacktestInput;
  readonly #clockwork: Clockwork;
  readonly #account: SimulatedAccount;
  readonly #seats: readonly Seat[];
  readonly #seatsOf: readonly (readonly Seat[])[];
  readonly #desk: Desk;
  readonly #fills: BarFillModel;
  readonly #funding: FundingClock;
  readonly #record: BacktestRecord;
  /** Newest close of each market, NaN before the first. */
  readonly #closes: Float64Array;
  readonly #indexOf = new Map<Owner, number>();
  /** Market of each strategy, and so of each owner of the account. */
  readonly #places: readonly number[];
  readonly #tradeFromMs: number;
  readonly #maintenanceMax: number;
  /** Null unless one strategy trades one market on its own bars. */
  readonly #glide: Glide | null;
  #hasStarted = false;
  #stopped = false;
  #nowMs = 0;
  #bars = 0;

  constructor(input: BacktestInput, cache: ColumnCache) {
    checkInput(input);
    this.#input = input;
    const { markets, strategies, costs, seed } = input;
    this.#closes = new Float64Array(markets.length).fill(Number.NaN);
    this.#record = new BacktestRecord(
      markets.reduce((sum, { bars }) => sum + rowsOf(bars), 0),
      input.record !== "summary",
    );
    const places = (this.#places = strategies.map((strategy) => marketOf(input, strategy.symbol)));
    const owners = strategies.map((strategy, index) => new Owner(strategy.id, markets[places[index]!]!));
    for (const [index, owner] of owners.entries()) this.#indexOf.set(owner, places[index]!);
    this.#account = new SimulatedAccount(input.cash, owners);
    const parts = {
      account: ACCOUNT,
      seed,
      cache,
      sizesLater: input.sizeAt === "fill",
      capital: (seat: Seat) => seat.budget(this.#account.equity((owner) => this.#mark(owner))),
    };
    this.#seats = strategies.map((strategy, index) => new Seat(strategy, owners[index]!, places[index]!, parts));
    this.#seatsOf = markets.map((_, index) => this.#seats.filter(({ marketIndex }) => marketIndex === index));
    this.#desk = new Desk(markets.length, {
      account: this.#account,
      risk: new RiskBook(openingState(ACCOUNT, input.limits ?? OPEN_LIMITS), REMEMBERED),
      fees: new FeeSchedule(costs),
      slippage: slippageOf(costs),
      latencyMs: latencyOf(costs.latency, seededRandom(`${seed}|latency`)),
      record: this.#record,
      mark: (owner) => this.#mark(owner),
      sizesLater: parts.sizesLater,
    });
    this.#fills = new BarFillModel(this.#desk, this.#seatsOf, input);
    this.#funding = new FundingClock(markets);
    this.#clockwork = new Clockwork(markets);
    this.#tradeFromMs = input.tradeFromMs ?? Number.NEGATIVE_INFINITY;
    this.#maintenanceMax = Math.max(...markets.map(({ maintenanceRate }) => maintenanceRate));
    this.#glide = this.#newGlide();
  }

  run(): BacktestOutcome {
    try {
      this.#nowMs = this.#clockwork.nextMs();
      if (this.#nowMs >= this.#tradeFromMs) this.#start(this.#nowMs);
      this.#loop();
      if (this.#input.closeAtEnd && !this.#stopped) this.#closeAll();
    } catch (error) {
      throw placed(error, this.#bars, this.#nowMs);
    }
    return this.#outcome();
  }

  #newGlide(): Glide | null {
    const [seat] = this.#seats;
    const { bars } = this.#input.markets[0]!;
    const isPlain = this.#input.markets.length === 1 && this.#seats.length === 1 && seat!.feeds.length === 1;
    if (!isPlain || seat!.feeds[0]!.intervalMs !== bars.intervalMs) return null;
    return new Glide({
      bars,
      seat: seat!,
      clockwork: this.#clockwork,
      account: this.#account,
      funding: this.#funding,
      record: this.#record,
      closes: this.#closes,
      working: this.#desk.working[0]!,
      onDecision: (by, decision, nowMs) => this.#act(by, decision, nowMs),
    });
  }

  #start(nowMs: number): void {
    this.#hasStarted = true;
    for (const seat of this.#seats) this.#desk.act(seat, seat.runner.onStart(nowMs), nowMs);
  }

  #loop(): void {
    const rows = this.#input.markets.reduce((sum, { bars }) => sum + rowsOf(bars), 0);
    const checkpoints = (this.#input.checkpoints ?? []).map((share) => Math.ceil(rows * share));
    let nextCheck = 0;
    for (let nowMs = this.#clockwork.nextMs(); nowMs !== Number.POSITIVE_INFINITY; nowMs = this.#clockwork.nextMs()) {
      if (this.#glides((checkpoints[nextCheck] ?? Number.POSITIVE_INFINITY) - this.#bars)) continue;
      this.#step(nowMs);
      if (nextCheck < checkpoints.length && this.#bars >= checkpoints[nextCheck]! && !this.#passes(nextCheck++)) return;
    }
  }

  /** Passes the bars in which nothing happens; false when the next one needs a whole step. */
  #glides(barsMax: number): boolean {
    const glide = this.#glide;
    if (glide === null || !this.#hasStarted) return false;
    try {
      glide.run(barsMax - 1);
    } finally {
      this.#bars += glide.passed;
      if (glide.passed > 0) this.#nowMs = glide.nowMs;
    }
    return glide.passed > 0;
  }

  /** Everything of one moment. A call of its own, so that the engine compiles it as it is called, not while it runs. */
  #step(nowMs: number): void {
    const { markets } = this.#clockwork;
    this.#nowMs = nowMs;
    let closed = 0;
    for (let index = 0; index < markets.length; index++) {
      const market = markets[index]!;
      if (!market.isOpen || market.nextMs !== nowMs) continue;
      this.#close(market, index);
      closed++;
    }
    if (this.#funding.nextMs <= nowMs) this.#fund(nowMs);
    if (closed > 0) this.#decide(nowMs);
    for (let index = 0; index < markets.length; index++) {
      const market = markets[index]!;
      if (market.isOpen || market.nextMs !== nowMs) continue;
      this.#clockwork.open(market);
      this.#fills.onOpen(index, market.row);
    }
  }

  #close(market: Ticking, index: number): void {
    const { row } = market;
    const { bars } = this.#input.markets[index]!;
    this.#fills.onRange(index, row);
    this.#closes[index] = bars.close[row]!;
    this.#clockwork.close(market);
    this.#bars++;
    if (this.#account.holding > 0 && !isFarFromLiquidation(this.#account, bars, row, this.#maintenanceMax)) this.#guardMargin(index, row);
  }

  /** Every strategy whose market has a new bar sees it; then equity is what all marks of this moment say. */
  #decide(nowMs: number): void {
    const seats = this.#seats;
    if (!this.#hasStarted && nowMs >= this.#tradeFromMs) this.#start(nowMs);
    for (let index = 0; index < seats.length; index++) this.#show(seats[index]!, nowMs);
    if (!this.#hasStarted) return;
    if (this.#account.holding > 0) this.#record.heldTimes++;
    this.#record.equityAt(nowMs, this.#account.markAt(this.#closes, this.#places));
  }

  #show(seat: Seat, nowMs: number): void {
    const { feeds, runner } = seat;
    for (let index = 0; index < feeds.length; index++) {
      const feed = feeds[index]!;
      while (feed.endMs <= nowMs) {
        const { endMs } = feed;
        const row = feed.next++;
        feed.endMs = endOf(feed);
        if (nowMs < this.#tradeFromMs) {
          runner.seeRow(feed.bars, row, endMs);
          continue;
        }
        const decision = runner.onRow(feed.bars, row, endMs);
        if (decision === EMPTY) continue;
        this.#act(seat, decision, nowMs);
      }
    }
  }

  #act(seat: Seat, decision: Decision, nowMs: number): void {
    this.#nowMs = nowMs;
    this.#desk.act(seat, decision, nowMs);
    this.#fills.onDecided(seat.marketIndex, this.#clockwork.markets[seat.marketIndex]!.row - 1);
  }

  #fund(nowMs: number): void {
    this.#funding.payUntil(nowMs, (marketIndex, rate) => {
      const close = this.#closes[marketIndex]!;
      if (Number.isNaN(close)) return;
      for (const { owner } of this.#seatsOf[marketIndex]!) if (owner.held !== 0) this.#account.fund(owner, this.#mark(owner), rate);
    });
  }

  #guardMargin(index: number, row: number): void {
    if (this.#input.markets[index]!.kind === "spot") return;
    liquidate({
      seats: this.#seats,
      account: this.#account,
      desk: this.#desk,
      record: this.#record,
      closes: this.#closes,
      marketIndex: index,
      row,
    });
  }

  #closeAll(): void {
    for (const seat of this.#seats) {
      const { row, rows } = this.#clockwork.markets[seat.marketIndex]!;
      for (const working of this.#desk.working[seat.marketIndex]!) {
        if (working.seat === seat && !working.isOver) this.#desk.end(working, "OrderCanceled", "end of the data", this.#nowMs);
      }
      if (rows > 0) this.#desk.closeOut(seat, this.#mark(seat.owner), "end of the data", { atMs: this.#nowMs, row, costRow: row - 1 });
    }
    if (this.#record.points > 0) this.#record.amendEquity(toNumber(this.#account.equity((owner) => this.#mark(owner))));
  }

  #mark(owner: Owner): Decimal {
    const index = this.#indexOf.get(owner)!;
    const close = this.#closes[index]!;
    const { instrument, bars } = this.#input.markets[index]!;
    // Before the first close an order can only have come from `on.start`: it is judged by the first open.
    return exact(Number.isNaN(close) ? bars.open[0]! : close, instrument.priceDecimals);
  }

  #passes(checkpoint: number): boolean {
    const goesOn = this.#input.onCheckpoint?.(checkpoint, this.#record.equity()) ?? true;
    this.#stopped = !goesOn;
    return goesOn;
  }

  #outcome(): BacktestOutcome {
    const ended = {
      record: this.#record,
      account: this.#account,
      seats: this.#seats,
      bars: this.#bars,
      paid: this.#funding.paid,
      stopped: this.#stopped,
      rows: this.#clockwork.markets.map(({ row }) => row),
    };
    return outcomeOf(ended, (owner) => this.#mark(owner));
  }
}

/** An expected failure says at which bar it came. */
function placed(error: unknown, bar: number, atMs: number): unknown {
  if (!isExpected(error)) return error;
  const message = `${error.message} (bar ${bar}, ${new Date(atMs).toISOString()})`;
  return new DstaError(error.type, message, { data: { ...error.data, bar, atMs }, cause: error });
}
