/**
 * The way in from one outlet of another node: checks that no number is missing, asks once for what may be, and
 * acknowledges. A batch that cannot be read counts as missing from where it breaks.
 */
import type { FeedCounts, FeedLimits } from "./feed-counts.ts";
import { ANSWERS, FRAME, type FrameHead, OPENS } from "./frame.ts";
import { readRecords, type RecordSink } from "./record-reader.ts";

export interface InletPorts {
  readonly limits: FeedLimits;
  readonly counts: FeedCounts;
  /** Records may be missing from this outlet. */
  readonly onGap: () => void;
  /** To an outlet of the publishing node; `sequence` is what we expect next. */
  readonly reply: (type: typeof FRAME.ack | typeof FRAME.ask, sequence: number, outlet: number) => void;
}

export class Inlet {
  readonly #ports: InletPorts;
  #expected = -1;
  #outlet = 0;
  #sinceAck = 0;
  #isAsking = false;

  constructor(ports: InletPorts) {
    this.#ports = ports;
  }

  receive(bytes: Uint8Array, view: DataView, head: FrameHead, sink: RecordSink): void {
    const { counts, limits, reply } = this.#ports;
    this.#outlet = head.outlet;
    counts.batchesIn++;
    counts.recordsIn += head.count;
    const isFirst = this.#expected < 0;
    const isAnswer = (head.flags & ANSWERS) !== 0;
    if (isFirst ? (head.flags & OPENS) === 0 : head.sequence !== this.#expected) {
      this.missed(isAnswer);
    }
    // Numbers first: what the records cause must not see an inlet that is behind.
    this.#expected = head.sequence + head.count;
    if (isAnswer) this.#isAsking = false;
    try {
      readRecords(bytes, view, head.count, sink);
    } catch {
      counts.malformed++;
      this.missed();
    }
    if (head.count > 0 && ++this.#sinceAck < limits.ackBatches) return;
    this.#sinceAck = 0;
    reply(FRAME.ack, this.#expected, this.#outlet);
  }

  /** Records may be missing: tells it, and asks unless the answer is there already or on its way. */
  missed(isAnswered = false): void {
    this.#ports.counts.gaps++;
    this.#ports.onGap();
    if (isAnswered || this.#isAsking) return;
    this.#isAsking = true;
    this.#ask();
  }

  /** A message that says nothing this program understands: told once until it is answered. */
  garbled(): void {
    if (!this.#isAsking) this.missed();
  }

  /** Asks again for what was not answered: the question or the answer is lost. */
  beat(): void {
    if (this.#isAsking) this.#ask();
  }

  #ask(): void {
    this.#ports.reply(FRAME.ask, Math.max(0, this.#expected), this.#outlet);
  }
}
