/**
 * What a node has while it owns an actor: the lease, and what the kind opened for as long as that lasts (`released` gives
 * it back, once). Restarts on the same node go on under one ownership, each with a new epoch.
 */
import { messageOf } from "../../domain/kernel/errors.ts";
import type { CellPorts } from "./cell-ports.ts";
import type { CellRecord } from "./cell-record.ts";

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

  /** @param starting a start under way, which may yet open what is to be closed. Never rejects. */
  async tellReleased(starting: Promise<void> | null): Promise<void> {
    if (!this.#isHeld) return;
    this.#isHeld = false;
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
