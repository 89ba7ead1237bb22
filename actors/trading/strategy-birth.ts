/** The birth of a strategy instance: journaled before its actor is first spoken to, so that an id is taken once. */
import type { NewStrategy } from "../../domain/contract/actors.ts";
import type { ParamValues } from "../../domain/contract/views.ts";
import type { Journal, StoredEvent } from "../../domain/journal/journal.ts";
import { DstaError } from "../../domain/kernel/errors.ts";
import type { AnyStrategy } from "../../domain/strategy/define.ts";
import { validateParams } from "../../domain/strategy/param-values.ts";
import { encodeStrategyEvent, foldStrategy, recordOf, type StrategyEvent, type StrategyRecord } from "../../domain/strategy/record.ts";
import { EventStream } from "../../mixins/journal/event-stream.ts";

interface RecordBox {
  record: StrategyRecord | null;
}

/** @param epoch of the activation that owns the stream; absent for its birth, before there is one */
export function openRecord(journal: Journal, id: string, epoch?: bigint) {
  const fold = {
    start: (snapshot: unknown) => ({ record: recordOf(snapshot) }),
    apply: (box: RecordBox, stored: StoredEvent) => void (box.record = foldStrategy(box.record, stored)),
  };
  return EventStream.open<RecordBox>(journal, `strategy/${id}`, fold, epoch);
}

/** Complete values of a definition's parameters, as JSON. @throws {DstaError} VALIDATION_ERROR */
export function checkedParams(definition: AnyStrategy, given: Readonly<Record<string, unknown>>): ParamValues {
  return { ...validateParams(definition as Parameters<typeof validateParams>[0], given) };
}

/** @throws {DstaError} STRATEGY_EXISTS, VALIDATION_ERROR; then nothing was written. */
export async function createStrategy(journal: Journal, wish: NewStrategy, definition: AnyStrategy, atMs: number): Promise<void> {
  const params = checkedParams(definition, wish.params);
  // Looked at before the stream is taken over: an id in use keeps its owner.
  const [taken] = await journal.query({ stream: `strategy/${wish.id}`, types: ["StrategyCreated"], limit: 1 });
  const exists = (): DstaError =>
    new DstaError("STRATEGY_EXISTS", `strategy ${wish.id} exists already`, {
      code: 409,
      data: { field: "id", expected: "an id that is not taken", got: wish.id },
    });
  if (taken) throw exists();
  const { stream, state } = await openRecord(journal, wish.id);
  if (state.record) throw exists();
  const { id, strategy, account, venue, symbol, by, isolation = "inline" } = wish;
  const events: StrategyEvent[] = [{ type: "StrategyCreated", id, strategy, account, venue, symbol, params, by, isolation }];
  if (wish.start) events.push({ type: "StrategyStarted", by });
  await stream.append(events.map((event) => encodeStrategyEvent(event, atMs)));
}
