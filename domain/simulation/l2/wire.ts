/**
 * The way between strategies and the recorded venue: orders and cancels arrive after the submit latency, reports leave
 * after the report latency and never overtake each other, as on one connection.
 * Bound: what open orders (at most 20,000, the review's) can have under way.
 */
import type { OrderRequest, VenueReport } from "../../order/types.ts";

export type Parcel =
  | { readonly kind: "submit"; readonly request: OrderRequest }
  | { readonly kind: "cancel"; readonly clientOrderId: string }
  | { readonly kind: "report"; readonly report: VenueReport };

interface UnderWay {
  readonly dueMs: number;
  readonly parcel: Parcel;
}

/** Milliseconds, 0 or above; drawn once a parcel. */
export interface WireLatency {
  submitMs(this: void): number;
  reportMs(this: void): number;
}

export class Wire {
  /** When the next parcel arrives; infinite when none is under way. */
  nextMs = Number.POSITIVE_INFINITY;
  readonly #latency: WireLatency;
  /** In order of arrival, ties in order of departure. */
  readonly #underWay: UnderWay[] = [];
  #lastReportMs = Number.NEGATIVE_INFINITY;

  constructor(latency: WireLatency) {
    this.#latency = latency;
  }

  send(parcel: Parcel, nowMs: number): void {
    const isReport = parcel.kind === "report";
    let dueMs = nowMs + Math.ceil(isReport ? this.#latency.reportMs() : this.#latency.submitMs());
    if (isReport) this.#lastReportMs = dueMs = Math.max(dueMs, this.#lastReportMs);
    let place = this.#underWay.length;
    while (place > 0 && this.#underWay[place - 1]!.dueMs > dueMs) place--;
    this.#underWay.splice(place, 0, { dueMs, parcel });
    this.nextMs = this.#underWay[0]!.dueMs;
  }

  /** The next parcel that has arrived by `nowMs`, or null. */
  take(nowMs: number): UnderWay | null {
    if (this.nextMs > nowMs) return null;
    const first = this.#underWay.shift()!;
    this.nextMs = this.#underWay[0]?.dueMs ?? Number.POSITIVE_INFINITY;
    return first;
  }

  /** Reports that have arrived by `nowMs`, while what is on its way to the venue waits for time to go on. */
  takeReports(nowMs: number): VenueReport[] {
    const taken: VenueReport[] = [];
    for (let index = 0; index < this.#underWay.length && this.#underWay[index]!.dueMs <= nowMs;) {
      const { parcel } = this.#underWay[index]!;
      if (parcel.kind !== "report") index++;
      else {
        taken.push(parcel.report);
        this.#underWay.splice(index, 1);
      }
    }
    this.nextMs = this.#underWay[0]?.dueMs ?? Number.POSITIVE_INFINITY;
    return taken;
  }

  /** Everything still under way leaves it now, in order. */
  flush(): Parcel[] {
    this.nextMs = Number.POSITIVE_INFINITY;
    return this.#underWay.splice(0).map(({ parcel }) => parcel);
  }
}
