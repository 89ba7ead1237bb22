/**
 * Questions and answers between a thread and the one that started it, over their message port. Owns the numbering and the
 * errors, which keep their type. Refuses nothing by itself: whoever asks bounds how much. When the other side ends,
 * everything open is rejected.
 */
import { decodeError, encodeError, type ErrorRecord } from "../../domain/kernel/error-record.ts";

type Message =
  | { readonly kind: "ask"; readonly number: number; readonly name: string; readonly params: unknown }
  | { readonly kind: "tell"; readonly name: string; readonly params: unknown }
  | { readonly kind: "answer"; readonly number: number; readonly value: unknown }
  | { readonly kind: "failed"; readonly number: number; readonly error: ErrorRecord };

/** A worker, or the port to the parent. */
export interface RpcPort {
  postMessage(message: unknown, transfer: readonly never[]): void;
  on(event: "message", listener: (message: unknown) => void): unknown;
}

/** Takes any params: both sides are ours, and their calls are typed where they are made. */
export type RpcHandlers = Readonly<Record<string, { bivariant(params: unknown): unknown }["bivariant"]>>;

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

export class Rpc {
  readonly #port: RpcPort;
  readonly #handlers: RpcHandlers;
  readonly #waiting = new Map<number, Waiting>();
  #asked = 0;
  #ended: Error | null = null;

  constructor(port: RpcPort, handlers: RpcHandlers) {
    this.#port = port;
    this.#handlers = handlers;
    port.on("message", (message) => this.#hear(message as Message));
  }

  ask<R>(name: string, params: unknown): Promise<R> {
    if (this.#ended) return Promise.reject(this.#ended);
    const number = ++this.#asked;
    return new Promise<R>((resolve, reject) => {
      this.#waiting.set(number, { resolve: resolve as (value: unknown) => void, reject });
      this.#send({ kind: "ask", number, name, params });
    });
  }

  tell(name: string, params: unknown): void {
    if (!this.#ended) this.#send({ kind: "tell", name, params });
  }

  /** The other side is gone. */
  end(error: Error): void {
    this.#ended ??= error;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }

  #send(message: Message): void {
    this.#port.postMessage(message, []);
  }

  #hear(message: Message): void {
    if (message.kind === "tell") return void this.#handlers[message.name]!(message.params);
    if (message.kind === "ask") return void this.#answer(message);
    const waiting = this.#waiting.get(message.number);
    this.#waiting.delete(message.number);
    if (message.kind === "answer") waiting?.resolve(message.value);
    else waiting?.reject(decodeError(message.error));
  }

  async #answer({ number, name, params }: Extract<Message, { kind: "ask" }>): Promise<void> {
    try {
      const value = await this.#handlers[name]!(params);
      this.#send({ kind: "answer", number, value });
    } catch (error) {
      this.#send({ kind: "failed", number, error: encodeError(error) });
    }
  }
}
