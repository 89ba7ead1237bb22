/**
 * What a node has while it owns an actor: the lease, and what the kind opened for as long as that lasts (`released` gives
 * it back, once). Restarts on the same node go on under one ownership, each with a new epoch. One that begins here again
 * waits until the one before has given back, so that it does not lose what it opens to it.
 */
import { messageOf } from "../../domain/kernel/errors.ts";
import type { CellPorts } from "./cell-ports.ts";
import type { CellRecord } from "./cell-record.ts";
import { Patience } from "./patience.ts";

const RELEASE_TIMEOUT_MS = 5_000;

export class Ownership {
  readonly #cell: CellRecord;
  readonly #ports: CellPorts;
  #isHeld = false;

  constructor(cell: CellRecord, ports: CellPorts) {
    this.#cell = cell;
    this.#ports = ports;
  }

  get isHeld(): boolean {
    return this.#isHeld;
  }

  begin(): void {
    this.#isHeld = true;
  }

  /** The ownership before this one, on this node, has given back what it held. Waits at most `RELEASE_TIMEOUT_MS`. */
  async whenReleased(): Promise<void> {
    const release = this.#ports.releases.get(this.#cell.actorId);
    if (release === undefined) return;
    const patience = new Patience(this.#ports.systemClock, RELEASE_TIMEOUT_MS);
    await patience.within(release);
    patience.end();
  }

  /** @param starting a start under way, which may yet open what is to be closed. Never rejects. */
  async tellReleased(starting: Promise<void> | null): Promise<void> {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    const { releases } = this.#ports;
    const { actorId } = this.#cell;
    const release = this.#release(starting);
    releases.set(actorId, release);
    await release;
    if (releases.get(actorId) === release) releases.delete(actorId);
  }

  async #release(starting: Promise<void> | null): Promise<void> {
    try {
      await starting?.catch(() => undefined);
      await this.#cell.definition.released?.(this.#cell.id);
    } catch (error) {
      this.#ports.log("error", `${this.#cell.actorId} could not give back what it held`, error);
    }
  }

  /** A release that fails is repeated by nobody: the directory frees what a node that is gone held. Never rejects. */
  async giveBack(epoch: bigint): Promise<void> {
    try {
      await this.#ports.directory.release(this.#cell.kind, this.#cell.id, epoch);
    } catch (error) {
      this.#ports.log("warn", `the lease of ${this.#cell.actorId} was not given back: ${messageOf(error)}`);
    }
  }
}
