/**
 * The key-value port under the directory: a bucket with compare-and-swap and a watch, as JetStream's KV gives it.
 * A revision is a number of the whole bucket that grows with every change of any key.
 */

export interface KvEntry {
  readonly key: string;
  /** Null: the key was removed. */
  readonly value: string | null;
  readonly revision: number;
}

export interface KvWatcher {
  /** First every present entry, then every change, in the order of revisions; after a reconnect everything again. */
  entry(entry: KvEntry): void;
  /** Everything that was there when the watch (re)started has been given; keys not given since then do not exist. */
  complete(): void;
  /** The watch is blind from now on, until the next `complete`. */
  blind(why: string): void;
}

export interface KeyValue {
  /**
   * Of this life of the bucket, as far as this handle knows: a bucket that was lost and made again has a higher one, of
   * which `check` and `complete` are the first to tell. Epochs are built from it and from revisions, which start again
   * with a new bucket. Keys of one life are not those of another: who still writes in an old life changes nothing in
   * the new one. 31 bits.
   */
  readonly generation: number;
  /** Null when the key does not exist or was removed. @throws {DstaError} KV_UNAVAILABLE (retryable) */
  get(key: string): Promise<KvEntry | null>;
  /**
   * Writes when the key's last revision is `previous` (0: it does not exist or was removed); returns the new revision.
   * @throws {DstaError} KV_CONFLICT when it is another one; KV_UNAVAILABLE (retryable): the outcome is not known
   */
  put(key: string, value: string, previous: number): Promise<number>;
  /** Removes under the same condition. @throws as `put` */
  remove(key: string, previous: number): Promise<void>;
  watch(watcher: KvWatcher): () => void;
  /**
   * Asks the store which life the bucket is in and answers its generation; makes the bucket again when it is gone, and
   * starts watches again that have fallen behind. @throws {DstaError} KV_UNAVAILABLE (retryable)
   */
  check(): Promise<number>;
}
