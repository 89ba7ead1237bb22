/**
 * One WebSocket with numbered messages: takes snapshots and deltas in order, asks a new snapshot on a gap, renews the
 * token when the server ends it, comes back with jittered backoff. Holds one state, never a queue.
 * A silent socket is questioned after 10 s (`resync`) and given up after 15 s: half-open connections look alive.
 */
import type { StreamCommand } from "../../../domain/contract/stream.ts";
import { verdict } from "./apply.ts";
import { retryDelayMs } from "./backoff.ts";

export interface Numbered<State, Delta> {
  readonly type: "snapshot" | "delta" | "error";
  readonly seq?: number;
  readonly state?: State;
  readonly delta?: Delta;
  readonly error?: { readonly type: string; readonly message: string };
}

export interface StreamPorts<State, Delta> {
  url(): string;
  token(): string;
  /** Before a reconnect: false ends the attempts (the login is over). */
  renew(): Promise<boolean>;
  apply(state: State, delta: Delta): State;
  onState(state: State): void;
  onPhase(phase: StreamPhase): void;
  onError(type: string, message: string): void;
}

export type StreamPhase =
  | { readonly phase: "connecting" }
  | { readonly phase: "live" }
  | { readonly phase: "lost"; readonly attempt: number; readonly retryAtMs: number };

const ASK_AFTER_MS = 10_000;
const GIVE_UP_AFTER_MS = 15_000;
const TOKEN_ENDED = 4401;

export class NumberedStream<State, Delta> {
  readonly #ports: StreamPorts<State, Delta>;
  #socket: WebSocket | null = null;
  #state: State | null = null;
  #seq: number | null = null;
  #attempt = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #watch: ReturnType<typeof setInterval> | undefined;
  #heardAtMs = 0;
  #asked = false;
  #closed = false;
  /** Messages since the page opened and gaps met, for the footer. */
  messages = 0;
  gaps = 0;

  constructor(ports: StreamPorts<State, Delta>) {
    this.#ports = ports;
  }

  open(): void {
    this.#closed = false;
    this.#watch = setInterval(() => this.#questionSilence(), 1_000);
    this.#ports.onPhase({ phase: "connecting" });
    this.#connect();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
    clearInterval(this.#watch);
    this.#drop();
  }

  retryNow(): void {
    if (this.#closed || this.#socket !== null) return;
    clearTimeout(this.#retry);
    void this.#reconnect();
  }

  tell(command: StreamCommand): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(command));
  }

  #connect(): void {
    const socket = new WebSocket(this.#ports.url(), ["dsta.v1", `bearer.${this.#ports.token()}`]);
    this.#socket = socket;
    this.#seq = null;
    this.#heardAtMs = Date.now();
    this.#asked = false;
    socket.onmessage = (event) => this.#take(String(event.data));
    socket.onclose = (event) => {
      if (this.#socket !== socket) return;
      this.#socket = null;
      this.#lost(event.code);
    };
  }

  #take(text: string): void {
    const message = JSON.parse(text) as Numbered<State, Delta>;
    this.messages += 1;
    this.#heardAtMs = Date.now();
    if (message.type === "error") {
      this.#ports.onError(message.error?.type ?? "STREAM_ERROR", message.error?.message ?? "");
      return;
    }
    const act = verdict(this.#seq, message);
    if (act === "gap") this.#gap();
    if (act !== "take") return;
    if (message.type === "snapshot" && message.state !== undefined) {
      this.#state = message.state;
      this.#asked = false;
      this.#attempt = 0;
      this.#ports.onPhase({ phase: "live" });
    } else if (this.#state !== null && message.delta !== undefined) {
      this.#state = this.#ports.apply(this.#state, message.delta);
    }
    this.#seq = message.seq ?? null;
    if (this.#state !== null) this.#ports.onState(this.#state);
  }

  #gap(): void {
    this.gaps += 1;
    this.#seq = null;
    this.tell({ type: "resync" });
  }

  #questionSilence(): void {
    const silentMs = Date.now() - this.#heardAtMs;
    if (this.#socket === null || silentMs < ASK_AFTER_MS) return;
    if (silentMs > GIVE_UP_AFTER_MS && this.#asked) {
      this.#drop();
      this.#lost(1006);
    } else if (!this.#asked) {
      this.#asked = true;
      this.tell({ type: "resync" });
    }
  }

  #lost(code: number): void {
    if (this.#closed) return;
    // A token that merely ended is no failure: come back at once with a fresh one.
    const delayMs = code === TOKEN_ENDED && this.#attempt === 0 ? 0 : retryDelayMs(this.#attempt, Math.random());
    this.#attempt += 1;
    if (delayMs > 0) this.#ports.onPhase({ phase: "lost", attempt: this.#attempt, retryAtMs: Date.now() + delayMs });
    this.#retry = setTimeout(() => void this.#reconnect(), delayMs);
  }

  async #reconnect(): Promise<void> {
    const goOn = await this.#ports.renew();
    if (!this.#closed && goOn && this.#socket === null) this.#connect();
  }

  #drop(): void {
    const socket = this.#socket;
    this.#socket = null;
    // Closing a socket that is still opening makes the browser complain; it is closed once open instead.
    if (socket?.readyState === WebSocket.CONNECTING) socket.onopen = () => socket.close();
    else socket?.close();
  }
}
