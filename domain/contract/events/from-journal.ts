/**
 * From the journal's records to public events: a pure function, so a record published twice gives the same ids and
 * bytes. What a record may say in public is what the channel's schema names; the rest stays inside.
 *
 * A record that does not fit its schema, or is of a newer shape than this program reads, cannot hold up what comes after
 * it: it is announced as EventUnpublishable. Records of no public interest give nothing.
 */
import { auditOf } from "./audit.ts";
import { type Channel, CHANNELS } from "./channels.ts";
import type { PublicEvent, RecordedEvent } from "./envelope.ts";
import { symbolToken } from "./subject-symbol.ts";

type Data = Readonly<Record<string, unknown>>;

interface Publication {
  readonly channel: Channel;
  readonly subject: string;
  readonly data: Data;
}

/**
 * What is published, by the first part of its stream's name, each with the newest shape of the record that is read here: a
 * record of a newer shape must be read here before it is written anywhere.
 */
const PUBLISHED: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  execution: {
    OrderSubmitted: 1,
    OrderAccepted: 1,
    OrderRejected: 1,
    OrderFilled: 1,
    OrderCancelRequested: 1,
    OrderCancelRejected: 1,
    OrderCanceled: 1,
    OrderExpired: 1,
    OrderOutcomeUnknown: 1,
  },
  positions: { FillBooked: 1, EquitySampled: 1 },
  risk: { IntentRefused: 1, LimitBreached: 1, TradingStateChanged: 1, LimitsChanged: 1 },
  strategy: {
    // 2 adds `isolation`, for which the public schema has a default.
    StrategyCreated: 2,
    ParametersChanged: 1,
    StrategyStarted: 1,
    StrategyPaused: 1,
    StrategyStopped: 1,
    StrategyFailed: 1,
  },
  desk: { DeskOpened: 1 },
  node: { NodeJoined: 1, NodeLeft: 1, NodeLost: 1 },
};

/** The events others see of one record, in the order they are published. */
export function publicEventsOf(record: RecordedEvent): readonly PublicEvent[] {
  const area = record.stream.slice(0, record.stream.indexOf("/"));
  const readable = PUBLISHED[area]?.[record.type];
  if (readable === undefined) return [];
  if (record.schema > readable) return [unpublishable(record, "every subject", `its schema ${record.schema} is newer than ${readable}`)];
  const events: PublicEvent[] = [];
  for (const { channel, subject, data } of publicationsOf(area, record)) {
    const parsed = channel.message.safeParse(wrapped(record, channel.schema, subject, data));
    if (parsed.success) events.push(parsed.data as PublicEvent);
    else events.push(unpublishable(record, subject, firstIssue(parsed.error.issues)));
  }
  return events;
}

function publicationsOf(area: string, record: RecordedEvent): Publication[] {
  const { type, data } = record;
  const name = record.stream.slice(area.length + 1);
  const found: Publication[] = [];
  const add = (channel: Channel, subject: string, body: Data): void => void found.push({ channel, subject, data: body });
  if (area === "execution") {
    add(CHANNELS.orders, "trading.orders", { ...data, type });
    if (type === "OrderFilled") add(CHANNELS.fills, fillSubject(data), { ...data, ...(data.fill as Data | undefined) });
  }
  if (area === "positions") add(CHANNELS.positions, "trading.positions", { account: name, atMs: record.atMs, ...data, type });
  if (area === "risk" && type !== "LimitsChanged") {
    // A refusal keeps who and what in its intent.
    add(CHANNELS.alerts, "risk.alerts", { account: name, ...data, ...(data.intent as Data | undefined), type });
  }
  if (area === "strategy") add(CHANNELS.system, "system.events", { ...data, strategyId: name, type });
  if (area === "desk") add(CHANNELS.system, "system.events", { ...data, desk: name, type });
  if (area === "node") add(CHANNELS.system, "system.events", { ...data, node: name, type });
  const audit = auditOf(area, name, record);
  if (audit) add(CHANNELS.audit, "audit.logs", { ...audit });
  return found;
}

function fillSubject({ symbol }: Data): string {
  try {
    return `fill.${symbolToken(String(symbol))}`;
  } catch {
    // The schema refuses the record below; the subject only has to be one.
    return "fill.unreadable";
  }
}

function wrapped({ stream, version, atMs, position }: RecordedEvent, schema: number, subject: string, data: Data): PublicEvent {
  return { id: `${stream}:${version}/${subject}`, subject, schema, atMs, recordedPosition: String(position), data };
}

function unpublishable(record: RecordedEvent, missing: string, reason: string): PublicEvent {
  const { stream, version, type } = record;
  const data = { type: "EventUnpublishable", stream, version, event: type, missing, reason: reason.slice(0, 300) };
  const event = wrapped(record, CHANNELS.system.schema, "system.events", data);
  // Beside the record's own system event, which has the plain id.
  return { ...event, id: `${event.id}/${missing}` };
}

function firstIssue(issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[]): string {
  const [issue] = issues;
  return issue === undefined ? "it does not fit" : `${issue.path.map(String).join(".")}: ${issue.message}`;
}
