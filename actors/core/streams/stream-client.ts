/**
 * One connected client of a stream. Never queues for a slow one: while more than 1 MB waits in its socket it is skipped
 * and marked behind; when less than 64 KB waits it gets a snapshot. So it costs the process at most about 1 MB and one
 * message. A hidden page gets a snapshot every five seconds instead of deltas.
 */
import type { WebSocket } from "ws";

const FULL_BYTES = 1_048_576;
const DRAINED_BYTES = 65_536;
const HIDDEN_MS = 5_000;
const SNAPSHOT_GAP_MS = 1_000;
const MAX_BAD_COMMANDS = 20;

export class StreamClient {
  readonly socket: WebSocket;
  /** Cleared before each ping, set by the pong. */
  alive = true;
  #behind = true;
  #visible = true;
  #snapshotAtMs = Number.NEGATIVE_INFINITY;
  #badCommands = 0;

  constructor(socket: WebSocket) {
    this.socket = socket;
  }

  /** Waits for a snapshot; deltas before it are of no use to it. */
  get behind(): boolean {
    return this.#behind;
  }

  /** Sends a delta, unless the client is behind, hidden or full. */
  sendDelta(text: string): void {
    if (this.#behind || !this.#visible) return;
    if (this.socket.bufferedAmount > FULL_BYTES) this.#behind = true;
    else this.socket.send(text);
  }

  /** Sends a snapshot when the client is behind and has room, or is hidden and due. */
  refresh(nowMs: number, snapshot: () => string): void {
    const waitMs = this.#visible ? SNAPSHOT_GAP_MS : HIDDEN_MS;
    if ((!this.#behind && this.#visible) || nowMs - this.#snapshotAtMs < waitMs) return;
    if (this.socket.bufferedAmount > DRAINED_BYTES) return;
    this.#behind = false;
    this.#snapshotAtMs = nowMs;
    this.socket.send(snapshot());
  }

  /** The next refresh sends a snapshot. */
  needSnapshot(): void {
    this.#behind = true;
  }

  sendError(type: string, message: string): void {
    if (this.socket.bufferedAmount <= FULL_BYTES) this.socket.send(JSON.stringify({ type: "error", error: { type, message } }));
  }

  /** Carries out a command; answers a bad one with an error and hangs up (1008) after twenty. */
  command(text: string): void {
    const refusal = this.#carryOut(text);
    if (refusal === null) return;
    this.#badCommands++;
    if (this.#badCommands >= MAX_BAD_COMMANDS) this.socket.close(1008, "too many bad messages");
    else this.sendError("BAD_MESSAGE", refusal);
  }

  #carryOut(text: string): string | null {
    let message: unknown;
    try {
      message = JSON.parse(text);
    } catch {
      return "message: expected JSON";
    }
    const { type, visible } = (typeof message === "object" && message !== null ? message : {}) as { type?: unknown; visible?: unknown };
    if (type === "resync") {
      this.#behind = true;
      return null;
    }
    if (type !== "visible") return "type: expected resync or visible";
    if (typeof visible !== "boolean") return "visible: expected true or false";
    if (visible && !this.#visible) this.#behind = true;
    this.#visible = visible;
    return null;
  }
}
