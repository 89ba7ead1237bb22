/** What keeps an actor that moves between nodes from doing things twice, half, or after its time. */
import { describe, expect, it } from "vitest";
import { executionActor } from "../../actors/trading/execution.actor.ts";
import { connectionMessages, executionMessages, positionsMessages, riskMessages } from "../../domain/contract/actors.ts";
import { MemoryJournal } from "../../domain/journal/memory-journal.ts";
import { DstaError, InvariantError } from "../../domain/kernel/errors.ts";
import { isOutcomeUnknown } from "../../domain/kernel/outcome.ts";
import type { ApprovedIntent } from "../../domain/order/approved.ts";
import { RiskBook } from "../../domain/risk/risk-book.ts";
import { restoreRisk, snapshotRisk } from "../../domain/risk/risk-snapshot.ts";
import { applyStrategyEvent } from "../../domain/strategy/record.ts";
import { defineActor } from "../../mixins/hosted/actor.ts";
import { EventStream } from "../../mixins/journal/event-stream.ts";
import { JournalVenueLedger } from "../../topology/venue-ledger.ts";
import { HostDesk } from "./host-desk.ts";
import { intentOf } from "./risk-samples.ts";

const ACCOUNT = "sim:main";
const supervise = { baseMs: 100, maxMs: 1_000, maxRestarts: 3, windowMs: 60_000 };
const mailbox = { control: 64, market: 64 };

/** Execution on a host with a connection whose requests fail as told, and followers that note what they are told. */
function executionDesk() {
  const desk = new HostDesk();
  const journal = new MemoryJournal();
  const sent: string[] = [];
  const followed: string[] = [];
  const failing: { error: Error | null } = { error: null };
  const request = (name: string): void => {
    sent.push(name);
    if (failing.error) throw failing.error;
  };
  desk.host.register(
    defineActor<null, Pick<typeof connectionMessages, "submit" | "cancel" | "order" | "ordersSince">>({
      kind: "connection",
      key: ["account"],
      messages: connectionMessages,
      mailbox,
      supervise,
      activate: () => null,
      handle: { submit: () => request("submit"), cancel: () => request("cancel"), order: () => null, ordersSince: () => [] },
    }),
  );
  desk.host.register(
    defineActor<null, Pick<typeof positionsMessages, "orderEvent" | "follow">>({
      kind: "positions",
      key: ["account"],
      messages: positionsMessages,
      mailbox,
      supervise,
      activate: () => null,
      handle: { orderEvent: () => undefined, follow: (_ctx, { version }) => void followed.push(`positions ${version}`) },
    }),
  );
  desk.host.register(
    defineActor<null, Pick<typeof riskMessages, "orderEvent" | "follow">>({
      kind: "risk",
      key: ["account"],
      messages: riskMessages,
      mailbox,
      supervise,
      activate: () => null,
      handle: { orderEvent: () => undefined, follow: (_ctx, { version }) => void followed.push(`risk ${version}`) },
    }),
  );
  const lookup = { delaysMs: [1_000], escalateAfterMs: 60_000, arrivalGraceMs: 5_000 };
  desk.host.register(executionActor({ journal, lookup, answerTimeoutMs: 5_000 }));
  const intent = { ...intentOf({ strategyId: "manual", account: ACCOUNT }), reservationId: "s1.1.1@1" } as unknown as ApprovedIntent;
  const submit = async (riskEpoch = 1n) => {
    const asked = desk.host.ask(executionMessages.submit, ACCOUNT, { intent, riskEpoch });
    asked.catch(() => undefined);
    for (let turn = 0; turn < 5; turn++) await desk.settle();
    return asked;
  };
  return { desk, journal, sent, followed, failing, submit };
}

describe("a request that was not confirmed", () => {
  it.each([
    ["the connection's node was lost", new DstaError("NODE_LOST", "its node left", { code: 503 })],
    ["the connection crashed", new InvariantError("broken")],
  ])("makes the order Unknown, once, when %s", async (_, error) => {
    const { sent, failing, submit } = executionDesk();
    failing.error = error;
    expect((await submit()).status).toBe("Unknown");
    expect((await submit()).status).toBe("Unknown");
    expect(sent).toEqual(["submit"]);
  });

  it("is looked up, and given up when the venue never saw it", async () => {
    const { desk, failing, submit } = executionDesk();
    failing.error = new DstaError("MESH_DOWN", "away", { retryable: true });
    await submit();
    for (let step = 0; step < 40; step++) await desk.advance(250);
    const answer = desk.host.ask(executionMessages.order, ACCOUNT, { account: ACCOUNT, orderId: "s1.1.1" });
    await desk.settle();
    expect(await answer).toMatchObject({ status: "Rejected", statusReason: expect.stringContaining("NEVER_ARRIVED") as string });
  });
});

describe("a desk that was succeeded", () => {
  it("can hand nothing over any more", async () => {
    const { submit, sent } = executionDesk();
    expect((await submit(5n)).status).toBe("Pending");
    await expect(submit(4n)).rejects.toMatchObject({ type: "RISK_FENCED" });
    expect(sent).toEqual(["submit"]);
  });

  it("leaves its halt to be finished, and what it did is not forgotten in a snapshot", () => {
    const book = RiskBook.open(ACCOUNT);
    const at = { atMs: 1, account: ACCOUNT };
    book.apply({ ...at, type: "TradingStateChanged", from: "active", to: "halted", by: "ana", reason: "news" });
    expect(book.halt).toBeNull();
    book.apply({ ...at, type: "HaltSettled", cancelled: 3, unknown: 1, kept: 2 });
    expect(restoreRisk(JSON.parse(JSON.stringify(snapshotRisk(book)))).halt).toEqual({ cancelled: 3, unknown: 1, kept: 2 });
    book.apply({ ...at, type: "TradingStateChanged", from: "active", to: "halted", by: "ana", reason: "again" });
    expect(book.halt).toBeNull();
  });
});

it("execution says where its stream stands when its ownership begins", async () => {
  const { desk, journal, followed } = executionDesk();
  const { stream } = await EventStream.open(journal, `execution/${ACCOUNT}`, { start: () => null, apply: () => undefined });
  expect(stream.version).toBe(0);
  void desk.host.activate("execution", ACCOUNT);
  for (let turn = 0; turn < 5; turn++) await desk.settle();
  expect(followed).toEqual(["positions 0", "risk 0"]);
});

it("a venue's ledger belongs to its owner: an earlier one neither writes nor gets it back", async () => {
  const journal = new MemoryJournal();
  const [first, second] = [new JournalVenueLedger(journal, "sim", 1n), new JournalVenueLedger(journal, "sim", 2n)];
  const opened = { type: "opened", seq: 1, atMs: 1, balances: {} } as const;
  await first.load();
  await first.append([opened]);
  expect(await second.load()).toEqual([opened]);
  for (let attempt = 0; attempt < 2; attempt++)
    await expect(first.append([{ ...opened, seq: 2 }])).rejects.toMatchObject({ type: "FENCED" });
  await second.append([{ ...opened, seq: 2 }]);
  expect(await second.load()).toHaveLength(2);
});

it("knows which failures say nothing about what was done", () => {
  const types = (unknown: boolean): string[] =>
    [
      new DstaError("NODE_LOST", ""),
      new DstaError("FENCED", ""),
      new DstaError("ASK_TIMEOUT", "", { retryable: true }),
      new DstaError("VALIDATION_ERROR", ""),
      new DstaError("RISK_FENCED", ""),
    ]
      .filter((error) => isOutcomeUnknown(error) === unknown)
      .map(({ type }) => type);
  expect(types(true)).toEqual(["NODE_LOST", "FENCED", "ASK_TIMEOUT"]);
  expect(types(false)).toEqual(["VALIDATION_ERROR", "RISK_FENCED"]);
  expect(isOutcomeUnknown(new InvariantError("broken"))).toBe(false);
});

it("a pause with a time says when it ends, and any start ends it", () => {
  const about = { id: "a", strategy: "s", account: ACCOUNT, venue: "sim", symbol: "BTC/USDT", params: {}, by: "ana" };
  const born = applyStrategyEvent(null, { type: "StrategyCreated", ...about, isolation: "inline" }, 0);
  const paused = applyStrategyEvent(born, { type: "StrategyPaused", by: "ana", resumeAtMs: 60_000 }, 1);
  expect(paused).toMatchObject({ desired: "paused", resumeAtMs: 60_000, reason: "paused by ana until 1970-01-01T00:01:00.000Z" });
  expect(applyStrategyEvent(paused, { type: "StrategyStarted", by: "ana" }, 2).resumeAtMs).toBeNull();
});
