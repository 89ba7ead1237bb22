/**
 * Where the outbox puts public events: JetStream between nodes (brokers/nats/jet-stream.ts), the consumers themselves
 * within one process (local-channels.ts).
 */

export interface OutboxMessage {
  /** The same for every repeat. */
  readonly id: string;
  /** Without the namespace. */
  readonly subject: string;
  /** JSON of a `PublicEvent`. */
  readonly bytes: Uint8Array;
}

export interface EventPublisher {
  /**
   * Resolves when all are stored (or taken in by every consumer), in order for each subject. After a failure some may
   * be: the same list is published again, and repeats are dropped by id or by place.
   * @throws {DstaError} PUBLISH_FAILED (retryable)
   */
  publish(messages: readonly OutboxMessage[]): Promise<void>;
}
