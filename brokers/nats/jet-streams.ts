/**
 * The streams of config/outbox.ts on a JetStream server: created when missing, brought to the configuration when they
 * differ. Nodes may do so at the same time.
 */
import { type JetStreamManager, nanos, NatsError, RetentionPolicy, DiscardPolicy, StorageType, type StreamConfig } from "nats";
import { DUPLICATE_WINDOW_MS, type StreamPolicy, STREAMS } from "../../config/outbox.ts";
import { DstaError, messageOf } from "../../domain/kernel/errors.ts";

export interface StreamPlace {
  /** Begins every subject and, with dots as dashes, every stream's name. */
  readonly namespace: string;
  /** Copies of each stream: 1 on one server, 3 or 5 in a cluster. */
  readonly replicas: number;
}

const NAME_IN_USE = 10_058;

/** The stream that keeps a subject (namespace left out). @throws {DstaError} CHANNEL_REFUSED when none does */
export function streamOf(subject: string): StreamPolicy {
  const found = STREAMS.find(({ subjects }) => subjects.some((pattern) => subject.startsWith(pattern.slice(0, -1))));
  if (found) return found;
  const kept = STREAMS.flatMap(({ subjects }) => subjects).join(", ");
  throw new DstaError("CHANNEL_REFUSED", `subject: expected one that a stream keeps (${kept}), got ${subject}`, {
    data: { field: "subject", expected: kept, got: subject },
  });
}

export function streamName({ namespace }: StreamPlace, { name }: StreamPolicy): string {
  return `${namespace.replaceAll(".", "-")}-${name}`;
}

/** @throws {NatsError} when the server cannot be reached, or refuses the configuration */
export async function ensureStream(manager: JetStreamManager, place: StreamPlace, policy: StreamPolicy): Promise<void> {
  const config = configOf(place, policy);
  try {
    await manager.streams.add(config);
  } catch (error) {
    if (!(error instanceof NatsError) || error.api_error?.err_code !== NAME_IN_USE) throw error;
    await manager.streams.update(config.name, config);
  }
}

/** An expected failure of publishing, from whatever the client threw. */
export function publishFailed(what: string, error: unknown): DstaError {
  const code = error instanceof NatsError ? (error.api_error?.description ?? error.code) : messageOf(error);
  return new DstaError("PUBLISH_FAILED", `${what} could not be published: ${code}`, {
    code: 503,
    retryable: true,
    data: { what, why: code },
    cause: error,
  });
}

function configOf(place: StreamPlace, policy: StreamPolicy): Partial<StreamConfig> & { name: string } {
  return {
    name: streamName(place, policy),
    subjects: policy.subjects.map((subject) => `${place.namespace}.${subject}`),
    retention: RetentionPolicy.Limits,
    discard: DiscardPolicy.Old,
    storage: StorageType.File,
    num_replicas: place.replicas,
    max_age: nanos(policy.maxAgeMs),
    max_bytes: policy.maxBytes,
    duplicate_window: nanos(DUPLICATE_WINDOW_MS),
    deny_delete: policy.sealed,
    deny_purge: policy.sealed,
  };
}
