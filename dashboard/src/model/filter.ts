/**
 * The actors filter: `kind:book state:active or mailbox:>0`. Terms side by side must all hold, `or` parts
 * alternatives, a leading `-` turns a term round, a term without a field searches everything. A field or number
 * that does not exist is refused with what was expected; the caller keeps the last good filter.
 */
import type { ActorRow } from "../../../domain/contract/views.ts";

export type Matcher = (actor: ActorRow) => boolean;
export type ParsedFilter = { readonly ok: true; readonly matches: Matcher } | { readonly ok: false; readonly problem: string };

const TEXT_FIELDS: Readonly<Record<string, (actor: ActorRow) => string>> = {
  kind: (actor) => actor.kind,
  key: (actor) => actor.key,
  state: (actor) => actor.state,
  node: (actor) => actor.node,
};
const NUMBER_FIELDS: Readonly<Record<string, (actor: ActorRow) => number>> = {
  mailbox: (actor) => actor.mailbox,
  restarts: (actor) => actor.restarts,
  rate: (actor) => actor.messagesPerSecond,
  p99: (actor) => actor.p99Us ?? 0,
};
export const FILTER_FIELDS: readonly string[] = [...Object.keys(TEXT_FIELDS), "error", ...Object.keys(NUMBER_FIELDS)];

/** An empty text matches every actor. At most 200 characters are read. */
export function parseFilter(text: string): ParsedFilter {
  const alternatives: Matcher[][] = [[]];
  for (const word of text.slice(0, 200).trim().split(/\s+/)) {
    if (word === "") continue;
    if (word.toLowerCase() === "or") {
      alternatives.push([]);
      continue;
    }
    const term = parseTerm(word);
    if (typeof term === "string") return { ok: false, problem: term };
    alternatives.at(-1)?.push(term);
  }
  const meant = alternatives.filter((terms) => terms.length > 0);
  if (meant.length === 0) return { ok: true, matches: () => true };
  return { ok: true, matches: (actor) => meant.some((terms) => terms.every((term) => term(actor))) };
}

function parseTerm(word: string): Matcher | string {
  const negated = word.startsWith("-") && word.length > 1;
  const bare = negated ? word.slice(1) : word;
  const matcher = parsePositive(bare.toLowerCase());
  if (typeof matcher === "string" || !negated) return matcher;
  return (actor) => !matcher(actor);
}

function parsePositive(word: string): Matcher | string {
  const colon = word.indexOf(":");
  // Actor keys carry colons themselves (`sim:btc/usdt`), so only a known field or a lone word before it counts as one.
  const field = colon < 0 ? "" : word.slice(0, colon);
  const value = word.slice(colon + 1);
  if (field === "error") return errorTerm(value);
  const text = TEXT_FIELDS[field];
  if (text !== undefined) return wildcard(value, text);
  const numeric = NUMBER_FIELDS[field];
  if (numeric !== undefined) return comparison(field, value, numeric);
  if (colon > 0 && !/[/*]/.test(value) && !/^[a-z0-9-]*$/.test(value)) {
    return `No field "${field}": expected one of ${FILTER_FIELDS.join(", ")}`;
  }
  return (actor) => `${actor.actorId} ${actor.node} ${actor.state} ${actor.lastError ?? ""}`.toLowerCase().includes(word);
}

function errorTerm(value: string): Matcher {
  if (value === "any" || value === "*") return (actor) => actor.lastError !== null;
  if (value === "none") return (actor) => actor.lastError === null;
  return (actor) => (actor.lastError ?? "").toLowerCase().includes(value);
}

function wildcard(value: string, read: (actor: ActorRow) => string): Matcher {
  if (!value.includes("*")) return (actor) => read(actor).toLowerCase().includes(value);
  const parts = value.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  const pattern = new RegExp(`^${parts.join(".*")}$`);
  return (actor) => pattern.test(read(actor).toLowerCase());
}

function comparison(field: string, value: string, read: (actor: ActorRow) => number): Matcher | string {
  const parts = /^(>=|<=|>|<|=)?(\d+(?:\.\d+)?)$/.exec(value);
  if (parts === null) return `${field}: expected a number such as ${field}:>0, got "${value}"`;
  const bound = Number(parts[2]);
  switch (parts[1]) {
    case ">":
      return (actor) => read(actor) > bound;
    case ">=":
      return (actor) => read(actor) >= bound;
    case "<":
      return (actor) => read(actor) < bound;
    case "<=":
      return (actor) => read(actor) <= bound;
    default:
      return (actor) => read(actor) === bound;
  }
}
