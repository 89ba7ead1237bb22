/**
 * Starts the program in this process. What cannot start gives back what it took and says what to do.
 */
import type { REPLServer } from "node:repl";
import type { ServiceBroker } from "moleculer";
import { parseSettings } from "../config/settings.ts";
import type { StartOptions } from "../config/start-options.ts";
import { type AssembledFloor, assembleFloor } from "./assemble.ts";
import { Closers } from "./closers.ts";
import { createMesh } from "./mesh.ts";
import { openPrompt } from "./prompt/prompt.ts";

export interface RunningFloor extends Omit<AssembledFloor, "opened"> {
  /** Of the dashboard and API; null on a node that does not serve people. */
  readonly url: string | null;
  /** A prompt on this terminal; `end` is called for Ctrl-C. */
  repl(end: () => void): REPLServer;
  /** Saves, stops, gives back; calling it twice waits for the first. */
  stop(): Promise<void>;
}

export async function startFloor(options: StartOptions, env: Readonly<Record<string, string | undefined>>): Promise<RunningFloor> {
  const settings = parseSettings(env);
  const closers = new Closers();
  let broker: ServiceBroker | null = null;
  try {
    const assembled = await assembleFloor(settings, options, closers);
    const mesh = createMesh(assembled.mesh);
    broker = mesh;
    await mesh.start();
    const url = await assembled.opened(mesh);
    return { ...assembled, url, repl: (end) => openPrompt(mesh, end), stop: () => mesh.stop() };
  } catch (error) {
    // Services that were made hold timers, also those that never started.
    await broker?.stop();
    await closers.closeAll();
    throw error;
  }
}
