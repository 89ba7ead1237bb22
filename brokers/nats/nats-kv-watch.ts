/**
 * One watch of a bucket: begun again after each reconnect (the client's own one stayed blind for 11.5 s), after a loss of
 * the bucket, when it ends, and when it has not shown for a while what the stream is known to hold.
 * Refuses keys of other lives of the bucket.
 */
import { AckPolicy, createInbox, DeliverPolicy, type JetStreamManager, type Msg, type NatsConnection, type Subscription } from "nats";
import type { CancelTimer, Clock } from "../../domain/kernel/clock.ts";
import { messageOf } from "../../domain/kernel/errors.ts";
import type { KvWatcher } from "../../mixins/directory/key-value.ts";

export interface NatsKvWatchOptions {
  readonly connection: NatsConnection;
  readonly jsm: JetStreamManager;
  readonly bucket: string;
  readonly clock: Clock;
  readonly watcher: KvWatcher;
  readonly isConnected: () => boolean;
  readonly generation: () => number;
  readonly log: (level: "warn" | "error", text: string, error?: unknown) => void;
}

const RETRY_MS = 100;
/** After which the server forgets a consumer that nobody listens to. */
const INACTIVE_NS = 5_000_000_000;
/** Checks in a row that found the watch behind, before it is begun again; a busy node may lag for one or two. */
const CHECKS_BEHIND_MAX = 5;
const CHECKS_INCOMPLETE_MAX = 25;

export class NatsKvWatch {
  readonly #options: NatsKvWatchOptions;
  /** Of the present beginning; whatever belongs to an earlier one is ignored. */
  #run = 0;
  #subscription: Subscription | null = null;
  /** Messages of the present beginning; each names its own number, so that a lost one is noticed. */
  #received = 0;
  #isLive = false;
  #isStopped = false;
  #cancelRetry: CancelTimer = () => undefined;
  /** Messages that make it complete, once known. */
  #target: number | null = null;
  /** The highest revision shown, and the one that must be shown soon. */
  #seen = 0;
  #expected = 0;
  #checksBehind = 0;

  constructor(options: NatsKvWatchOptions) {
    this.#options = options;
  }

  restart(why: string): void {
    if (this.#isStopped) return;
    this.blind(why);
    if (this.#options.isConnected()) void this.#follow(this.#run);
  }

  /** Nothing is shown from now on, until it is begun again. */
  blind(why: string): void {
    this.#end();
    this.#options.watcher.blind(why);
  }

  stop(): void {
    this.#isStopped = true;
    this.#end();
  }

  /** The stream holds this revision now: a watch that does not show it within some checks stands still. */
  expect(revision: number): void {
    const isBehind = !this.#isLive || this.#seen < this.#expected;
    this.#checksBehind = isBehind ? this.#checksBehind + 1 : 0;
    if (!isBehind || !this.#isLive) this.#expected = revision;
    if (this.#checksBehind < (this.#isLive ? CHECKS_BEHIND_MAX : CHECKS_INCOMPLETE_MAX)) return;
    this.#options.log("warn", `the watch of bucket ${this.#options.bucket} stood still at ${this.#seen} of ${this.#expected}`);
    this.restart("it stood still");
  }

  #end(): void {
    this.#run++;
    this.#isLive = false;
    this.#checksBehind = 0;
    this.#cancelRetry();
    this.#subscription?.unsubscribe();
    this.#subscription = null;
  }

  async #follow(run: number): Promise<void> {
    const { connection, jsm, bucket } = this.#options;
    const inbox = createInbox();
    this.#seen = 0;
    this.#received = 0;
    this.#target = null;
    try {
      this.#subscription = connection.subscribe(inbox, {
        callback: (error, message) => {
          if (run !== this.#run) return;
          if (error) this.#again(run, error.message);
          else this.#take(run, message);
        },
      });
      const info = await jsm.consumers.add(`KV_${bucket}`, {
        deliver_subject: inbox,
        deliver_policy: DeliverPolicy.LastPerSubject,
        filter_subject: `$KV.${bucket}.>`,
        ack_policy: AckPolicy.None,
        max_deliver: 1,
        mem_storage: true,
        num_replicas: 1,
        inactive_threshold: INACTIVE_NS,
      });
      if (run !== this.#run) return;
      this.#target = info.num_pending + info.delivered.consumer_seq;
      if (this.#received >= this.#target) this.#complete();
    } catch (error) {
      this.#again(run, messageOf(error));
    }
  }

  #again(run: number, why: string): void {
    if (run !== this.#run) return;
    this.#options.log("warn", `the watch of bucket ${this.#options.bucket} is begun again: ${why}`);
    this.blind(why);
    this.#cancelRetry = this.#options.clock.after(RETRY_MS, () => this.restart(why));
  }

  #take(run: number, message: Msg): void {
    const place = placeOf(message.reply);
    // Not an entry: the server says that it ended the consumer.
    if (place === null) return this.#again(run, message.headers?.description ?? "an unexpected message");
    if (place.number !== ++this.#received) return this.#again(run, `message ${this.#received} was lost`);
    this.#show(message, place.revision);
    const isAll = place.pending === 0 || (this.#target !== null && this.#received >= this.#target);
    if (!this.#isLive && isAll) this.#complete();
  }

  #complete(): void {
    if (this.#isLive) return;
    this.#isLive = true;
    this.#checksBehind = 0;
    // Changes of keys that were purged since are never shown.
    this.#seen = Math.max(this.#seen, this.#expected);
    this.#options.watcher.complete();
  }

  #show(message: Msg, revision: number): void {
    this.#seen = Math.max(this.#seen, revision);
    const { bucket, generation, watcher } = this.#options;
    const suffix = `.${generation()}`;
    if (!message.subject.endsWith(suffix)) return;
    const key = message.subject.slice(`$KV.${bucket}.`.length, -suffix.length);
    // A removal is a message without a body; no value is empty.
    watcher.entry({ key, value: message.data.length === 0 ? null : message.string(), revision });
  }
}

interface Place {
  /** Of the message in its stream. */
  readonly revision: number;
  /** Of the message among those of the consumer, from 1. */
  readonly number: number;
  /** Messages still to come that are there already. */
  readonly pending: number;
}

/**
 * From the reply subject: `$JS.ACK.<stream>.<consumer>.<deliveries>.<stream seq>.<consumer seq>.<time>.<pending>`, or
 * with `<domain>.<account>` after ACK and a random token at the end (NATS ADR-15).
 */
function placeOf(reply: string | undefined): Place | null {
  const tokens = reply?.split(".") ?? [];
  if (tokens[1] !== "ACK" || tokens.length < 9) return null;
  const skip = tokens.length > 9 ? 2 : 0;
  return { revision: Number(tokens[5 + skip]), number: Number(tokens[6 + skip]), pending: Number(tokens[8 + skip]) };
}
