/**
 * Starts the program in this process. What cannot start gives back what it took and says what to do.
 */
import type { REPLServer } from "node:repl";
import { parseSettings } from "../config/settings.ts";
import type { StartOptions } from "../config/start-options.ts";
import { type AssembledFloor, assembleFloor } from "./assemble.ts";
import { Closers } from "./closers.ts";
import { createMesh } from "./mesh.ts";

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
  try {
    const assembled = await assembleFloor(settings, options, closers);
    const broker = createMesh(assembled.mesh);
    await broker.start();
    const url = await assembled.opened(broker);
    return { ...assembled, url, repl: () => broker.repl() as unknown as REPLServer, stop: () => broker.stop() };
  } catch (error) {
    await closers.closeAll();
    throw error;
  }
}
