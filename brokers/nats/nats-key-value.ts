/**
 * A bucket of JetStream's key-value store (stream `KV_<bucket>`, readable with `nats kv`), with lives: the generation
 * stands in the stream's description and at the end of each key (`$KV.<bucket>.<key>.<generation>`), so that a writer
 * who has not heard that the bucket was lost changes nothing in the new one.
 *
 * Refuses to wait: without a connection requests fail at once, since the client would drop them silently. Reads go to the
 * stream's leader: a follower's old answer could free what is held.
 */
import { ErrorCode, Events, type JetStreamManager, type NatsConnection, NatsError } from "nats";
import type { Clock } from "../../domain/kernel/clock.ts";
import { DstaError, messageOf } from "../../domain/kernel/errors.ts";
import type { KeyValue, KvEntry, KvWatcher } from "../../mixins/directory/key-value.ts";
import { NatsKvRequests, OPERATION, type PublishAnswer } from "./nats-kv-requests.ts";
import { NatsKvStream } from "./nats-kv-stream.ts";
import { NatsKvWatch } from "./nats-kv-watch.ts";

export interface NatsKeyValueOptions {
  readonly connection: NatsConnection;
  /** Letters, digits, `-` and `_`. */
  readonly bucket: string;
  /** Copies in a NATS cluster: 1, 3 or 5. */
  readonly replicas: number;
  /** The highest epoch that the journal has seen: epochs of this bucket's life are above it. 0 for none. */
  readonly floorEpoch: bigint;
  /** After which a request without an answer is KV_UNAVAILABLE. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** Milliseconds of a clock that never jumps. */
  readonly elapsedMs: () => number;
  readonly log: (level: "warn" | "error", text: string, error?: unknown) => void;
}

/** A compare-and-swap that found another revision. */
const WRONG_LAST_SEQUENCE = 10_071;
const NO_MESSAGE: string = ErrorCode.JetStream404NoMessages;
const EMPTY = new Uint8Array();
const TEXT = new TextEncoder();

export class NatsKeyValue implements KeyValue {
  readonly #options: NatsKeyValueOptions;
  readonly #requests: NatsKvRequests;
  readonly #jsm: JetStreamManager;
  readonly #stream: NatsKvStream;
  readonly #watches = new Set<NatsKvWatch>();
  #generation: number;
  #isConnected = true;
  #isClosed = false;

  private constructor(options: NatsKeyValueOptions, jsm: JetStreamManager, stream: NatsKvStream, generation: number) {
    this.#options = options;
    this.#requests = new NatsKvRequests(options);
    this.#jsm = jsm;
    this.#stream = stream;
    this.#generation = generation;
    void this.#followStatus();
  }

  /** Opens the bucket, or makes it. @throws {DstaError} KV_UNAVAILABLE (retryable) */
  static async open(options: NatsKeyValueOptions): Promise<NatsKeyValue> {
    const { connection, bucket, replicas, floorEpoch, timeoutMs, clock } = options;
    try {
      const jsm = await connection.jetstreamManager({ timeout: timeoutMs, checkAPI: false });
      const stream = new NatsKvStream(jsm, { bucket, replicas, nowMs: () => clock.now() });
      const { generation } = await stream.ensure(floorEpoch);
      return new NatsKeyValue(options, jsm, stream, generation);
    } catch (error) {
      throw unavailable(bucket, error);
    }
  }

  get generation(): number {
    return this.#generation;
  }

  async get(key: string): Promise<KvEntry | null> {
    const subject = this.#subject(key);
    this.#assertConnected();
    try {
      const message = await this.#jsm.streams.getMessage(this.#stream.name, { last_by_subj: subject });
      const isRemoved = message.header.get(OPERATION) !== "";
      return isRemoved ? null : { key, value: message.string(), revision: message.seq };
    } catch (error) {
      if (isApiError(error) && error.code === NO_MESSAGE) return null;
      throw unavailable(this.#options.bucket, error);
    }
  }

  async put(key: string, value: string, previous: number): Promise<number> {
    const revision = await this.#publish(this.#subject(key), TEXT.encode(value), previous, false);
    if (revision !== null) return revision;
    if (previous > 0) throw conflict(key, previous);
    // Removing a key leaves a marker, which has a revision: only over that one may the key be written anew.
    const marker = await this.#marker(key);
    const again = marker === null ? null : await this.#publish(this.#subject(key), TEXT.encode(value), marker, false);
    if (again === null) throw conflict(key, previous);
    return again;
  }

  async remove(key: string, previous: number): Promise<void> {
    if ((await this.#publish(this.#subject(key), EMPTY, previous, true)) === null) throw conflict(key, previous);
  }

  watch(watcher: KvWatcher): () => void {
    const { connection, bucket, clock, log } = this.#options;
    const watch = new NatsKvWatch({
      connection,
      jsm: this.#jsm,
      bucket,
      clock,
      log,
      watcher,
      isConnected: () => this.#isConnected,
      generation: () => this.#generation,
    });
    this.#watches.add(watch);
    watch.restart("opened");
    return () => {
      watch.stop();
      this.#watches.delete(watch);
    };
  }

  async check(): Promise<number> {
    this.#assertConnected();
    try {
      // Epochs of a life made now are above all of the one that we know.
      const known = BigInt(this.#generation) << 32n;
      const { generation, lastRevision } = await this.#stream.ensure(known > this.#options.floorEpoch ? known : this.#options.floorEpoch);
      if (generation > this.#generation) {
        this.#generation = generation;
        this.#options.log("error", `bucket ${this.#options.bucket} was lost; it is in its life ${generation} now`);
        for (const watch of this.#watches) watch.restart("the bucket was lost");
      } else for (const watch of this.#watches) watch.expect(lastRevision);
      return generation;
    } catch (error) {
      throw unavailable(this.#options.bucket, error);
    }
  }

  /** Ends watches; the connection is its owner's. */
  close(): void {
    this.#isClosed = true;
    this.#requests.close();
    for (const watch of this.#watches) watch.stop();
    this.#watches.clear();
  }

  /** The revision of the key's removal; null when it is not removed. */
  async #marker(key: string): Promise<number | null> {
    try {
      const message = await this.#jsm.streams.getMessage(this.#stream.name, { last_by_subj: this.#subject(key) });
      return message.header.get(OPERATION) === "" ? null : message.seq;
    } catch (error) {
      if (isApiError(error) && error.code === NO_MESSAGE) return null;
      throw unavailable(this.#options.bucket, error);
    }
  }

  /** Null when the key's last revision is another one. */
  async #publish(subject: string, bytes: Uint8Array, previous: number, removes: boolean): Promise<number | null> {
    this.#assertConnected();
    let answer: PublishAnswer;
    try {
      answer = await this.#requests.publish(subject, bytes, previous, removes);
    } catch (error) {
      throw unavailable(this.#options.bucket, error);
    }
    if (answer.seq !== undefined && answer.error === undefined) return answer.seq;
    if (answer.error?.err_code === WRONG_LAST_SEQUENCE) return null;
    throw unavailable(this.#options.bucket, new Error(answer.error?.description ?? "an answer without a sequence"));
  }

  #subject(key: string): string {
    return `$KV.${this.#options.bucket}.${key}.${this.#generation}`;
  }

  #assertConnected(): void {
    if (!this.#isConnected) throw unavailable(this.#options.bucket, new Error("not connected"));
  }

  async #followStatus(): Promise<void> {
    for await (const { type } of this.#options.connection.status()) {
      if (this.#isClosed) return;
      if (type === Events.Disconnect) {
        this.#isConnected = false;
        this.#requests.fail("disconnected");
        for (const watch of this.#watches) watch.blind("disconnected");
      } else if (type === Events.Reconnect) {
        this.#isConnected = true;
        for (const watch of this.#watches) watch.restart("reconnected");
      }
    }
    this.#isConnected = false;
  }
}

function isApiError(error: unknown): error is NatsError {
  return error instanceof NatsError;
}

function conflict(key: string, previous: number): DstaError {
  return new DstaError("KV_CONFLICT", `${key} is not at revision ${previous}`, { code: 409, data: { key, previous } });
}

function unavailable(bucket: string, cause: unknown): DstaError {
  return new DstaError("KV_UNAVAILABLE", `bucket ${bucket}: ${messageOf(cause)}`, { code: 503, retryable: true, cause });
}
