/**
 * Where durable consumers get their messages: JetStream between nodes (brokers/nats/nats-channels.ts), the relay's own
 * publishing within one process (local-channels.ts). Each message is delivered until it is settled, at least once.
 */

export interface ChannelMessage {
  readonly subject: string;
  /** The publisher's id, or the place in the stream where there is none. */
  readonly id: string;
  readonly bytes: Uint8Array;
  /** 1 for the first time, also after the consumer's process died with it. */
  readonly delivery: number;
  /** Done with: never delivered again. */
  ack(): void;
  /** Again, not before `delayMs`. */
  nak(delayMs: number): void;
  /** Given up: never delivered again. */
  term(): void;
  /** Still at it: the time to settle it begins anew. */
  working(): void;
}

export interface ChannelRequest {
  /** Without the namespace; `*` stands for one token. */
  readonly subject: string;
  /** Name of the consumer: nodes with the same one share its messages. */
  readonly durable: string;
  /** Delivered again when not settled within this. */
  readonly ackWaitMs: number;
  /** Most messages delivered to this process and not settled. */
  readonly maxInFlight: number;
}

export interface ChannelSource {
  /**
   * Delivers until the subscription ends; what cannot be reached is tried again without end. `onTrouble` hears why it
   * waits, and null when it goes on. @throws {DstaError} CHANNEL_REFUSED when the request can never be met
   */
  open(
    request: ChannelRequest,
    onMessage: (message: ChannelMessage) => void,
    onTrouble: (why: string | null) => void,
  ): Promise<ChannelSubscription>;
  /** Keeps a message that could not be processed. @throws {DstaError} PUBLISH_FAILED (retryable) */
  bury(durable: string, message: ChannelMessage, reason: string): Promise<void>;
}

export interface ChannelSubscription {
  /** Asks for no more; messages already delivered can still be settled. */
  stop(): Promise<void>;
  /** After the last one is settled: what was settled has reached the server. */
  close(): Promise<void>;
}
