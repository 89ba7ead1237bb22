/**
 * Reviews per second: an intent approved, its worst case reserved, its order cancelled, the rest released.
 *
 * Goals: review and reservation within 2 µs on the reference machine, with 100 strategies that hold positions and have
 * orders working. Floor: what cannot be left out, a Map look-up of the owner, one bigint product and one comparison.
 * Non-goals: making the intent, the journal, snapshots; refusals, which write text.
 * Run: node bench/risk.bench.ts [--quick]
 */
import { decimal, format, fromUnits } from "../domain/kernel/decimal.ts";
import type { OrderEvent } from "../domain/order/events.ts";
import type { OrderIntent } from "../domain/order/types.ts";
import { setLimits } from "../domain/risk/commands.ts";
import { shown } from "../domain/risk/exposure.ts";
import { decide } from "../domain/risk/review.ts";
import { RiskBook } from "../domain/risk/risk-book.ts";
import { canceledOf, fillOf, filledOf, intentOf, marketOf, PERPETUAL, START_MS, topOf } from "../test/unit/risk-samples.ts";

const STRATEGIES = 100;
/** Orders open at once, and in one timing; the median of the rounds is told. */
const ROUND = 1_000;
const WARM_UP_ROUNDS = 30;
const ROUNDS = process.argv.includes("--quick") ? 30 : 300;

interface Case {
  readonly intent: OrderIntent;
  readonly canceled: OrderEvent;
}

function casesOf(count: number, run: string): Case[] {
  return Array.from({ length: count }, (_, index) => {
    const intent: OrderIntent = {
      ...intentOf({ intentId: `${run}.${index}`, strategyId: `s${index % STRATEGIES}`, side: index % 3 === 0 ? "sell" : "buy" }),
      quantity: fromUnits(100 + (index % 900), 3),
    };
    return { intent, canceled: canceledOf(intent) };
  });
}

/** Every strategy holds 1 to 5 and has an order working. */
function busyBook(): RiskBook {
  const book = RiskBook.open("paper");
  book.apply(setLimits(book, { maxOrdersPerSecond: 1_000 }, { by: "bench", reason: "rate is not what is measured", atMs: START_MS }));
  for (let index = 0; index < STRATEGIES; index++) {
    const held = intentOf({ intentId: `held.${index}`, strategyId: `s${index}` });
    book.onOrderEvent(filledOf(held, fillOf(`t${index}`, "100", String(1 + (index % 5)))), book.appliedVersion + 1);
    decide(book, intentOf({ intentId: `working.${index}`, strategyId: `s${index}` }), marketOf());
  }
  return book;
}

/** Nanoseconds of each review with its reservation and of the release after it, and a hash of what was decided. */
interface Round {
  readonly reviewNs: number;
  readonly cycleNs: number;
  readonly hash: number;
}

/** One round; intents are made before, and no more than a round of them lives at once. */
function runReviews(book: RiskBook, cases: readonly Case[], atMs: number): Round {
  const market = marketOf({ top: topOf(PERPETUAL, "99.99", "100.01", { receivedAtMs: atMs }), nowMs: atMs });
  let hash = 0;
  const start = process.hrtime.bigint();
  for (const { intent } of cases) hash = (Math.imul(hash, 31) + (decide(book, intent, market).kind === "approved" ? 1 : 2)) | 0;
  const reviewed = process.hrtime.bigint();
  for (const { canceled } of cases) book.onOrderEvent(canceled, book.appliedVersion + 1);
  return { reviewNs: Number(reviewed - start) / cases.length, cycleNs: Number(process.hrtime.bigint() - start) / cases.length, hash };
}

function runFloor(cases: readonly Case[]): { floorNs: number; hash: number } {
  const owners = new Map(Array.from({ length: STRATEGIES }, (_, index) => [`s${index}`, decimal(String(index))]));
  const max = decimal("250000") * 10n ** 18n;
  const price = decimal("100.01");
  let hash = 0;
  const start = process.hrtime.bigint();
  for (const { intent } of cases)
    hash = (Math.imul(hash, 31) + (owners.get(intent.strategyId)! + intent.quantity * price <= max ? 1 : 2)) | 0;
  return { floorNs: Number(process.hrtime.bigint() - start) / cases.length, hash };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

const book = busyBook();
const rounds: (Round & { floorNs: number })[] = [];
for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round++) {
  const cases = casesOf(ROUND, `r${round}`);
  const floor = runFloor(cases);
  const { reviewNs, cycleNs, hash } = runReviews(book, cases, START_MS + round * 10_000);
  if (round >= WARM_UP_ROUNDS) rounds.push({ reviewNs, cycleNs, floorNs: floor.floorNs, hash: Math.imul(hash, 31) + floor.hash });
}
const reviewNs = median(rounds.map((round) => round.reviewNs));
const cycleNs = median(rounds.map((round) => round.cycleNs));
const floorNs = median(rounds.map((round) => round.floorNs));

process.stdout.write(
  `review and reserve ${reviewNs.toFixed(0)} ns, with release ${cycleNs.toFixed(0)} ns, floor ${floorNs.toFixed(0)} ns\n`,
);
process.stdout.write(
  `${JSON.stringify({
    bench: "risk",
    reviews: ROUNDS * ROUND,
    reviewNs: Math.round(reviewNs),
    cycleNs: Math.round(cycleNs),
    reviewsPerSecond: Math.round(1e9 / cycleNs),
    floorNs: Number(floorNs.toFixed(1)),
    ratio: Number((reviewNs / floorNs).toFixed(2)),
    gross: format(shown(book.gross)),
    hash: rounds.reduce((hash, round) => (Math.imul(hash, 31) + round.hash) | 0, 0),
  })}\n`,
);
