/**
 * What may go wrong with a mesh, as things a test can do to one: each is begun, lasts, and is over. The victim is drawn
 * for each run, more often the node that carries the account than another.
 */
import type { ActorRow } from "../../../domain/contract/views.ts";
import type { Random } from "../../../domain/kernel/random.ts";
import type { MeshCluster, MeshNode } from "./mesh-cluster.ts";

export interface Fault {
  readonly name: string;
  /** Resolves when the fault is over: from then on recovery is measured. Says what was hit. */
  run(cluster: MeshCluster, random: Random): Promise<string>;
  /** Puts right what belongs to the test, not to the program; after recovery was measured. */
  undo?(cluster: MeshCluster): Promise<void>;
  /** Why it cannot be done here, or null. */
  impossible?(cluster: MeshCluster): string | null;
}

const ACCOUNT_SHARE = 0.6;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function victim(cluster: MeshCluster, random: Random): Promise<MeshNode> {
  const drawn = cluster.trading[random.integer(0, cluster.trading.length - 1)]!;
  const wantsOwner = random.next() < ACCOUNT_SHARE;
  const { items } = await cluster.get<{ items: ActorRow[] }>("system/actors?kind=execution");
  const owner = cluster.trading.find(({ name }) => name === items[0]?.node);
  return wantsOwner && owner !== undefined ? owner : drawn;
}

function natsAway(forMs: number): Fault {
  return {
    name: `NATS away ${forMs / 1_000} s`,
    async run({ nats }) {
      await nats.kill();
      await pause(forMs);
      await nats.restart();
      return "killed";
    },
  };
}

function postgresAway(forMs: number): Fault {
  return {
    name: `PostgreSQL away ${forMs / 1_000} s`,
    async run({ postgres }, random) {
      const inOrder = random.next() < 0.5;
      await postgres.away(forMs, inOrder);
      return inOrder ? "stopped" : "killed";
    },
  };
}

function clockJump(hours: number): Fault {
  return {
    name: `clock ${hours > 0 ? "+" : ""}${hours} h`,
    async run(cluster, random) {
      const node = await victim(cluster, random);
      await node.shiftClock(hours);
      return node.name;
    },
    async undo(cluster) {
      await Promise.all(cluster.trading.filter(({ clockShiftHours }) => clockShiftHours !== 0).map((node) => node.shiftClock(0)));
    },
  };
}

export const FAULTS: readonly Fault[] = [
  {
    name: "SIGKILL",
    async run(cluster, random) {
      const node = await victim(cluster, random);
      node.signal("SIGKILL");
      return node.name;
    },
  },
  {
    name: "SIGSTOP 5 s",
    async run(cluster, random) {
      const node = await victim(cluster, random);
      node.signal("SIGSTOP");
      await pause(5_000);
      node.signal("SIGCONT");
      return node.name;
    },
  },
  natsAway(2_000),
  natsAway(10_000),
  postgresAway(2_000),
  postgresAway(10_000),
  {
    name: "partition 5 s",
    async run(cluster, random) {
      const node = await victim(cluster, random);
      node.cable!.pull();
      await pause(5_000);
      node.cable!.plug();
      return node.name;
    },
    impossible: ({ joined }) => joined,
  },
  clockJump(1),
  clockJump(-1),
  {
    name: "disk full",
    async run({ postgres }, random) {
      const forMs = random.integer(2_000, 5_000);
      postgres.fill();
      await pause(forMs);
      postgres.empty();
      return `${forMs} ms`;
    },
    impossible: ({ postgres }) => postgres.unmounted,
  },
];
