/**
 * Starts the program in this process. What cannot start gives back what it took and says what to do.
 */
import type { REPLServer } from "node:repl";
import type { ServiceBroker } from "moleculer";
import { parseSettings } from "../config/settings.ts";
import type { StartOptions } from "../config/start-options.ts";
import type { AssembledFloor } from "./assemble.ts";
import { Closers } from "./closers.ts";
import { openStorage, type Storage } from "./storage.ts";

export interface RunningFloor extends Omit<AssembledFloor, "opened"> {
  readonly url: string;
  /** The moleculer REPL on this terminal. */
  repl(): REPLServer;
  /** Saves, stops, gives back; calling it twice waits for the first. */
  stop(): Promise<void>;
}

export async function startFloor(options: StartOptions, env: Readonly<Record<string, string | undefined>>): Promise<RunningFloor> {
  const settings = parseSettings(env);
  const closers = new Closers();
  let broker: ServiceBroker | null = null;
  try {
    // Most of a first start is PostgreSQL making its files and Node reading ours: the two go on side by side.
    const opening = options.replay.length === 0 ? beginning(openStorage(settings, options, closers)) : null;
    const [{ assembleFloor }, { createMesh }] = await Promise.all([import("./assemble.ts"), import("./mesh.ts")]);
    const assembled = await assembleFloor(settings, options, closers, () => opening ?? openStorage(settings, options, closers));
    const mesh = createMesh(assembled.mesh);
    broker = mesh;
    await mesh.start();
    const url = await assembled.opened(mesh);
    return { ...assembled, url, repl: () => mesh.repl() as unknown as REPLServer, stop: () => mesh.stop() };
  } catch (error) {
    // Services that were made hold timers, also those that never started.
    await broker?.stop();
    await closers.closeAll();
    throw error;
  }
}

/** A failure is for whoever awaits it later, not for the process. */
function beginning(opening: Promise<Storage>): Promise<Storage> {
  opening.catch(() => undefined);
  return opening;
}
