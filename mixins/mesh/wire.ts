/**
 * The wire port: bytes between the nodes of a mesh, at most once, in order per sender and subject. NATS is the real one.
 * Refuses to promise delivery: what must arrive is acknowledged and repeated by those who use the wire.
 */

export interface Wire {
  readonly nodeId: string;
  /** False while the server cannot be reached: what is sent then is lost, so senders fail fast or keep it themselves. */
  connected(): boolean;
  /** Never throws; bytes belong to the wire afterwards. */
  send(subject: string, bytes: Uint8Array): void;
  /** `bytes` are only valid during the call. Wildcards as NATS has them. Returns the way out. */
  listen(subject: string, listener: (bytes: Uint8Array, subject: string) => void): () => void;
  /** Called with every change of `connected()`. */
  onStatus(listener: (connected: boolean) => void): () => void;
  /** Resolves when everything sent before has reached the server. @throws {DstaError} WIRE_DOWN (retryable) */
  flush(): Promise<void>;
}
