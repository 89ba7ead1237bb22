/** Marks of a trade chart: one a bar and side while there is room, else neighbours together with how many and their result. */
import type { TradeChart } from "../../../../domain/contract/views/research.ts";
import { compact, number } from "../format.ts";

type Marker = TradeChart["markers"][number];

export interface TradeMark {
  readonly timeMs: number;
  readonly side: "buy" | "sell";
  readonly text: string;
}

/** `room`: marks a side that can stand beside each other with their texts. */
export function tradeMarks(chart: TradeChart, room: number): TradeMark[] {
  return (["buy", "sell"] as const)
    .flatMap((side) =>
      grouped(
        chart,
        chart.markers.filter((marker) => marker.side === side),
        room,
      ),
    )
    .sort((a, b) => a.time - b.time)
    .map((marker) => ({ timeMs: marker.time, side: marker.side, text: markText(marker) }));
}

function grouped(chart: TradeChart, markers: readonly Marker[], room: number): readonly Marker[] {
  const [first, last] = [chart.bars[0], chart.bars.at(-1)];
  if (markers.length <= room || first === undefined || last === undefined) return markers;
  const width = (last.time - first.time + chart.intervalMs) / room;
  const groups = new Map<number, Marker>();
  for (const marker of markers) {
    const place = Math.floor((marker.time - first.time) / width);
    const before = groups.get(place);
    groups.set(place, before === undefined ? marker : together(before, marker));
  }
  return [...groups.values()];
}

function together(a: Marker, b: Marker): Marker {
  return { ...a, count: a.count + b.count, pnl: a.pnl === null && b.pnl === null ? null : (a.pnl ?? 0) + (b.pnl ?? 0) };
}

/** What closed says its result, what opened B or S; several say how many. */
function markText({ side, count, pnl }: Marker): string {
  const many = count > 1 ? ` ×${number(count)}` : "";
  return `${pnl === null ? (side === "buy" ? "B" : "S") : `${pnl > 0 ? "+" : ""}${compact(pnl)}`}${many}`;
}
