/**
 * A backtest on a recorded order book, with queue position: the same strategies, review, orders, matching and latencies as
 * paper trading on the recording, in the same order of events, so that both give the same fills.
 *
 * At each message time first goes on to its receipt: what is due at the venue happens at its own time; then bars that end
 * close, strategies hear what arrived, the book takes the message and fills our orders, and strategies see it.
 * Errs as replay-matching.ts says: no market impact (optimistic for large orders), no cancels ahead in the queue
 * (pessimistic for resting ones). No funding and no liquidation: recordings are short; margin is checked at admission.
 */
import { emptyDepthUpdate } from "../../book/depth.ts";
import { type Decimal, fromUnits, toNumber } from "../../kernel/decimal.ts";
import { DstaError, isExpected } from "../../kernel/errors.ts";
import { seededRandom } from "../../kernel/random.ts";
import { rowsOf } from "../../market/bar-table.ts";
import type { Bar, BookQuality, BookTop } from "../../market/events.ts";
import { RiskBook } from "../../risk/risk-book.ts";
import { openingState } from "../../risk/risk-state.ts";
import { Owner, SimulatedAccount } from "../backtest/account.ts";
import { latencyOf } from "../backtest/costs.ts";
import { BacktestRecord } from "../backtest/record.ts";
import type { BacktestOutcome } from "../backtest/types.ts";
import { BarClock } from "./bar-clock.ts";
import { BookWatch } from "./book-watch.ts";
import { checkL2Input, type L2Input } from "./l2-input.ts";
import { L2Desk } from "./l2-desk.ts";
import { L2Seat } from "./l2-seat.ts";
import { L2_KINDS, readDepth, readSnapshot, readTrade, rowsOfL2 } from "./l2-table.ts";
import { RecordedMarket } from "./recorded-market.ts";

const ACCOUNT = "backtest";
/** Asked for again only within the same moment. */
const REMEMBERED = { decisions: 64, fills: 64 };

/**
 * @throws {DstaError} VALIDATION_ERROR for inputs that do not fit together; STRATEGY_THREW and its kin, naming the time of
 * the message, when a strategy fails.
 */
export function runL2Backtest(input: L2Input): BacktestOutcome {
  return new L2Backtest(input).run();
}

class L2Backtest {
  readonly #input: L2Input;
  readonly #account: SimulatedAccount;
  readonly #risk: RiskBook;
  readonly #record: BacktestRecord;
  readonly #desk: L2Desk;
  readonly #seats: readonly L2Seat[];
  /** Longest first: bars that end together are told so. */
  readonly #clocks: readonly BarClock[];
  readonly #watch: BookWatch;
  readonly #update = emptyDepthUpdate(1_024);
  /** When something other than a message is next to be done. */
  #nextMs = Number.NEGATIVE_INFINITY;
  #mid = 0;
  /** The bar of the chart that is open. */
  #barRow = 0;
  #barEndMs: number;
  #rows = 0;
  #hasStarted = false;

  constructor(input: L2Input) {
    checkL2Input(input);
    this.#input = input;
    const { markets, strategies, costs, seed, limits, cash, recording } = input;
    const [market] = markets;
    const { bars, instrument } = market!;
    const startMs = recording.table.receivedAtMs[0]!;
    this.#record = new BacktestRecord(rowsOf(bars) + 1);
    const owners = strategies.map(({ id }) => new Owner(id, market!));
    this.#account = new SimulatedAccount(cash, owners);
    this.#risk = new RiskBook(openingState(ACCOUNT, limits), REMEMBERED);
    const tradeFromMs = input.tradeFromMs ?? Number.NEGATIVE_INFINITY;
    const parts = { account: ACCOUNT, seed, tradeFromMs, equity: () => this.#equity() };
    this.#seats = strategies.map((strategy, index) => new L2Seat(strategy, owners[index]!, parts));
    const random = seededRandom(`${seed}|latency`);
    const { latency } = costs;
    const reportMs = latency.model === "constant" ? (latency.reportMs ?? latency.ms) : null;
    const submitMs = latencyOf(latency, random);
    this.#desk = new L2Desk(
      {
        seats: this.#seats,
        account: this.#account,
        risk: this.#risk,
        record: this.#record,
        latency: { submitMs, reportMs: reportMs === null ? submitMs : () => reportMs },
        market: (desk, now) => new RecordedMarket({ instrument, rules: recording.rules, desk, now }),
        row: () => this.#barRow,
        onOrder: recording.onOrder ?? null,
      },
      cash,
    );
    const intervals = [...new Set(this.#seats.flatMap(({ intervalsMs }) => intervalsMs))].sort((a, b) => b - a);
    this.#clocks = intervals.map((intervalMs) => new BarClock(instrument, intervalMs, startMs));
    this.#watch = new BookWatch(recording.staleAfterMs, startMs);
    this.#barEndMs = rowsOf(bars) === 0 ? Number.POSITIVE_INFINITY : bars.openTimeMs[0]! + bars.intervalMs;
  }

  run(): BacktestOutcome {
    let stopped = false;
    try {
      this.#desk.advanceTo(this.#input.recording.table.receivedAtMs[0]!);
      this.#start();
      stopped = !this.#loop();
      if (!stopped) this.#end();
    } catch (error) {
      throw this.#placed(error);
    }
    return this.#outcome(stopped);
  }

  /** Strategies begin when they may decide. */
  #start(): void {
    if (this.#desk.nowMs < (this.#input.tradeFromMs ?? Number.NEGATIVE_INFINITY)) return;
    this.#hasStarted = true;
    for (const seat of this.#seats) this.#desk.act(seat, seat.runner.onStart(this.#desk.nowMs));
    this.#desk.settle();
  }

  /** False when a checkpoint ended it. */
  #loop(): boolean {
    const { recording, checkpoints = [], onCheckpoint } = this.#input;
    const rows = rowsOfL2(recording.table);
    const ends = checkpoints.map((share) => Math.ceil(rows * share)).filter((row) => row < rows);
    for (const [index, end] of [...ends, rows].entries()) {
      while (this.#rows < end) this.#play(this.#rows++);
      if (index < ends.length && onCheckpoint && !onCheckpoint(index, this.#record.equity())) return false;
    }
    return true;
  }

  /** One message. */
  #play(row: number): void {
    const { table } = this.#input.recording;
    const desk = this.#desk;
    const nowMs = table.receivedAtMs[row]!;
    if (nowMs >= this.#nextMs || nowMs >= desk.wire.nextMs) this.#advance(nowMs);
    else desk.nowMs = nowMs;
    if (!this.#hasStarted) this.#start();
    switch (table.kind[row]) {
      case L2_KINDS.depth: {
        const verdict = desk.market.onDepth(readDepth(table, row, this.#update));
        this.#watch.heard(nowMs);
        if (verdict === "applied" || verdict === "snapshot-needed") this.#showTop(this.#watch.quality(desk.market));
        break;
      }
      case L2_KINDS.trade:
        this.#trade(row);
        break;
      case L2_KINDS.snapshot:
        if (desk.market.onSnapshot(readSnapshot(table, row))) this.#showTop(this.#watch.quality(desk.market));
        break;
      default:
        return;
    }
    desk.settle();
  }

  #advance(nowMs: number): void {
    const desk = this.#desk;
    while (this.#barEndMs <= nowMs) this.#endBar();
    desk.advanceTo(nowMs);
    for (const clock of this.#clocks) if (clock.nextMs <= nowMs) this.#showBars(clock.tick(nowMs));
    if (this.#watch.isStaleAt(nowMs)) this.#showTop("STALE");
    desk.settle();
    this.#nextMs = Math.min(this.#barEndMs, this.#watch.nextMs);
    for (const { nextMs } of this.#clocks) if (nextMs < this.#nextMs) this.#nextMs = nextMs;
  }

  #trade(row: number): void {
    const { table } = this.#input.recording;
    const at = table.offset[row]! * 2;
    this.#desk.market.onTrade(table.levels[at]!, table.levels[at + 1]!, table.bidCount[row] === 1 ? "buy" : "sell");
    const clocks = this.#clocks;
    const isWanted = clocks.length > 0 || this.#seats.some(({ usesTrades }) => usesTrades);
    if (!isWanted) return;
    const trade = readTrade(table, row);
    for (const seat of this.#seats) if (seat.usesTrades) this.#desk.act(seat, seat.trade(trade, this.#desk.nowMs));
    for (const clock of clocks) this.#showBars(clock.add(trade));
  }

  #showBars(bars: readonly Bar[]): void {
    for (const bar of bars) {
      for (const seat of this.#seats) {
        if (seat.intervalsMs.includes(bar.intervalMs)) this.#desk.act(seat, seat.bar(bar, this.#desk.nowMs));
      }
    }
  }

  #showTop(quality: BookQuality): void {
    const desk = this.#desk;
    const { book, sequencer } = desk.market;
    const { venue, symbol } = this.#input.recording.table;
    const top: BookTop = {
      venue,
      symbol,
      quality,
      updateId: sequencer.updateId,
      bidPrice: book.bestBidPrice,
      bidQuantity: book.bestBidQuantity,
      askPrice: book.bestAskPrice,
      askQuantity: book.bestAskQuantity,
      venueTimeMs: sequencer.venueTimeMs,
      receivedAtMs: this.#watch.heardAtMs,
    };
    if (top.bidPrice !== 0 && top.askPrice !== 0) this.#mid = (top.bidPrice + top.askPrice) / 2;
    desk.top = top;
    for (const seat of this.#seats) desk.act(seat, seat.top(top, desk.nowMs));
  }

  /** A bar of the chart is over: a point of the equity curve. */
  #endBar(): void {
    const { bars } = this.#input.markets[0]!;
    const { priceDecimals } = this.#input.markets[0]!.instrument;
    const mid = this.#mid / 10 ** priceDecimals;
    let equity = this.#account.floatBase;
    for (const { owner } of this.#seats) equity += owner.held * mid;
    if (this.#account.holding > 0) this.#record.heldTimes++;
    this.#record.equityAt(this.#barEndMs, equity);
    // Before the first price there is nothing to judge a loss by.
    if (this.#mid > 0) for (const event of this.#risk.onEquity(this.#equity(), this.#barEndMs)) this.#risk.apply(event);
    this.#barRow++;
    this.#barEndMs = this.#barRow < rowsOf(bars) ? bars.openTimeMs[this.#barRow]! + bars.intervalMs : Number.POSITIVE_INFINITY;
  }

  /** What is under way is settled, then the connection is gone: strategies are told as the floor tells them. */
  #end(): void {
    const desk = this.#desk;
    const { latency } = this.#input.costs;
    const roundMs =
      latency.model === "constant" ? latency.ms + (latency.reportMs ?? latency.ms) : 2 * (latency.meanMs + 5 * latency.deviationMs);
    const { venue } = this.#input.recording.table;
    desk.advanceTo(desk.nowMs + Math.ceil(roundMs));
    desk.settle();
    desk.end();
    const lost = { venue, connected: false, reason: "end of recording", atMs: desk.nowMs, session: "" };
    for (const seat of this.#seats) desk.act(seat, seat.connection(lost));
    desk.settle();
    this.#showTop("STALE");
    desk.settle();
    if (this.#input.closeAtEnd) {
      desk.cancelAll();
      for (const seat of this.#seats) desk.closeOut(seat, "end of the data");
    }
    this.#record.equityAt(desk.nowMs, toNumber(this.#equity()));
  }

  /** Exact, every position at the newest mid. */
  #equity(): Decimal {
    return this.#account.equity((owner) => this.#mark(owner));
  }

  #mark({ market }: Owner): Decimal {
    // A mid may lie between two units.
    return (fromUnits(Math.round(this.#mid * 2), market.instrument.priceDecimals) / 2n) as Decimal;
  }

  #placed(error: unknown): unknown {
    if (!isExpected(error)) return error;
    const at = new Date(this.#desk.nowMs).toISOString();
    return new DstaError(error.type, `${error.message} (message ${this.#rows}, ${at})`, {
      data: { ...error.data, message: this.#rows, atMs: this.#desk.nowMs },
      cause: error,
    });
  }

  #outcome(stopped: boolean): BacktestOutcome {
    const record = this.#record;
    const account = this.#account;
    const finalEquity = this.#equity();
    const open = this.#seats.flatMap(({ trades, owner }) => trades.openAt(this.#mark(owner), this.#barRow) ?? []);
    const closed = this.#seats.flatMap(({ trades }) => trades.closed);
    return {
      bars: this.#barRow,
      events: this.#rows + record.submitted + record.fills.length,
      fills: record.fills,
      trades: [...closed, ...open].sort((a, b) => a.entryMs - b.entryMs),
      equity: record.equity(),
      finalEquity,
      fees: account.fees,
      funding: account.funding,
      slippage: record.slippage,
      turnover: account.turnover,
      exposureRatio: record.points === 0 ? 0 : record.heldTimes / record.points,
      orders: { submitted: record.submitted, filled: record.filledOrders, canceled: record.canceled, refused: record.refusedOrders },
      refusals: record.refusals(),
      liquidations: 0,
      notes: record.notes,
      stopped,
      hash: record.hash(finalEquity),
    };
  }
}
