/** What others may subscribe to: subjects, schemas, and how the journal's records become public events. */
export * from "./events/channels.ts";
export type { PublicEvent, RecordedEvent } from "./events/envelope.ts";
export { publicEventsOf } from "./events/from-journal.ts";
export { marketDataSubjects, type OrderBookMessage, type PriceMessage } from "./events/market-data.ts";
export { type AuditEntry, AUDITED_ACTIONS } from "./events/system.ts";
