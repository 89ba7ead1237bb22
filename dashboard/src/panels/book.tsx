/**
 * The book ladder with our resting orders in it. A book that is not whole is hatched, loses its colour and says since
 * when: last known is not tradable.
 */
import { useEffect, useRef, useState } from "preact/hooks";
import type { BookView } from "../../../domain/contract/views.ts";
import { clockTime, compact, decimal, number, percent } from "../model/format.ts";
import { buildLadder, type LadderRow } from "../model/ladder.ts";
import { Mark } from "../parts/mark.tsx";
import { Empty, Panel, Loading } from "../parts/panel.tsx";
import { focusBook } from "../state/choice.ts";
import { link, loaded, orders, pageMs } from "../state/floor.ts";
import { bookHeardAtMs, marketOf } from "../state/market.ts";
import { StaleChip, staleMs } from "./stale.tsx";

const LEVEL_PX = 17;
const FIXED_PX = 22 + 22;
const MOST = 25;

export function BookPanel({ venue, symbol }: { venue: string; symbol: string } | { venue: null; symbol: null }) {
  const state = symbol === null ? null : marketOf(venue, symbol);
  const box = useRef<HTMLDivElement>(null);
  const depth = useDepth(box);
  const asked = focusBook.value;
  useEffect(() => {
    if (asked > 0) box.current?.focus();
  }, [asked]);
  return (
    <Panel
      title="Book"
      note={symbol ?? ""}
      right={symbol === null || state === null ? null : staleMs() === null ? <Whole book={state.book} /> : <StaleChip />}
      area="book"
      fixed
    >
      <div ref={box} class="book focus-in" tabIndex={-1}>
        {symbol === null && loaded.value ? (
          <Empty title="No market yet" />
        ) : state === null ? (
          <Loading rows={12} columns={[20, 60, 50, 40]} />
        ) : (
          <Ladder book={state.book} depth={depth} pricePlaces={state.pricePrecision} quantityPlaces={state.quantityPrecision} />
        )}
      </div>
    </Panel>
  );
}

function Whole({ book }: { book: BookView }) {
  const silent = pageMs.value - bookHeardAtMs.value;
  const ageMs = book.ageMs + (silent > 1_500 ? silent : 0);
  return (
    <span class="row panel-note">
      <Mark form="check" /> whole · {ageMs < 1_000 ? `${Math.round(ageMs)} ms` : `${number(ageMs / 1_000, 1)} s`}
    </span>
  );
}

/** Levels a side that fit the panel. */
function useDepth(box: { current: HTMLDivElement | null }): number {
  const [depth, setDepth] = useState(6);
  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(() => {
      const stale = element.querySelector(".stale-note")?.clientHeight ?? 0;
      const fit = Math.floor((element.clientHeight - FIXED_PX - stale) / LEVEL_PX / 2);
      setDepth(Math.min(MOST, Math.max(2, fit)));
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return depth;
}

function Ladder({
  book,
  depth,
  pricePlaces,
  quantityPlaces,
}: {
  book: BookView;
  depth: number;
  pricePlaces: number;
  quantityPlaces: number;
}) {
  const stale = staleMs() !== null;
  const rows = Math.max(2, stale ? depth - 2 : depth);
  const ladder = buildLadder(book, orders.value, rows);
  const base = book.symbol.split("/")[0] ?? "";
  const level = (row: LadderRow, side: "bid" | "ask") => (
    <div key={row.price} class={`level ${side}`} role="row">
      <i style={{ width: `${(row.share * 100).toFixed(1)}%` }} />
      <span
        class="mine"
        role="cell"
        title={row.mine > 0 ? `our open orders: ${decimal(row.mine.toFixed(quantityPlaces))} ${base}` : undefined}
      >
        {row.mine > 0 ? `◂${compact(row.mine)}` : ""}
      </span>
      <span class={stale ? "" : side === "bid" ? "up" : "dn"} role="cell">
        {decimal(row.price, { places: pricePlaces })}
      </span>
      <span role="cell">{decimal(row.quantity, { places: quantityPlaces })}</span>
      <span class="t2" role="cell">
        {compact(row.sum)}
      </span>
    </div>
  );
  return (
    <div class={`ladder ${stale ? "stale" : ""}`} role="table" aria-label={`Order book of ${book.symbol} on ${book.venue}`}>
      {stale && <StaleNote book={book} />}
      <div class="level head" role="row">
        <span role="columnheader">mine</span>
        <span role="columnheader">price</span>
        <span role="columnheader">
          size <span class="wide-text">{base}</span>
        </span>
        <span role="columnheader">sum</span>
      </div>
      <div class="asks" role="rowgroup">
        {ladder.asks.map((row) => level(row, "ask"))}
      </div>
      <div class="mid">
        <b>
          {stale ? "≈ " : ""}
          {number(ladder.mid, pricePlaces)}
        </b>
        <span class="t2">{ladder.spreadBps === null ? "" : `${number(ladder.spreadBps, 2)} bp`}</span>
        <span class="grow" />
        <span class="t2">{ladder.bidShare === null || stale ? "—" : `bid ${percent(ladder.bidShare, 0)}`}</span>
      </div>
      <div class="bids" role="rowgroup">
        {ladder.bids.map((row) => level(row, "bid"))}
      </div>
    </div>
  );
}

function StaleNote({ book }: { book: BookView }) {
  return (
    <div class="stale-note hatch" role="status">
      <b class="warn">Last known, not tradable</b>
      <div>
        {link.value.phase !== "live" ? "this page lost the gateway" : book.quality === "RESYNC" ? "asking a new snapshot" : "feed lost"},
        last heard {clockTime(book.receivedAtMs)}
      </div>
    </div>
  );
}
