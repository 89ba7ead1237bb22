/** What a marker on the chart stands for: side, size, price, why it was wanted, and what it cost. */
import type { FillRow } from "../../../domain/contract/views.ts";
import { amount, clockTimeMs, decimal, number } from "../model/format.ts";
import type { FillMarker } from "../model/series.ts";

const NOTE_PX = 262;
const GAP_PX = 12;
const SHOWN = 3;

/** `x` is the bar's place in pixels; the note stands beside it, on the side with room. */
export function FillNote({ markers, x, places }: { markers: readonly FillMarker[]; x: number; places: number | null }) {
  const fills = markers.flatMap((marker) => marker.fills);
  const left = x > NOTE_PX + 2 * GAP_PX ? x - NOTE_PX - GAP_PX : x + GAP_PX;
  return (
    <div class="fill-note" role="status" style={{ left: `${left}px`, width: `${NOTE_PX}px` }}>
      {fills.slice(0, SHOWN).map((fill) => (
        <FillLines key={fill.tradeId} fill={fill} places={places} />
      ))}
      {fills.length > SHOWN && <div class="t2">and {fills.length - SHOWN} more fills in this bar</div>}
    </div>
  );
}

function FillLines({ fill, places }: { fill: FillRow; places: number | null }) {
  const buy = fill.side === "buy";
  return (
    <div>
      <div class="row">
        <b class={buy ? "up" : "dn"}>
          {buy ? "▲ Buy" : "▼ Sell"} {decimal(fill.quantity)} at {decimal(fill.price, { places })}
        </b>
        <span class="grow" />
        <span class="t2">{clockTimeMs(fill.atMs)}</span>
      </div>
      <div class="why">“{fill.why}”</div>
      <div class="t2">
        {fill.strategyId} · slip {number(fill.slippageBps, 1, true)} bp · fee {amount(fill.fee)} {fill.feeAsset} · {fill.liquidity}
      </div>
    </div>
  );
}
