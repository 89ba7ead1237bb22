/**
 * What may befall the simulated mesh. Each run draws some of the kinds of faults, so that runs differ in what comes
 * together. Every fault ends by itself, and `heal` ends all of them at once.
 */
import type { Random } from "../../../domain/kernel/random.ts";
import type { SimMesh, SimNode } from "./sim-node.ts";
import type { Witness } from "./witness.ts";

/** What faults are done to. */
export interface Victim {
  readonly mesh: SimMesh;
  readonly witness: Witness;
  readonly nodes: readonly SimNode[];
  /** Names of nodes that cannot reach the journal. */
  readonly journalCuts: Set<string>;
  isJournalAway: boolean;
  journalSlowMs: number;
  /** Share of messages that are lost. */
  wireLoss: number;
  /** Does `end` after that long, or with the end of all faults. */
  until(durationMs: number, end: () => void): void;
  join(): void;
  kill(node: SimNode): void;
  leave(node: SimNode): void;
}

type Fault = (run: Victim, node: SimNode, random: Random) => void;

const HOUR_MS = 3_600_000;

/** Lasts, and is undone by `heal` when that comes first. */
function lasting(run: Victim, what: string, durationMs: number, begin: () => void, end: () => void): void {
  run.witness.note(`${what} for ${durationMs} ms`);
  begin();
  run.until(durationMs, () => {
    end();
    run.witness.note(`no more: ${what}`);
  });
}

const FAULTS: Readonly<Record<string, Fault>> = {
  kill: (run, node) => run.kill(node),
  pause(run, node, random) {
    const inputFirst = random.next() < 0.5;
    lasting(
      run,
      `${node.life} stands still`,
      random.integer(50, 5_000),
      () => node.freeze(),
      () => node.thaw(inputFirst),
    );
  },
  join: (run) => run.join(),
  leave: (run, node) => run.leave(node),
  storeStands(run, _node, random) {
    const buckets =
      random.next() < 0.5 ? [run.mesh.sessions, run.mesh.leases] : [random.next() < 0.5 ? run.mesh.sessions : run.mesh.leases];
    const each = (act: "pause" | "resume") => (): void => {
      for (const bucket of buckets) bucket[act]();
    };
    lasting(run, `${buckets.length} buckets stand still`, random.integer(200, 6_000), each("pause"), each("resume"));
  },
  natsRestarts(run, _node, random) {
    const nodes = [...run.nodes];
    const lost = random.next() < 0.25;
    lasting(
      run,
      `NATS is away${lost ? ", and forgets" : ""}`,
      random.integer(200, 8_000),
      () => nodes.forEach((node) => node.setConnected(false)),
      () => {
        if (lost) for (const bucket of [run.mesh.sessions, run.mesh.leases]) bucket.lose();
        // Each finds it again when it does.
        for (const node of run.nodes) run.until(random.integer(0, 400), () => node.setConnected(true));
      },
    );
  },
  bucketLost(run, _node, random) {
    const isLeases = random.next() < 0.5;
    run.witness.note(`${isLeases ? "leases" : "sessions"} are lost`);
    (isLeases ? run.mesh.leases : run.mesh.sessions).lose();
  },
  answersLost(run, node, random) {
    const handle = random.next() < 0.5 ? node.sessions : node.leases;
    lasting(
      run,
      `${node.life} hears no answers of the ${handle === node.leases ? "leases" : "sessions"}`,
      random.integer(50, 2_000),
      () => handle.loseAnswers(Infinity),
      () => handle.loseAnswers(0),
    );
  },
  requestsLost(_run, node, random) {
    const handle = random.next() < 0.5 ? node.sessions : node.leases;
    handle.loseRequests(random.integer(1, 5));
  },
  blindWatch(run, node, random) {
    const handle = random.next() < 0.5 ? node.sessions : node.leases;
    lasting(
      run,
      `${node.life} is blind on the ${handle === node.leases ? "leases" : "sessions"}`,
      random.integer(100, 3_000),
      () => handle.blindfold(),
      () => handle.see(),
    );
  },
  /** Noticed. */
  disconnected(run, node, random) {
    lasting(
      run,
      `${node.life} is not connected`,
      random.integer(20, 3_000),
      () => node.setConnected(false),
      () => node.setConnected(true),
    );
  },
  /** Nothing passes, and the node does not notice. */
  cutFromNats(run, node, random) {
    lasting(
      run,
      `${node.life} is cut from NATS`,
      random.integer(50, 4_000),
      () => cut(run, node),
      () => reach(run, node),
    );
  },
  cutFromAll(run, node, random) {
    const begin = (): void => {
      cut(run, node);
      run.journalCuts.add(node.name);
    };
    const end = (): void => {
      reach(run, node);
      run.journalCuts.delete(node.name);
    };
    lasting(run, `${node.life} is cut from everything`, random.integer(50, 4_000), begin, end);
  },
  cutFromOthers(run, node, random) {
    const { wires } = run.mesh;
    lasting(
      run,
      `${node.life} is cut from the others`,
      random.integer(50, 3_000),
      () => node.process.alive && wires.cut(node.name),
      () => node.process.alive && wires.heal(node.name),
    );
  },
  cutFromJournal(run, { life, name }, random) {
    const { journalCuts } = run;
    lasting(
      run,
      `${life} is cut from the journal`,
      random.integer(50, 3_000),
      () => journalCuts.add(name),
      () => journalCuts.delete(name),
    );
  },
  journalAway(run, _node, random) {
    lasting(
      run,
      "the journal is away",
      random.integer(50, 3_000),
      () => (run.isJournalAway = true),
      () => (run.isJournalAway = false),
    );
  },
  slowJournal(run, _node, random) {
    lasting(
      run,
      "the journal is slow",
      random.integer(50, 2_000),
      () => (run.journalSlowMs = 600),
      () => (run.journalSlowMs = 0),
    );
  },
  wireLoses(run, _node, random) {
    const share = random.next() * 0.5;
    lasting(
      run,
      `the wire loses ${share}`,
      random.integer(50, 2_000),
      () => (run.wireLoss = share),
      () => (run.wireLoss = 0),
    );
  },
  clockJumps(run, { life, process }, random) {
    const byMs = random.next() < 0.5 ? random.integer(-3_000, 3_000) : random.integer(-HOUR_MS, HOUR_MS);
    run.witness.note(`the clock of ${life} jumps by ${byMs} ms`);
    process.wallJumpMs += byMs;
  },
};

function cut(run: Victim, node: SimNode): void {
  if (!node.process.alive) return;
  run.mesh.wires.cut(node.name);
  for (const handle of [node.sessions, node.leases]) {
    handle.loseRequests(Infinity);
    handle.loseAnswers(Infinity);
    handle.blindfold();
  }
}

function reach(run: Victim, node: SimNode): void {
  if (!node.process.alive) return;
  run.mesh.wires.heal(node.name);
  for (const handle of [node.sessions, node.leases]) {
    handle.loseRequests(0);
    handle.loseAnswers(0);
    handle.see();
  }
}

export class FaultPlan {
  readonly kinds: readonly string[];
  readonly meanMs: number;
  readonly #random: Random;

  /** @param only drawn by chance when absent */
  constructor(random: Random, only?: readonly string[]) {
    this.#random = random;
    const share = 0.15 + 0.5 * random.next();
    const drawn = Object.keys(FAULTS).filter(() => random.next() < share);
    this.kinds = only ?? (drawn.length > 0 ? drawn : ["kill"]);
    this.meanMs = [150, 400, 1_000][random.integer(0, 2)]!;
  }

  strike(run: Victim): void {
    const kind = this.kinds[this.#random.integer(0, this.kinds.length - 1)]!;
    const node = run.nodes[this.#random.integer(0, run.nodes.length - 1)];
    if (!node) return;
    run.witness.reached.add(kind);
    FAULTS[kind]!(run, node, this.#random);
  }
}
