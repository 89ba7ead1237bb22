/**
 * The way to actors on other nodes and back. Messages of a turn travel in one frame for each node and area; tells are kept
 * until the owner has them and go to the next owner when a node leaves; asks fail with a typed error as soon as their fate
 * is decided (NODE_LOST: the outcome is unknown). Messages of one sending node to one actor keep their order; only what a
 * node took before it lost or handed over the actor may come after later ones.
 * Refuses what cannot travel (NOT_PORTABLE), what is too large, and frames it cannot read, which are counted and dropped.
 */
import type { MeshSubjects } from "../../domain/contract/mesh-subjects.ts";
import { type CancelTimer, type Clock } from "../../domain/kernel/clock.ts";
import { type DstaError, isExpected, messageOf } from "../../domain/kernel/errors.ts";
import type { Directory, DirectoryChange, Member } from "../hosted/directory.ts";
import type { Envelope } from "../hosted/envelope.ts";
import { nodeLost, type Remote } from "../hosted/remote.ts";
import type { Wire } from "../mesh/wire.ts";
import { ByteReader } from "./bytes.ts";
import type { Channel } from "./channel.ts";
import { ChannelTable } from "./channel-table.ts";
import { Flows } from "./flows.ts";
import { endAsk } from "./end-ask.ts";
import { HERE, type Item, type Outlet, type Target } from "./item.ts";
import { type ArrivingItem, encodeMessage, MESSAGES, readFrameKind, readMessages, REPLIES, SKIP, WAKE } from "./message-frame.ts";
import { Receiving } from "./receiving.ts";
import { MESSAGE_MAX_BYTES, notPortable, tooLarge } from "./reply-box.ts";
import { readReplies, type ReplyBatch } from "./reply-frame.ts";

const TICK_MS = 100;
/** While something waits for a change of owner. */
const STUCK_TICK_MS = 10;

export interface LinkOptions {
  readonly wire: Wire;
  readonly directory: Directory;
  readonly subjects: Pick<MeshSubjects, "actor" | "actorsAt" | "reply" | "repliesTo">;
  /** Of an actor kind. @throws for a kind that does not exist */
  readonly areaOf: (kind: string) => string;
  /** Areas whose actors this node hosts: only their messages are listened to, as far as permissions allow. All when absent. */
  readonly areas?: readonly string[];
  /** Of this process: unlike that of any other that ever had this node's name. */
  readonly life: string;
  readonly clock: Clock;
  /** After the input that is waiting now: gathers a turn's messages into one frame. */
  readonly defer: (callback: () => void) => void;
  /** The host's `receive`. */
  readonly receive: (kind: string, id: string, envelope: Envelope) => void;
  /** The host's `wake`. */
  readonly wake: (kind: string, id: string) => void;
  readonly deadLetter: (actorId: string, message: string, reason: string) => void;
  readonly log: (level: "debug" | "info" | "warn" | "error", text: string, error?: unknown) => void;
}

export interface LinkCounts {
  /** Given to other nodes and not taken by their actors yet, and those that wait for a node. */
  readonly waiting: number;
  readonly malformed: number;
  readonly resends: number;
}

export class ActorLink implements Remote {
  readonly #options: LinkOptions;
  readonly #flows: Flows;
  readonly #receiving: Receiving;
  readonly #channels: ChannelTable;
  readonly #areas = new Map<string, string>();
  readonly #members = new Map<string, Member>();
  readonly #dirty = new Set<Outlet>();
  readonly #exits: (() => void)[];
  #isFlushing = false;
  #timer: { readonly cancel: CancelTimer; readonly dueMs: number } | null = null;
  #malformed = 0;
  #closed = false;

  constructor(options: LinkOptions) {
    this.#options = options;
    const { wire, directory, subjects, clock, deadLetter } = options;
    this.#flows = new Flows({
      now: () => clock.now(),
      connected: () => wire.connected(),
      route: (kind, id, hint) => this.#route(kind, id, hint),
      here: (item) => this.#handHere(item),
      offered: (target) => target !== HERE && this.#flushLater(target),
      deadLetter,
    });
    this.#channels = new ChannelTable({
      wire,
      life: options.life,
      subjectOf: (area, node) => subjects.actor(area, node),
      now: () => clock.now(),
      taken: (item) => this.#flows.taken(item),
      refused: (item, owner) => this.#flows.refused(item, owner),
    });
    this.#receiving = new Receiving({ ...options, session: () => this.#members.get(wire.nodeId)?.session ?? null });
    this.#learnMembers();
    const read = (bytes: Uint8Array, subject: string) => this.#read(bytes, subject);
    const listened = options.areas?.map((area) => subjects.actor(area, wire.nodeId)) ?? [subjects.actorsAt(wire.nodeId)];
    this.#exits = [
      ...[...listened, subjects.repliesTo(wire.nodeId)].map((subject) => wire.listen(subject, read)),
      wire.onStatus((connected) => this.#onStatus(connected)),
      directory.onChange((change) => this.#onChange(change)),
    ];
  }

  get counts(): LinkCounts {
    const { waiting, resends } = this.#channels.counts;
    return { waiting: waiting + this.#flows.waiting, malformed: this.#malformed, resends };
  }

  send(kind: string, id: string, envelope: Envelope): void {
    const actorId = `${kind}/${id}`;
    let bytes: Uint8Array;
    try {
      bytes = encodeMessage(kind, id, envelope.name, envelope.params);
    } catch (error) {
      return this.#refuse(actorId, envelope, notPortable(`${envelope.name} for ${actorId}`, error));
    }
    if (bytes.length > MESSAGE_MAX_BYTES) {
      return this.#refuse(actorId, envelope, tooLarge(`${envelope.name} for ${actorId}`, bytes.length));
    }
    this.#flows.send(kind, id, envelope, bytes);
    this.#tickLater();
  }

  readonly holds = (kind: string, id: string): boolean => this.#flows.has(kind, id);

  wake(kind: string, id: string): void {
    const target = this.#route(kind, id, null);
    if (target === HERE) this.#options.wake(kind, id);
    else if (target?.offerUnnumbered({ flags: WAKE, bytes: encodeMessage(kind, id, "", null) })) this.#flushLater(target);
  }

  #refuse(actorId: string, envelope: Envelope, error: DstaError): void {
    if (envelope.reject) envelope.reject(error);
    else this.#options.deadLetter(actorId, envelope.name, `${error.type}: ${error.message}`);
  }

  /** Nothing is sent or received any more; what waits is lost with the process. */
  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
    for (const exit of this.#exits) exit();
  }

  #route(kind: string, id: string, hint: string | null): Target | null {
    const { directory, wire } = this.#options;
    const node = hint !== null && this.#members.has(hint) ? hint : (directory.locate(kind, id)?.node ?? directory.candidate(kind, id));
    if (node === null) return null;
    if (node === wire.nodeId) return HERE;
    const member = this.#members.get(node);
    return member ? this.#channels.open(member, this.#areaOf(kind)) : null;
  }

  #areaOf(kind: string): string {
    const known = this.#areas.get(kind);
    if (known !== undefined) return known;
    const area = this.#options.areaOf(kind);
    this.#areas.set(kind, area);
    return area;
  }

  /** The actor belongs here after all: its host takes the message as one that has arrived. */
  #handHere(item: Item): void {
    const { kind, id } = item.flow;
    const refused = (error: unknown) => {
      const node = isExpected(error) ? error.data["node"] : null;
      this.#flows.refused(item, typeof node === "string" && node !== this.#options.wire.nodeId ? node : null);
      // It may come long after the call, when nothing else is due.
      this.#tickLater();
    };
    try {
      this.#options.receive(kind, id, { ...item.envelope, arrival: { taken: () => this.#flows.taken(item), refused } });
    } catch (error) {
      this.#options.log("error", `${item.flow.actorId} could not be given ${item.envelope.name}`, error);
      refused(error);
    }
  }

  #flushLater(channel: Outlet): void {
    this.#dirty.add(channel);
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    this.#options.defer(() => {
      this.#isFlushing = false;
      const channels = [...this.#dirty];
      this.#dirty.clear();
      if (!this.#closed) for (const each of channels) each.flush();
    });
  }

  #read(bytes: Uint8Array, subject: string): void {
    if (this.#closed) return;
    try {
      // The bytes are the wire's; messages in them wait for their actors.
      const reader = new ByteReader(bytes.slice());
      const kind = readFrameKind(reader);
      if (kind === MESSAGES) this.#takeMessages(readMessages(reader), subject);
      else if (kind === REPLIES) this.#takeReplies(readReplies(reader), subject);
      else this.#dropFrame(`is of unknown kind ${kind}`);
    } catch (error) {
      this.#dropFrame(messageOf(error));
    }
  }

  /** Who may send to an area is decided on the subject: a frame must not carry more than its subject says. */
  #takeMessages({ header, items }: ReturnType<typeof readMessages>, subject: string): void {
    const { subjects, wire } = this.#options;
    const isOfArea = ({ flags, kind }: ArrivingItem): boolean => (flags & SKIP) !== 0 || this.#areaOf(kind) === header.area;
    if (subject !== subjects.actor(header.area, wire.nodeId) || !items.every(isOfArea)) {
      return this.#dropFrame(`holds messages of another area than ${subject}`);
    }
    this.#receiving.take(header, items);
  }

  #dropFrame(why: string): void {
    this.#malformed++;
    // At 1, 10, 100 …: a broken node must not fill the log.
    if (Number.isInteger(Math.log10(this.#malformed)))
      this.#options.log("warn", `a frame that ${why} was dropped (${this.#malformed} so far)`);
  }

  #takeReplies(batch: ReplyBatch, subject: string): void {
    const { subjects, wire, life } = this.#options;
    if (subject !== subjects.reply(batch.area, wire.nodeId)) return this.#dropFrame(`replies for another area than ${subject}`);
    if (batch.life !== life) return;
    const find = (entry: { readonly incarnation: number }) => this.#channels.find(batch.sender, batch.area, entry.incarnation);
    for (const entry of batch.stale) {
      const channel = find(entry);
      if (channel) this.#endChannel(channel, `${batch.sender} has begun a new session`, false);
    }
    for (const entry of batch.acknowledgements) find(entry)?.acknowledge(entry);
    for (const entry of batch.answers) {
      const item = find(entry)?.answered(entry.seq);
      if (item) endAsk(item, entry);
    }
    this.#tickLater();
  }

  /** What may have been handled is lost, what was certainly not goes to the next owner. */
  #endChannel(channel: Channel, why: string, isGone: boolean): void {
    this.#channels.remove(channel);
    this.#dirty.delete(channel);
    const { asked, unsettledAsks, others } = channel.end();
    for (const item of asked) item.envelope.reject?.(nodeLost(item.flow.actorId, why));
    for (const item of unsettledAsks) {
      item.envelope.reject?.(nodeLost(item.flow.actorId, why));
      this.#flows.dropped(item);
    }
    this.#flows.returned(others, isGone);
    this.#tickLater();
  }

  #learnMembers(): void {
    this.#members.clear();
    for (const member of this.#options.directory.members()) this.#members.set(member.node, member);
  }

  #onChange(change: DirectoryChange): void {
    this.#learnMembers();
    const left = change.type === "members" ? change.left : [];
    for (const channel of Array.from(this.#channels.each())) {
      const member = this.#members.get(channel.node);
      if (member?.session === channel.session && !left.includes(channel.node)) continue;
      this.#endChannel(channel, `node ${channel.node} is gone`, true);
    }
    this.#flows.changed();
    this.#tickLater();
  }

  #onStatus(connected: boolean): void {
    if (!connected) {
      for (const channel of this.#channels.each()) {
        for (const item of channel.takeUnsentAsks()) this.#flows.failUnsent(item);
      }
      return this.#flows.disconnected();
    }
    for (const channel of this.#channels.each()) channel.reconnected();
    this.#receiving.reconnected();
    this.#flows.changed();
    this.#tickLater();
  }

  /** One timer, only while something waits. */
  #tickLater(): void {
    const { clock } = this.#options;
    const delayMs = this.#flows.hasStuck ? STUCK_TICK_MS : TICK_MS;
    const dueMs = clock.now() + delayMs;
    if (this.#closed || (this.#timer && this.#timer.dueMs <= dueMs)) return;
    this.#timer?.cancel();
    const cancel = clock.after(delayMs, () => {
      this.#timer = null;
      const nowMs = clock.now();
      this.#flows.tick(nowMs);
      let isIdle = !this.#flows.hasStuck;
      for (const channel of this.#channels.each()) {
        channel.tick(nowMs);
        isIdle &&= channel.idle;
      }
      if (!isIdle) this.#tickLater();
    });
    this.#timer = { cancel, dueMs };
  }
}
