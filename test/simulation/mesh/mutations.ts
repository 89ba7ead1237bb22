/**
 * Faulty ports, one for each promise that the mesh is built on. A simulation that does not notice them notices nothing:
 * the test puts each in the place of a right port and expects some seed to fail.
 */
import type { Journal } from "../../../domain/journal/journal.ts";
import { isExpected } from "../../../domain/kernel/errors.ts";
import type { KeyValue } from "../../../mixins/directory/key-value.ts";
import type { Directory } from "../../../mixins/hosted/directory.ts";
import type { Change } from "./sim-node.ts";

/** Goes on with the methods of the right one. */
function but<T extends object>(right: T, wrong: Partial<T>): T {
  return new Proxy(right, {
    get(target, name) {
      const value: unknown = name in wrong ? Reflect.get(wrong, name) : Reflect.get(target, name, target);
      return typeof value === "function" && !(name in wrong) ? value.bind(target) : value;
    },
  });
}

/** Who was fenced writes all the same. */
function unfenced(journal: Journal): Journal {
  const append: Journal["append"] = async (stream, epoch, version, events) => {
    try {
      return await journal.append(stream, epoch, version, events);
    } catch (error) {
      if (!isExpected(error) || (error.type !== "FENCED" && error.type !== "VERSION_CONFLICT")) throw error;
      const head = await journal.fence(stream);
      return journal.append(stream, head.epoch, head.version, events);
    }
  };
  return but(journal, { append });
}

/** Writes over whatever is there. */
function withoutCompare(leases: KeyValue): KeyValue {
  const put: KeyValue["put"] = async (key, value) => leases.put(key, value, (await leases.get(key))?.revision ?? 0);
  return but(leases, { put });
}

export const MUTATIONS: Readonly<Record<string, Change>> = {
  "a node acts without a valid session": { directory: (directory) => but(directory, { valid: () => true }) },
  "a node does not hear that it lost its session": {
    directory: (directory) =>
      but(directory, { onChange: (listener) => directory.onChange((change) => change.type !== "lost" && listener(change)) }),
  },
  "the journal does not fence": { journal: unfenced },
  "a claim does not compare": { leases: withoutCompare },
  "epochs are used again": {
    directory: (directory: Directory) =>
      but(directory, { claim: async (...claim) => ({ ...(await directory.claim(...claim)), epoch: 1n << 33n }) }),
  },
  "a taken message is lost": {
    receive: (receive) => {
      let count = 0;
      return (kind, id, envelope) => {
        if (envelope.resolve !== null || envelope.arrival === null || ++count % 20 !== 0) return receive(kind, id, envelope);
        envelope.arrival.taken();
      };
    },
  },
  "durations are measured by a clock that jumps": { wallClock: true, faults: ["clockJumps", "natsRestarts", "disconnected"] },
};
