/**
 * What must be true of a mesh's books once nothing moves: the venue, our orders, the booked positions and what REST shows
 * tell one story (floor-books.ts); every order that REST acknowledged exists, and under one key only one; and no stream of
 * the journal was written by two owners in turns.
 */
import pg from "pg";
import type { OrderRow, PositionRow, RiskView } from "../../../domain/contract/views.ts";
import { format } from "../../../domain/kernel/decimal.ts";
import { applyFill, FLAT, type Position } from "../../../domain/position/position.ts";
import { symbolAssets } from "../../../domain/position/symbol-assets.ts";
import { openPostgresJournal } from "../../../mixins/journal/postgres-journal.ts";
import { machineClock } from "../database.ts";
import { type Books, brokenAtRest, readBooks } from "../floor-books.ts";
import type { TradingLoad } from "../trading-load.ts";
import type { MeshCluster } from "./mesh-cluster.ts";

export interface Findings {
  /** Fills of the venue that are not ours, acknowledged orders that are nowhere. */
  readonly lost: readonly string[];
  /** Orders and fills that are there twice. */
  readonly duplicated: readonly string[];
  /** Anything else that does not fit. */
  readonly broken: readonly string[];
  readonly orders: number;
  readonly fills: number;
}

const SETTLE_MS = 20_000;
const POLL_MS = 50;
/** Of the newest orders by hand, so many are sent again under their keys. */
const REPEATED = 12;

/** Halts trading, waits until nothing moves, compares everything and lets it trade again. */
export async function compareBooks(cluster: MeshCluster, load: TradingLoad): Promise<Findings> {
  await insisting(cluster, "POST", "risk/circuit-breaker", { state: "halted", reason: "comparing the books" });
  const repeated = await load.repeat({ api: cluster.api.bind(cluster), get: cluster.get.bind(cluster), hasEnded: false }, REPEATED);
  const open = await settled(cluster);
  const { books, shown, reserved } = await atRest(cluster);
  await insisting(cluster, "POST", "risk/circuit-breaker", { state: "active", reason: "compared", confirm: "RESUME desk-1" });

  const [lost, duplicated] = [[] as string[], repeated];
  const ours = new Set(books.fills.map(({ symbol, fill }) => `${symbol}|${fill.tradeId}`));
  for (const key of books.venueFills.keys()) if (!ours.has(key)) lost.push(`the venue's fill ${key}`);
  for (const { key, orderId } of load.sent) {
    if (orderId !== null && !books.orders.has(orderId)) lost.push(`order ${orderId}, acknowledged for ${key}`);
  }
  duplicated.push(...books.faults, ...sameIntents(books));
  const broken = [...open, ...brokenAtRest(books), ...positionsDiffer(books, shown), ...(await writersMixed(cluster.postgres.url))];
  if (reserved > 0) broken.push(`${reserved} reservations without an open order`);
  return { lost, duplicated, broken, orders: books.orders.size, fills: books.venueFills.size };
}

/** Until it is accepted: right after a fault risk may not answer yet. */
async function insisting(cluster: MeshCluster, method: string, path: string, body: unknown): Promise<void> {
  const untilMs = performance.now() + SETTLE_MS;
  for (;;) {
    const said = await cluster.api(method, path, body).then(
      ({ status, body: answer }) => (status < 300 ? null : `${status} ${JSON.stringify(answer)}`),
      (error: unknown) => String(error),
    );
    if (said === null) return;
    if (performance.now() > untilMs) throw new Error(`${method} ${path}: ${said}\n${cluster.logs()}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

async function settled(cluster: MeshCluster): Promise<string[]> {
  const untilMs = performance.now() + SETTLE_MS;
  for (;;) {
    const { items } = await cluster.get<{ items: OrderRow[] }>("orders/active").catch(() => ({ items: null }));
    if (items?.length === 0) return [];
    if (performance.now() > untilMs) {
      return [`orders stay open after a halt: ${items?.map(({ orderId, status }) => `${orderId} ${status}`).join(", ") ?? "no answer"}`];
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

interface Rest {
  readonly books: Books;
  readonly shown: readonly PositionRow[];
  readonly reserved: number;
}

/** The last reports and bookings are milliseconds away once no order is open; what is not there after 5 s never comes. */
async function atRest(cluster: MeshCluster): Promise<Rest> {
  const journal = await openPostgresJournal({ url: cluster.postgres.url, clock: machineClock, monotonicMs: () => performance.now() });
  try {
    const untilMs = performance.now() + 5_000;
    for (;;) {
      const books = await readBooks(journal);
      const { items: shown } = await cluster.get<{ items: PositionRow[] }>("positions");
      const reserved = (await cluster.get<RiskView>("risk/limits")).reservations.length;
      const fits = brokenAtRest(books).length === 0 && positionsDiffer(books, shown).length === 0 && reserved === 0;
      if (fits || performance.now() > untilMs) return { books, shown, reserved };
    }
  } finally {
    await journal.close();
  }
}

function sameIntents({ orders }: Books): string[] {
  const seen = new Map<string, string>();
  const twice: string[] = [];
  for (const [orderId, { intent }] of orders) {
    const other = seen.get(intent.intentId);
    if (other !== undefined) twice.push(`intent ${intent.intentId} became ${other} and ${orderId}`);
    seen.set(intent.intentId, orderId);
  }
  return twice;
}

/**
 * Positions as REST shows them against the fills in the order in which we journaled them; that these are the venue's fills,
 * all and once, is checked apart. The venue's own order is not asked for: average cost depends on it, and the fill of an order
 * whose outcome was unknown is found after later fills of others.
 */
function positionsDiffer({ fills, orders }: Books, rows: readonly PositionRow[]): string[] {
  const positions = new Map<string, Position>();
  for (const { orderId, symbol, fill } of fills) {
    const { strategyId, side } = orders.get(orderId)!.intent;
    const owner = `${strategyId} ${symbol}`;
    positions.set(owner, applyFill(positions.get(owner) ?? FLAT, side, fill, symbolAssets(symbol)).position);
  }
  const told = Array.from(positions, ([owner, { quantity, realisedPnl, feesInQuote }]) =>
    [owner, format(quantity), format(realisedPnl), format(feesInQuote)].join(" "),
  );
  const shown = rows.map((row) => [row.strategyId ?? "", row.symbol, row.quantity, row.realisedPnl, row.feesPaid].join(" "));
  const [left, right] = [told.filter((line) => !shown.includes(line)), shown.filter((line) => !told.includes(line))];
  if (left.length + right.length === 0) return [];
  return [`positions: our fills give ${left.join(", ")}`, `positions: shown are ${right.join(", ")}`];
}

/**
 * Along the versions of a stream epochs and positions grow and no version is missing: an owner whose successor has written
 * never writes again. The head's epoch is not below its last event's.
 */
async function writersMixed(url: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ stream: string; version: string; epoch: string; before: string }>(`
      select * from (
        select stream, version, epoch, position, lag(epoch) over w as before,
          lag(version) over w as previous, lag(position) over w as earlier
        from dsta.journal window w as (partition by stream order by version)) as e
      where before > epoch or earlier >= position or coalesce(previous, 0) + 1 <> version limit 20`);
    const heads = await client.query<{ stream: string }>(`
      select h.stream from dsta.head h join dsta.journal j on j.stream = h.stream and j.version = h.version
      where h.epoch < j.epoch union all
      select h.stream from dsta.head h where h.version > 0 and not exists
        (select 1 from dsta.journal j where j.stream = h.stream and j.version = h.version)`);
    const mixed = rows.map(({ stream, version, epoch, before }) => `${stream} version ${version} has epoch ${epoch} after ${before}`);
    return [...mixed, ...heads.rows.map(({ stream }) => `the head of ${stream} does not fit its events`)];
  } finally {
    await client.end();
  }
}
