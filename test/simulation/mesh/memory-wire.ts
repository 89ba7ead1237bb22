/**
 * NATS core without a server, for simulations: deterministic on the clock it is given, with the faults a network has.
 * A message passes a server in the middle: what its receiver cannot take now is lost, as with NATS. Bytes given to a
 * listener are wiped after the call, so that keeping them shows at once.
 */
import type { Clock } from "../../../domain/kernel/clock.ts";
import { DstaError, invariant } from "../../../domain/kernel/errors.ts";
import type { Wire } from "../../../mixins/mesh/wire.ts";

interface Sending {
  readonly subject: string;
  readonly bytes: Uint8Array;
}

export class MemoryMesh {
  readonly clock: Clock;
  /** How long a message takes; never overtaking an earlier one of the same pair of nodes. */
  delayMs: (from: string, to: string) => number = () => 0;
  /** Whether the server loses this one (a slow consumer, a server that died). */
  loses: (from: string, to: string, subject: string) => boolean = () => false;
  readonly #wires = new Map<string, MemoryWire>();
  readonly #lastDueMs = new Map<string, number>();
  /** Messages that arrived at a listener. */
  delivered = 0;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** A node's way onto the network. A second one under the same name takes the place of the first, which is dead. */
  wire(nodeId: string): MemoryWire {
    const wire = new MemoryWire(nodeId, this);
    this.#wires.get(nodeId)?.end();
    this.#wires.set(nodeId, wire);
    return wire;
  }

  /** The node loses its server and notices; until `connect`. */
  disconnect(nodeId: string): void {
    this.#of(nodeId).changeStatus(false);
  }

  connect(nodeId: string): void {
    this.#of(nodeId).changeStatus(true);
  }

  /** Nothing passes between the node and the server, and neither has noticed; until `heal`. */
  cut(nodeId: string): void {
    this.#of(nodeId).isCut = true;
  }

  heal(nodeId: string): void {
    this.#of(nodeId).isCut = false;
  }

  /** SIGSTOP: what arrives waits in the socket, what the node sends meanwhile waits too; until `resume`. */
  pause(nodeId: string): void {
    this.#of(nodeId).pause();
  }

  resume(nodeId: string): void {
    this.#of(nodeId).resume();
  }

  /** SIGKILL: nothing it sent earlier is taken back, nothing arrives there any more. */
  kill(nodeId: string): void {
    this.#of(nodeId).end();
    this.#wires.delete(nodeId);
  }

  /** Called by wires only. */
  carry(from: MemoryWire, sending: Sending): void {
    for (const to of this.#wires.values()) {
      if (!to.hears(sending.subject) || this.loses(from.nodeId, to.nodeId, sending.subject)) continue;
      const pair = `${from.nodeId}>${to.nodeId}`;
      const dueMs = Math.max(this.clock.now() + this.delayMs(from.nodeId, to.nodeId), this.#lastDueMs.get(pair) ?? 0);
      this.#lastDueMs.set(pair, dueMs);
      this.clock.after(dueMs - this.clock.now(), () => to.arrive(sending));
    }
  }

  #of(nodeId: string): MemoryWire {
    const wire = this.#wires.get(nodeId);
    invariant(wire, `no node ${nodeId} on the memory mesh`);
    return wire;
  }
}

class MemoryWire implements Wire {
  readonly nodeId: string;
  isCut = false;
  readonly #mesh: MemoryMesh;
  #listeners: {
    readonly subject: string;
    readonly tokens: readonly string[];
    readonly call: (bytes: Uint8Array, subject: string) => void;
  }[] = [];
  readonly #onStatus = new Set<(connected: boolean) => void>();
  #connected = true;
  #ended = false;
  #paused: { readonly arrived: Sending[]; readonly sent: Sending[] } | null = null;

  constructor(nodeId: string, mesh: MemoryMesh) {
    this.nodeId = nodeId;
    this.#mesh = mesh;
  }

  connected(): boolean {
    return this.#connected && !this.#ended;
  }

  send(subject: string, bytes: Uint8Array): void {
    const sending = { subject, bytes };
    if (this.#paused) this.#paused.sent.push(sending);
    else if (this.connected() && !this.isCut) this.#mesh.carry(this, sending);
  }

  listen(subject: string, listener: (bytes: Uint8Array, subject: string) => void): () => void {
    const entry = { subject, tokens: subject.split("."), call: listener };
    this.#listeners.push(entry);
    return () => {
      this.#listeners = this.#listeners.filter((other) => other !== entry);
    };
  }

  onStatus(listener: (connected: boolean) => void): () => void {
    this.#onStatus.add(listener);
    return () => this.#onStatus.delete(listener);
  }

  flush(): Promise<void> {
    if (this.connected() && !this.isCut) return Promise.resolve();
    return Promise.reject(
      new DstaError("WIRE_DOWN", `node ${this.nodeId} has no connection to its server`, { code: 503, retryable: true }),
    );
  }

  hears(subject: string): boolean {
    return this.#listeners.some((entry) => matches(entry.tokens, subject));
  }

  arrive(sending: Sending): void {
    if (!this.connected() || this.isCut) return;
    if (this.#paused) {
      this.#paused.arrived.push(sending);
      return;
    }
    for (const entry of this.#listeners) {
      if (!matches(entry.tokens, sending.subject)) continue;
      const bytes = sending.bytes.slice();
      this.#mesh.delivered++;
      entry.call(bytes, sending.subject);
      bytes.fill(0);
    }
  }

  changeStatus(connected: boolean): void {
    if (this.#connected === connected || this.#ended) return;
    this.#connected = connected;
    for (const listener of this.#onStatus) listener(connected);
  }

  pause(): void {
    this.#paused ??= { arrived: [], sent: [] };
  }

  resume(): void {
    const paused = this.#paused;
    this.#paused = null;
    for (const sending of paused?.arrived ?? []) this.arrive(sending);
    for (const { subject, bytes } of paused?.sent ?? []) this.send(subject, bytes);
  }

  end(): void {
    this.#ended = true;
    this.#listeners = [];
    this.#onStatus.clear();
  }
}

/** As NATS has it: `*` stands for one token, `>` for one or more at the end. */
function matches(tokens: readonly string[], subject: string): boolean {
  const parts = subject.split(".");
  for (let at = 0; at < tokens.length; at++) {
    if (tokens[at] === ">") return parts.length > at;
    if (parts[at] === undefined || (tokens[at] !== "*" && tokens[at] !== parts[at])) return false;
  }
  return parts.length === tokens.length;
}
