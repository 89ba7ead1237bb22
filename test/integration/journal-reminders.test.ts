/** Reminders on a real PostgreSQL: the shared suite, and a server that is killed between set and delivery. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { openPostgresJournal } from "../../mixins/journal/postgres-journal.ts";
import { PostgresReminders } from "../../mixins/reminders/postgres-reminders.ts";
import { reminderSuite } from "../unit/reminder-suite.ts";
import { machineClock, startTestDatabase } from "./database.ts";
import type { TestDatabase } from "./database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase();
  const journal = await openPostgresJournal({ url: database.server.url, clock: machineClock, monotonicMs: () => performance.now() });
  await journal.close();
}, 60_000);
afterAll(() => database.remove());

function open(): PostgresReminders {
  return new PostgresReminders({ url: database.server.url, clock: machineClock });
}

reminderSuite("on PostgreSQL", () => {
  const reminders = open();
  return Promise.resolve({ reminders, close: () => reminders.close() });
});

it("keeps what was acknowledged through kill -9 of the server, and requests wait for its return", async () => {
  const reminders = open();
  const wake = (index: number): Parameters<PostgresReminders["set"]>[0] => ({
    kind: "strategy",
    id: `kept-${index}`,
    name: "wake",
    dueMs: index,
    message: "resume",
    params: {},
  });
  await Promise.all(Array.from({ length: 50 }, (_, index) => reminders.set(wake(index), 1n)));
  process.kill(database.server.pid(), "SIGKILL");
  const taken = await Promise.all(Array.from({ length: 50 }, (_, index) => reminders.takeOver("strategy", `kept-${index}`, 2n)));
  expect(taken).toEqual(Array.from({ length: 50 }, (_, index) => [wake(index)]));
  await reminders.close();
}, 30_000);
