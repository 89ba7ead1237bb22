/**
 * The stream under a bucket: made when it is not there, in a new life each time. A life's generation is above every one
 * before, by the clock or by the epochs that the journal has seen, whichever is higher.
 */
import { DiscardPolicy, type JetStreamManager, NatsError, RetentionPolicy, StorageType, type StreamInfo } from "nats";
import { invariant } from "../../domain/kernel/errors.ts";

export interface NatsKvStreamOptions {
  readonly bucket: string;
  readonly replicas: number;
  readonly nowMs: () => number;
}

export interface BucketState {
  readonly generation: number;
  /** Of the last change of any key. */
  readonly lastRevision: number;
}

const STREAM_NOT_FOUND = 10_059;
const NAME_IN_USE = 10_058;
/** 2020-01-01: seconds since then fit 31 bits until 2088. */
const GENERATIONS_BEGIN_S = 1_577_836_800;
const GENERATION = /^generation (\d+)$/;
/** A session with every pin it may have; a value the stream refused would cost the node its session. */
const VALUE_BYTES_MAX = 65_536;

export class NatsKvStream {
  readonly name: string;
  readonly #jsm: JetStreamManager;
  readonly #options: NatsKvStreamOptions;

  constructor(jsm: JetStreamManager, options: NatsKvStreamOptions) {
    this.#jsm = jsm;
    this.#options = options;
    this.name = `KV_${options.bucket}`;
  }

  /** The present life; begins a new one when there is none whose next epoch is above the floor. */
  async ensure(floorEpoch: bigint): Promise<BucketState> {
    const info = await this.#info();
    const found = info === null ? await this.#create(floorEpoch) : info;
    const generation = generationOf(found);
    const lastRevision = found.state.last_seq;
    if (generation !== null && ((BigInt(generation) << 32n) | BigInt(lastRevision)) >= floorEpoch) return { generation, lastRevision };
    return this.#renew(floorEpoch, lastRevision);
  }

  async #info(): Promise<StreamInfo | null> {
    try {
      return await this.#jsm.streams.info(this.name);
    } catch (error) {
      if (isApiError(error, STREAM_NOT_FOUND)) return null;
      throw error;
    }
  }

  async #create(floorEpoch: bigint): Promise<StreamInfo> {
    const { bucket, replicas } = this.#options;
    try {
      return await this.#jsm.streams.add({
        name: this.name,
        subjects: [`$KV.${bucket}.>`],
        description: this.#describeNext(floorEpoch),
        retention: RetentionPolicy.Limits,
        storage: StorageType.File,
        num_replicas: replicas,
        max_msgs_per_subject: 1,
        max_msg_size: VALUE_BYTES_MAX,
        discard: DiscardPolicy.New,
        allow_rollup_hdrs: true,
        deny_delete: true,
        // Answers of followers may be old; see NatsKeyValue.
        allow_direct: false,
      });
    } catch (error) {
      // Another node made it at the same moment: its life counts.
      const winner = isApiError(error, NAME_IN_USE) ? await this.#info() : null;
      if (winner === null) throw error;
      return winner;
    }
  }

  /** The journal has seen epochs that this bucket did not give (it was restored, or another one was in use): they are passed over. */
  async #renew(floorEpoch: bigint, lastRevision: number): Promise<BucketState> {
    const info = await this.#jsm.streams.update(this.name, { description: this.#describeNext(floorEpoch) });
    await this.#jsm.streams.purge(this.name, { seq: lastRevision + 1 });
    const generation = generationOf(info);
    invariant(generation !== null, `stream ${this.name} did not keep its description`);
    return { generation, lastRevision: info.state.last_seq };
  }

  #describeNext(floorEpoch: bigint): string {
    const bySeconds = Math.floor(this.#options.nowMs() / 1_000) - GENERATIONS_BEGIN_S;
    return `generation ${Math.max(1, bySeconds, Number(floorEpoch >> 32n) + 1)}`;
  }
}

/** Null for a stream that was not made here. */
function generationOf(info: StreamInfo): number | null {
  const digits = GENERATION.exec(info.config.description ?? "")?.[1];
  return digits === undefined ? null : Number(digits);
}

function isApiError(error: unknown, code: number): boolean {
  return error instanceof NatsError && error.api_error?.err_code === code;
}
