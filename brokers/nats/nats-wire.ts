/**
 * The wire over a NATS connection. Refuses to let the client buffer: what is sent while there is no server is lost at
 * once and said so by `connected()`, instead of silently. Closing the connection is its owner's business.
 */
import { Events, type NatsConnection } from "nats";
import { DstaError, messageOf } from "../../domain/kernel/errors.ts";
import type { Wire } from "../../mixins/mesh/wire.ts";

export class NatsWire implements Wire {
  readonly nodeId: string;
  readonly #connection: NatsConnection;
  readonly #log: (level: "warn" | "error", text: string, error?: unknown) => void;
  readonly #onStatus = new Set<(connected: boolean) => void>();
  #connected = true;

  constructor(nodeId: string, connection: NatsConnection, log: (level: "warn" | "error", text: string, error?: unknown) => void) {
    this.nodeId = nodeId;
    this.#connection = connection;
    this.#log = log;
    void this.#follow();
    void connection.closed().then(() => this.#change(false));
  }

  connected(): boolean {
    return this.#connected;
  }

  send(subject: string, bytes: Uint8Array): void {
    if (!this.#connected) return;
    try {
      this.#connection.publish(subject, bytes);
    } catch (error) {
      // Closed between the check and the call, or larger than the server takes: lost, as the port says.
      this.#log("warn", `nothing sent to ${subject}: ${messageOf(error)}`);
    }
  }

  listen(subject: string, listener: (bytes: Uint8Array, subject: string) => void): () => void {
    const subscription = this.#connection.subscribe(subject, {
      callback: (error, message) => {
        if (error) return this.#log("error", `cannot listen to ${subject}`, error);
        listener(message.data, message.subject);
      },
    });
    return () => subscription.unsubscribe();
  }

  onStatus(listener: (connected: boolean) => void): () => void {
    this.#onStatus.add(listener);
    return () => this.#onStatus.delete(listener);
  }

  async flush(): Promise<void> {
    if (!this.#connected) throw wireDown("it is not connected");
    let leave: () => void = () => undefined;
    const lost = new Promise<never>((_resolve, reject) => {
      leave = this.onStatus((connected) => !connected && reject(wireDown("the connection was lost")));
    });
    try {
      await Promise.race([this.#connection.flush(), lost]);
    } catch (error) {
      throw error instanceof DstaError ? error : wireDown(messageOf(error));
    } finally {
      leave();
    }
  }

  async #follow(): Promise<void> {
    for await (const { type, data } of this.#connection.status()) {
      if (type === Events.Disconnect) this.#change(false);
      else if (type === Events.Reconnect) this.#change(true);
      else if (type === Events.Error) this.#log("warn", `NATS says ${String(data)}`);
    }
  }

  #change(connected: boolean): void {
    if (this.#connected === connected) return;
    this.#connected = connected;
    for (const listener of this.#onStatus) listener(connected);
  }
}

function wireDown(why: string): DstaError {
  return new DstaError("WIRE_DOWN", `what was sent may not have reached the server: ${why}`, { code: 503, retryable: true });
}
