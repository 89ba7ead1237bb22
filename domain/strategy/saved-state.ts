/** What survives a restart of a strategy instance, as JSON, and how it is read back. */
import { DstaError } from "../kernel/errors.ts";
import type { Strategy } from "./define.ts";
import type { SavedStop } from "./protective-stop.ts";
import { copyState, type JsonObject } from "./state.ts";

export interface SavedState {
  /** Version of the definition that saved it. */
  readonly version: number;
  /** Epoch the sequence belongs to; a new epoch counts from 1 again. */
  readonly epoch: string;
  readonly sequence: number;
  readonly state: JsonObject;
  /** The protective stop; absent in what was saved before there were any, and while there is none. */
  readonly stop?: SavedStop;
}

/**
 * The author's state to start with: a copy of what was saved, migrated when an earlier version saved it, or the
 * definition's own. @throws {DstaError} BAD_STATE, STATE_VERSION
 */
export function restoredState(definition: Strategy, saved: SavedState | null): JsonObject {
  if (saved === null) return copyState(definition.state);
  if (saved.version === definition.version) return copyState(saved.state);
  if (definition.migrate !== null) return copyState(definition.migrate(copyState(saved.state), saved.version));
  const message = `${definition.name} ${definition.version} cannot read the state saved by version ${saved.version}: it has no migrate()`;
  throw new DstaError("STATE_VERSION", message, { data: { saved: saved.version, current: definition.version } });
}
