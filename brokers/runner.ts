/** The program as a configuration for `moleculer-runner`, which makes and starts the broker itself. */
import type { BrokerOptions } from "moleculer";
import { parseSettings } from "../config/settings.ts";
import { assembleFloor } from "./assemble.ts";
import { Closers } from "./closers.ts";
import { hostServices, meshOptions } from "./mesh.ts";

/** Called by the runner once it has loaded the file. */
export function runnerConfig(env: Readonly<Record<string, string | undefined>>): () => Promise<BrokerOptions> {
  return async () => {
    const settings = parseSettings(env);
    const closers = new Closers();
    const options = { replay: [], speed: 1, repl: false, jsonLog: false, withParent: false, strategies: [] } as const;
    try {
      const { mesh, opened } = await assembleFloor(settings, options, closers);
      return {
        ...meshOptions(mesh),
        // The runner has no signal handling of its own: Moleculer's stops the broker on Ctrl-C and SIGTERM.
        skipProcessEventRegistration: false,
        created: (broker) => hostServices(broker, mesh),
        started: async (broker) => {
          process.stdout.write(`ready: ${(await opened(broker)) ?? mesh.nodeId}\n`);
        },
      };
    } catch (error) {
      await closers.closeAll();
      throw error;
    }
  };
}
