/** A client of the streams that keeps the state as a page does, and says when something is true of it. */
import { once } from "node:events";
import { WebSocket } from "ws";

export interface Message {
  readonly type: "snapshot" | "delta" | "error";
  readonly seq?: number;
  readonly state?: Record<string, unknown>;
  readonly delta?: Record<string, Record<string, unknown>>;
  readonly error?: { type: string; message: string };
}

/** Whether a message shows a fill of the order: as news, or in a snapshot that came instead. */
export function showsFill(orderId: string): (message: Message) => boolean {
  return ({ state, delta }) => {
    const fills = (state?.["fills"] ?? delta?.["append"]?.["fills"] ?? []) as readonly { readonly orderId: string }[];
    return fills.some((fill) => fill.orderId === orderId);
  };
}

export class Peer {
  readonly socket: WebSocket;
  readonly messages: Message[] = [];
  #waiting: { test: (messages: readonly Message[]) => boolean; resolve: () => void }[] = [];

  constructor(url: string, options: { protocols?: string[]; headers?: Record<string, string>; autoPong?: boolean } = {}) {
    const { protocols = [], ...rest } = options;
    this.socket = new WebSocket(url.replace("http", "ws"), protocols, rest);
    this.socket.on("message", (data) => {
      this.messages.push(JSON.parse(String(data)) as Message);
      for (const waiter of this.#waiting) if (waiter.test(this.messages)) waiter.resolve();
    });
  }

  async open(): Promise<this> {
    await once(this.socket, "open");
    return this;
  }

  /** The first message that fits, waiting for it. */
  async until(test: (message: Message) => boolean): Promise<Message> {
    const found = () => this.messages.find(test);
    if (!found()) await new Promise<void>((resolve) => this.#waiting.push({ test: () => found() !== undefined, resolve }));
    return found()!;
  }

  send(message: unknown): void {
    this.socket.send(typeof message === "string" ? message : JSON.stringify(message));
  }

  async closed(): Promise<number> {
    const [code] = (await once(this.socket, "close")) as [number];
    return code;
  }

  async close(): Promise<void> {
    if (this.socket.readyState === WebSocket.CLOSED) return;
    const closed = this.closed();
    this.socket.terminate();
    await closed;
  }
}

/** The HTTP answer of an upgrade that is refused. */
export async function refusal(
  url: string,
  options: { headers?: Record<string, string>; protocols?: string[] } = {},
): Promise<{ status: number; type: string }> {
  const socket = new WebSocket(url.replace("http", "ws"), options.protocols ?? [], { headers: options.headers ?? {} });
  const [, response] = (await once(socket, "unexpected-response")) as [unknown, NodeJS.ReadableStream & { statusCode: number }];
  let text = "";
  for await (const chunk of response) text += String(chunk);
  return { status: response.statusCode, type: (JSON.parse(text) as { error: { type: string } }).error.type };
}
