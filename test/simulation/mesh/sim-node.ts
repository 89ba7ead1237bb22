/**
 * One node of the simulated mesh: the directory, link, host and keeper that a real node has, put together as there, in a
 * simulated process on memory buckets, a memory wire and a line to the journal. `change` puts a faulty port in between,
 * to prove that the checks see what it breaks.
 */
import { meshSubjects } from "../../../domain/contract/mesh-subjects.ts";
import type { Clock } from "../../../domain/kernel/clock.ts";
import type { Journal } from "../../../domain/journal/journal.ts";
import { DstaError, isExpected } from "../../../domain/kernel/errors.ts";
import { seededRandom } from "../../../domain/kernel/random.ts";
import type { KeyValue } from "../../../mixins/directory/key-value.ts";
import { KvDirectory } from "../../../mixins/directory/kv-directory.ts";
import { LocalFeed } from "../../../mixins/feed/local-feed.ts";
import type { Directory } from "../../../mixins/hosted/directory.ts";
import type { Envelope } from "../../../mixins/hosted/envelope.ts";
import { ActorHost } from "../../../mixins/hosted/host.ts";
import { isFatalJournalError } from "../../../mixins/journal/event-stream.ts";
import { ActorLink } from "../../../mixins/link/link.ts";
import { Keeper } from "../../../topology/keeper.ts";
import { areaOf } from "../../../topology/roles.ts";
import { journalLine } from "./journal-line.ts";
import type { MemoryBucket, MemoryKeyValue } from "./memory-key-value.ts";
import type { MemoryMesh } from "./memory-wire.ts";
import { actorsFor, KEPT } from "./sim-actors.ts";
import { SimProcess, type SimTime } from "./sim-time.ts";
import type { Witness } from "./witness.ts";

/** Puts faulty ports in the place of right ones. */
export interface Change {
  readonly directory?: (directory: Directory) => Directory;
  readonly leases?: (leases: KeyValue) => KeyValue;
  readonly journal?: (journal: Journal) => Journal;
  readonly receive?: (receive: Receive) => Receive;
  /** Durations are measured by a clock that jumps. */
  readonly wallClock?: boolean;
  /** What befalls the nodes, when chance would take long to come to it. */
  readonly faults?: readonly string[];
}

export type Receive = (kind: string, id: string, envelope: Envelope) => void;

export interface SimMesh {
  readonly seed: string;
  readonly time: SimTime;
  readonly witness: Witness;
  readonly sessions: MemoryBucket;
  readonly leases: MemoryBucket;
  readonly wires: MemoryMesh;
  readonly journal: Journal;
  readonly journalLatencyMs: () => number;
  readonly isJournalDown: (node: string) => boolean;
  readonly crashes: () => number;
  readonly renewMs: number;
  readonly expiryMs: number;
  readonly change: Change;
}

const SUBJECTS = meshSubjects("sim");
const STOP_ORDER = ["bars", "execution", "positions", "connection"];

export class SimNode {
  readonly name: string;
  readonly process: SimProcess;
  readonly directory: KvDirectory;
  readonly host: ActorHost;
  readonly keeper: Keeper;
  readonly link: ActorLink;
  readonly sessions: MemoryKeyValue;
  readonly leases: MemoryKeyValue;
  /** It has a session and keeps actors. */
  isUp = false;
  isLeaving = false;
  readonly #mesh: SimMesh;

  constructor(name: string, life: string, kinds: readonly string[], mesh: SimMesh) {
    this.name = name;
    this.#mesh = mesh;
    const { time, witness, wires, change } = mesh;
    const process = new SimProcess(life, time);
    const clock = change.wallClock === true ? process.clock : process.steadyClock;
    this.process = process;
    this.sessions = mesh.sessions.handle(name);
    this.leases = mesh.leases.handle(name);
    const wire = wires.wire(name);
    const log = (level: string, text: string): void => {
      if (level !== "debug") witness.note(`${life} ${level}: ${text}`);
    };
    this.directory = new KvDirectory({
      node: name,
      roles: [],
      kinds,
      sessions: this.sessions,
      leases: change.leases?.(this.leases) ?? this.leases,
      groupOf: (kind, id) => (kind === "bars" ? `bars:${id}` : `account:${id}`),
      clock: process.clock,
      elapsedMs: process.elapsedMs,
      random: seededRandom(`${mesh.seed} session ${life}`),
      renewMs: mesh.renewMs,
      expiryMs: mesh.expiryMs,
      onStatus: (listener) => wire.onStatus(listener),
      log,
    });
    const directory = change.directory?.(this.directory) ?? this.directory;
    const receive: Receive = (kind, id, envelope) => this.#receive(kind, id, envelope);
    this.link = new ActorLink({
      wire,
      directory,
      subjects: SUBJECTS,
      areaOf,
      life,
      clock,
      defer: process.defer,
      receive: change.receive?.(receive) ?? receive,
      wake: (kind, id) => this.host.wake(kind, id),
      deadLetter: (actorId, message, reason) => this.host.deadLetters.add(actorId, message, reason),
      log,
    });
    this.host = this.#openHost(directory, clock, log);
    const line = journalLine(mesh.journal, {
      process,
      time,
      latencyMs: mesh.journalLatencyMs,
      isDown: () => mesh.isJournalDown(name),
    });
    const journal = change.journal?.(line) ?? line;
    const actors = actorsFor({ life, journal, witness, crashes: mesh.crashes }).filter(({ kind }) => kinds.includes(kind));
    for (const definition of actors) this.host.register(definition);
    this.keeper = new Keeper({
      directory,
      host: this.host,
      kinds: new Set(kinds),
      plan: (kind) => Promise.resolve(KEPT[kind] ?? []),
      wake: (kind, id) => this.link.wake(kind, id),
      settled: () => undefined,
      clock,
      log,
    });
    directory.onChange((news) => witness.note(`${life} ${news.type}${news.type === "members" ? ` left: ${news.left.join(" ")}` : ""}`));
  }

  get life(): string {
    return this.process.life;
  }

  /** Can be asked from outside. */
  get serves(): boolean {
    return this.process.runs && this.isUp && !this.isLeaving;
  }

  #openHost(directory: Directory, clock: Clock, log: (level: string, text: string) => void): ActorHost {
    const { process, life } = this;
    const { witness } = this.#mesh;
    return new ActorHost({
      tradingClock: process.clock,
      systemClock: clock,
      elapsedMs: process.elapsedMs,
      defer: process.defer,
      feed: new LocalFeed((_subject, error) => witness.wrong(`a listener failed: ${String(error)}`)),
      directory,
      remote: this.link,
      isUrgent: (kind) => kind === "connection",
      isFatal: isFatalJournalError,
      announce: () => undefined,
      log,
      onDeadLetter: ({ actorId, message, reason }) => {
        // What an actor sends to itself ends with its activation.
        if (!this.isLeaving && message === "hear") witness.wrong(`dead letter on ${life}: ${actorId} ${message}: ${reason}`);
      },
      askTimeoutMs: 2_000,
    });
  }

  #receive(kind: string, id: string, envelope: Envelope): void {
    const { arrival, params } = envelope;
    const tell = (params as { readonly tell?: number } | null)?.tell;
    if (arrival === null || tell === undefined) return this.host.receive(kind, id, envelope);
    const taken = (): void => {
      this.#mesh.witness.takes(tell, this.life);
      arrival.taken();
    };
    this.host.receive(kind, id, { ...envelope, arrival: { taken, refused: (error) => arrival.refused(error) } });
  }

  /** As the program starts: whatever stops it ends the process. */
  async start(): Promise<void> {
    const { witness } = this.#mesh;
    try {
      await this.directory.start();
      this.isUp = true;
      witness.note(`${this.life} is up`);
      await this.keeper.start();
    } catch (error) {
      if (!isExpected(error)) return witness.wrong(`${this.life} failed to start: ${String(error)}`);
      witness.note(`${this.life} did not start: ${error.type}`);
      witness.reached.add(`start: ${error.type}`);
      if (this.process.alive) this.end();
    }
  }

  /** As the program ends in order. */
  async leave(timeoutMs: number): Promise<void> {
    this.isLeaving = true;
    const { clock } = this.process;
    await this.directory.setDraining(true);
    await Promise.race([this.keeper.empty(), new Promise<void>((resolve) => void clock.after(timeoutMs, resolve))]);
    await this.keeper.close();
    await this.host.stop(STOP_ORDER);
    await this.directory.close();
    this.link.close();
  }

  setConnected(connected: boolean): void {
    this.process.input(() => {
      const { wires } = this.#mesh;
      for (const handle of [this.sessions, this.leases]) {
        if (connected) handle.connect();
        else handle.disconnect();
      }
      if (connected) wires.connect(this.name);
      else wires.disconnect(this.name);
    });
  }

  freeze(): void {
    this.process.freeze();
    this.sessions.freeze();
    this.leases.freeze();
    this.#mesh.wires.pause(this.name);
  }

  thaw(inputFirst: boolean): void {
    this.process.thaw(inputFirst, () => {
      this.sessions.thaw();
      this.leases.thaw();
      this.#mesh.wires.resume(this.name);
    });
  }

  /** The process is no more, from now on. */
  end(): void {
    this.process.die();
    this.sessions.end();
    this.leases.end();
    this.#mesh.wires.kill(this.name);
    this.#mesh.witness.gone.add(this.life);
    this.#mesh.witness.note(`${this.life} has ended`);
  }

  /** What an actor that was asked from outside answers; null for an expected failure, which is named in `reached`. */
  async asked<R>(work: Promise<R>): Promise<R | null> {
    const { witness } = this.#mesh;
    try {
      return await work;
    } catch (error) {
      if (error instanceof DstaError || isExpected(error)) witness.reached.add(`ask: ${error.type}`);
      else witness.reached.add(`ask: crash`);
      return null;
    }
  }
}
