/**
 * Replies of one area to one node, gathered over a turn and sent in frames of bounded size. While the wire is down they wait, at
 * most WAITING_BYTES of answers: the oldest go first, their askers then learn nothing more before their deadline.
 */
import { DstaError } from "../../domain/kernel/errors.ts";
import type { Wire } from "../mesh/wire.ts";
import type { Inbox } from "./inbox.ts";
import { plainError } from "./plain-error.ts";
import { type Answer, type Stale, writeReplies } from "./reply-frame.ts";
import { encodeValue } from "./value-codec.ts";

const FRAME_BYTES = 256 * 1024;
const WAITING_BYTES = 4 * 1024 * 1024;
/** NATS takes 1 MiB with its headers. */
export const MESSAGE_MAX_BYTES = 900 * 1024;

export type Outcome = { readonly value: unknown } | { readonly error: unknown };

export interface ReplyBoxPorts {
  readonly wire: Wire;
  readonly subject: string;
  readonly session: () => string;
}

export class ReplyBox {
  readonly life: string;
  readonly #area: string;
  readonly #ports: ReplyBoxPorts;
  readonly #due = new Set<Inbox>();
  #answers: Answer[] = [];
  #answerBytes = 0;
  #stale: Stale[] = [];
  answersLost = 0;

  /** @param life of the node the replies are for */
  constructor(life: string, area: string, ports: ReplyBoxPorts) {
    this.life = life;
    this.#area = area;
    this.#ports = ports;
  }

  acknowledge(inbox: Inbox): void {
    this.#due.add(inbox);
  }

  stale(incarnation: number): void {
    if (this.#stale.some((entry) => entry.incarnation === incarnation)) return;
    this.#stale.push({ incarnation });
  }

  answer({ incarnation }: Inbox, seq: number, outcome: Outcome): void {
    const { ok, bytes } = encodeOutcome(outcome);
    this.#answers.push({ incarnation, seq, ok, bytes });
    this.#answerBytes += bytes.length;
    while (this.#answerBytes > WAITING_BYTES && !this.#ports.wire.connected()) {
      this.#answerBytes -= this.#answers.shift()!.bytes.length;
      this.answersLost++;
    }
  }

  flush(): void {
    const { wire, subject, session } = this.#ports;
    if (!wire.connected()) return;
    const head = { sender: wire.nodeId, session: session(), life: this.life, area: this.#area };
    const acknowledgements = [...this.#due].map((inbox) => inbox.acknowledgement());
    this.#due.clear();
    const stale = this.#stale;
    this.#stale = [];
    const answers = this.#answers;
    this.#answers = [];
    this.#answerBytes = 0;
    let rest = 0;
    for (let isFirst = true; isFirst || rest < answers.length; isFirst = false) {
      const part: Answer[] = [];
      for (let sizeBytes = 0; rest < answers.length; rest++) {
        sizeBytes += answers[rest]!.bytes.length;
        if (part.length > 0 && sizeBytes > FRAME_BYTES) break;
        part.push(answers[rest]!);
      }
      const own = isFirst ? { acknowledgements, stale } : { acknowledgements: [], stale: [] };
      wire.send(subject, writeReplies({ ...head, ...own, answers: part }));
    }
  }
}

function encodeOutcome(outcome: Outcome): { readonly ok: boolean; readonly bytes: Uint8Array } {
  try {
    const ok = "value" in outcome;
    const bytes = encodeValue(ok ? outcome.value : plainError(outcome.error));
    if (bytes.length <= MESSAGE_MAX_BYTES) return { ok, bytes };
    return encodeOutcome({ error: tooLarge("the answer", bytes.length) });
  } catch (error) {
    return { ok: false, bytes: encodeValue(plainError(notPortable("the answer", error))) };
  }
}

export function tooLarge(what: string, sizeBytes: number): DstaError {
  return new DstaError("MESSAGE_TOO_LARGE", `${what} has ${sizeBytes} bytes, ${MESSAGE_MAX_BYTES} can travel between nodes`, {
    code: 413,
    data: { sizeBytes, maxBytes: MESSAGE_MAX_BYTES },
  });
}

export function notPortable(what: string, cause: unknown): DstaError {
  return new DstaError("NOT_PORTABLE", `${what} holds something that cannot travel between nodes: ${String(cause)}`, { code: 500, cause });
}
