import { expect, it } from "vitest";
import { MemoryJournal } from "../../domain/journal/memory-journal.ts";
import { journalLeaseSuite } from "./journal-lease-suite.ts";
import { journalSuite, noted } from "./journal-suite.ts";

for (const suite of [journalSuite, journalLeaseSuite]) {
  suite("in memory", () => Promise.resolve({ journal: new MemoryJournal(), close: () => Promise.resolve() }));
}

it("refuses more events than its bound", async () => {
  const journal = new MemoryJournal({ maxEvents: 2 });
  await journal.append("s", 1n, 0, [noted(1), noted(2)]);
  await expect(journal.append("s", 1n, 2, [noted(3)])).rejects.toMatchObject({ type: "JOURNAL_FULL", retryable: true });
});
