/**
 * The receiving half of the link: an inbox for each channel of each node that sends here, and the replies to them.
 * Refuses messages meant for an earlier session of this node, and those of a sender's earlier life. Inboxes nobody
 * wrote to for IDLE_MS are forgotten.
 */
import type { MeshSubjects } from "../../domain/contract/mesh-subjects.ts";
import type { Clock } from "../../domain/kernel/clock.ts";
import type { Envelope } from "../hosted/envelope.ts";
import { wrongOwner } from "../hosted/remote.ts";
import type { Wire } from "../mesh/wire.ts";
import { Inbox, type InboxPorts } from "./inbox.ts";
import type { ArrivingItem, MessageHeader } from "./message-frame.ts";
import { ReplyBox } from "./reply-box.ts";

const IDLE_MS = 600_000;
const INBOXES_MAX = 4_096;
/** Earlier lives of a node that are remembered, so that a late frame of theirs is not taken for a new life's. */
const LIVES_KEPT = 16;

export interface ReceivingOptions {
  readonly wire: Wire;
  readonly subjects: Pick<MeshSubjects, "reply">;
  readonly clock: Clock;
  readonly defer: (callback: () => void) => void;
  readonly receive: (kind: string, id: string, envelope: Envelope) => void;
  readonly wake: (kind: string, id: string) => void;
  readonly deadLetter: (actorId: string, message: string, reason: string) => void;
  readonly log: (level: "debug" | "info" | "warn" | "error", text: string, error?: unknown) => void;
  /** This node's, as the others know it; null while it has none. */
  readonly session: () => string | null;
}

interface Sender {
  readonly life: string;
  readonly earlier: readonly string[];
  readonly areas: Map<string, { readonly replies: ReplyBox; inbox: Inbox | null }>;
}

export class Receiving {
  readonly #options: ReceivingOptions;
  readonly #senders = new Map<string, Sender>();
  readonly #due = new Set<ReplyBox>();
  readonly #inboxPorts: InboxPorts;
  #inboxes = 0;
  #isFlushing = false;

  constructor(options: ReceivingOptions) {
    this.#options = options;
    this.#inboxPorts = {
      now: () => options.clock.now(),
      receive: (kind, id, envelope) => this.#receive(kind, id, envelope),
      wake: options.wake,
      due: (inbox) => this.#reply(inbox, (replies) => replies.acknowledge(inbox)),
      answer: (inbox, seq, outcome) => this.#reply(inbox, (replies) => replies.answer(inbox, seq, outcome)),
      deadLetter: options.deadLetter,
    };
  }

  take(header: MessageHeader, items: readonly ArrivingItem[]): void {
    const session = this.#options.session();
    // Without a session nothing can be owned here: the sender repeats, or sends it elsewhere when it learns of that.
    if (session === null) return;
    const sender = this.#sender(header);
    if (sender.life !== header.life) return;
    const own = this.#areaOf(sender, header);
    if (header.session !== session) {
      own.replies.stale(header.incarnation);
      return this.#flushLater(own.replies);
    }
    if (own.inbox === null || own.inbox.incarnation < header.incarnation) own.inbox = new Inbox(header, this.#inboxPorts);
    if (own.inbox.incarnation === header.incarnation) own.inbox.take(header, items);
  }

  #sender({ sender: node, life }: MessageHeader): Sender {
    const known = this.#senders.get(node);
    if (known && (known.life === life || known.earlier.includes(life))) return known;
    this.#inboxes -= known?.areas.size ?? 0;
    const sender = { life, earlier: known ? [known.life, ...known.earlier].slice(0, LIVES_KEPT) : [], areas: new Map() };
    this.#senders.set(node, sender);
    return sender;
  }

  #areaOf(sender: Sender, { sender: node, area }: MessageHeader): { readonly replies: ReplyBox; inbox: Inbox | null } {
    const known = sender.areas.get(area);
    if (known) return known;
    const { wire, subjects, session } = this.#options;
    const replies = new ReplyBox(sender.life, area, { wire, subject: subjects.reply(area, node), session: () => session() ?? "" });
    const own = { replies, inbox: null };
    sender.areas.set(area, own);
    if (++this.#inboxes > INBOXES_MAX) this.#forgetIdle();
    return own;
  }

  #receive(kind: string, id: string, envelope: Envelope): void {
    try {
      this.#options.receive(kind, id, envelope);
    } catch (error) {
      this.#options.log("error", `${kind}/${id} could not be given ${envelope.name}`, error);
      envelope.arrival?.refused(wrongOwner(`${kind}/${id}`, null));
    }
  }

  /** An inbox of an earlier life or incarnation has nobody to tell. */
  #reply(inbox: Inbox, add: (replies: ReplyBox) => void): void {
    const own = this.#senders.get(inbox.sender)?.areas.get(inbox.area);
    if (own?.inbox !== inbox) return;
    add(own.replies);
    this.#flushLater(own.replies);
  }

  #flushLater(replies: ReplyBox): void {
    this.#due.add(replies);
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    this.#options.defer(() => {
      this.#isFlushing = false;
      this.reconnected();
    });
  }

  /** Sends what is due, or leaves it for the next connection. */
  reconnected(): void {
    if (!this.#options.wire.connected()) return;
    const due = [...this.#due];
    this.#due.clear();
    for (const replies of due) replies.flush();
  }

  #forgetIdle(): void {
    const nowMs = this.#options.clock.now();
    for (const [node, { areas }] of this.#senders) {
      for (const [area, { inbox }] of areas) {
        if (nowMs - (inbox?.lastHeardMs ?? 0) > IDLE_MS && areas.delete(area)) this.#inboxes--;
      }
      if (areas.size === 0) this.#senders.delete(node);
    }
  }
}
