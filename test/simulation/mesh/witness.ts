/**
 * Sees everything that simulated actors do, from outside, and says at once what must not have been: an actor that acts
 * after a later activation of it began, an effect that comes after a later owner's, tells out of order, an answer the
 * journal does not bear out. Keeps the newest lines of the story for whoever has to find out why.
 */
import type { StoredEvent } from "../../../domain/journal/journal.ts";

const STORY_LINES = 200;

interface Tell {
  readonly from: string;
  readonly target: string;
  readonly seq: number;
  heard: boolean;
  /** Processes that promised to handle it. */
  readonly takers: Set<string>;
  promises: number;
  crashes: number;
}

interface Wish {
  readonly actor: string;
  crashes: number;
  /** Null while no answer came. */
  version: number | null;
}

export class Witness {
  readonly problems: string[] = [];
  readonly tells: Tell[] = [];
  readonly wishes: Wish[] = [];
  /** What happened at least once in some run. */
  readonly reached = new Set<string>();
  /** Actor → processes in which it holds something that outlives its activation. */
  readonly held = new Map<string, Set<string>>();
  /** Processes that have ended. */
  readonly gone = new Set<string>();
  effects = 0;
  readonly #now: () => number;
  readonly #startMs: number;
  #story: string[] = [];
  readonly #epochs = new Map<string, bigint>();
  readonly #effectEpochs = new Map<string, bigint>();
  readonly #said = new Map<string, number>();
  readonly #heard = new Map<string, number>();

  constructor(now: () => number) {
    this.#now = now;
    this.#startMs = now();
  }

  note(text: string): void {
    this.#story.push(`${this.#now() - this.#startMs} ${text}`);
    if (this.#story.length > 2 * STORY_LINES) this.#story = this.#story.slice(-STORY_LINES);
  }

  get story(): readonly string[] {
    return this.#story.slice(-STORY_LINES);
  }

  wrong(text: string): void {
    this.problems.push(text);
    this.note(`WRONG: ${text}`);
  }

  /** An activation has begun. */
  began(actor: string, epoch: bigint, life: string): void {
    this.note(`${life} begins ${actor} at ${epoch}`);
    const highest = this.#epochs.get(actor) ?? -1n;
    if (epoch <= highest) this.wrong(`${actor} began at epoch ${epoch} on ${life} after epoch ${highest}`);
    else this.#epochs.set(actor, epoch);
  }

  /** A handler begins. */
  acts(actor: string, epoch: bigint, life: string): void {
    const highest = this.#epochs.get(actor) ?? -1n;
    if (epoch < highest) this.wrong(`${actor} acted at epoch ${epoch} on ${life} after epoch ${highest} had begun`);
  }

  /** Something that cannot be taken back. */
  effect(actor: string, epoch: bigint, life: string): void {
    this.acts(actor, epoch, life);
    const highest = this.#effectEpochs.get(actor) ?? -1n;
    if (epoch < highest) this.wrong(`${actor} had an effect at epoch ${epoch} on ${life} after one at epoch ${highest}`);
    else this.#effectEpochs.set(actor, epoch);
    this.effects++;
  }

  holds(actor: string, life: string): void {
    const lives = this.held.get(actor) ?? new Set();
    this.held.set(actor, lives.add(life));
  }

  releases(actor: string, life: string): void {
    this.held.get(actor)?.delete(life);
  }

  /** @returns the number that stands for it */
  tell(from: string, target: string, crashes: number): number {
    const key = `${from} ${target}`;
    const seq = (this.#said.get(key) ?? 0) + 1;
    this.#said.set(key, seq);
    return this.tells.push({ from, target, seq, heard: false, takers: new Set([from]), promises: 0, crashes }) - 1;
  }

  takes(number: number, life: string): void {
    const tell = this.tells[number]!;
    tell.takers.add(life);
    tell.promises++;
  }

  hears(number: number, actor: string): void {
    const tell = this.tells[number]!;
    if (tell.target !== actor) this.wrong(`${actor} was told what was meant for ${tell.target}`);
    if (tell.heard) {
      this.reached.add("heard twice");
      return;
    }
    tell.heard = true;
    const key = `${tell.from} ${tell.target}`;
    const last = this.#heard.get(key) ?? 0;
    if (tell.seq > last) return void this.#heard.set(key, tell.seq);
    // Promised by a node that then lost the actor, and sent on by it: later ones that went straight to the next owner may be first.
    if (tell.promises > 1) this.reached.add("overtaken after a move");
    else this.wrong(`${actor} heard tell ${tell.seq} of ${tell.from} after tell ${last}`);
  }

  /** @returns the number that stands for it */
  wish(actor: string, crashes: number): number {
    return this.wishes.push({ actor, crashes, version: null }) - 1;
  }

  answered(number: number, version: number): void {
    const wish = this.wishes[number]!;
    if (wish.version !== null && wish.version !== version)
      this.wrong(`wish ${number} of ${wish.actor} was answered ${version} after ${wish.version}`);
    wish.version = version;
  }

  /** True when a handler has to crash now. */
  isFatal(item: { crashes: number }): boolean {
    if (item.crashes === 0) return false;
    item.crashes--;
    this.reached.add("crash");
    return true;
  }

  /** What the journal holds of the actors' streams, in order. */
  checkJournal(events: readonly StoredEvent[]): void {
    const versions = new Map<string, number>();
    const epochs = new Map<string, bigint>();
    const done = new Map<number, StoredEvent>();
    for (const event of events) {
      const { stream, version, data } = event;
      if (version !== (versions.get(stream) ?? 0) + 1) this.wrong(`${stream}: version ${version} after ${versions.get(stream) ?? 0}`);
      versions.set(stream, version);
      const epoch = BigInt(String(data["epoch"]));
      if (epoch < (epochs.get(stream) ?? 0n)) this.wrong(`${stream}: epoch ${epoch} wrote after ${epochs.get(stream)}`);
      epochs.set(stream, epoch);
      const wish = Number(data["wish"]);
      if (done.has(wish)) this.wrong(`${stream}: wish ${wish} was granted at ${done.get(wish)!.version} and at ${version}`);
      done.set(wish, event);
    }
    this.wishes.forEach(({ actor, version }, number) => {
      if (version === null) return;
      const event = done.get(number);
      if (event?.stream !== actor || event.version !== version)
        this.wrong(`wish ${number} of ${actor} was answered ${version}, the journal has it at ${event?.stream} ${event?.version}`);
    });
  }

  /** Of senders that live, to receivers that live: what nobody who has ended had promised to handle. */
  checkTells(): void {
    for (const { from, target, seq, heard, takers } of this.tells) {
      if (heard || [...takers].some((life) => this.gone.has(life))) continue;
      this.wrong(`tell ${seq} of ${from} to ${target} was never heard; taken by ${[...takers].join(", ")}`);
    }
  }
}
