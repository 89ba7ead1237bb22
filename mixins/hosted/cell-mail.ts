/** An actor's two bounded lanes: control messages are taken before market messages, each lane in the order it came. */
import { Mailbox } from "../../domain/kernel/mailbox.ts";
import type { Envelope } from "./envelope.ts";

export class CellMail {
  readonly #control: Mailbox<Envelope>;
  readonly #market: Mailbox<Envelope>;

  constructor(bounds: { readonly control: number; readonly market: number }) {
    this.#control = new Mailbox(bounds.control);
    this.#market = new Mailbox(bounds.market);
  }

  get size(): number {
    return this.#control.size + this.#market.size;
  }

  /** False when the message's lane is full; it is then not taken. */
  push(envelope: Envelope): boolean {
    return envelope.lane === "control" ? this.#control.push(envelope) : this.#market.push(envelope);
  }

  shift(): Envelope | undefined {
    return this.#control.shift() ?? this.#market.shift();
  }

  /** Empties both lanes, control first. */
  *drain(): Generator<Envelope> {
    yield* this.#control.drain();
    yield* this.#market.drain();
  }
}
