/**
 * For `moleculer-runner --config moleculer.config.ts`: the same program, its services created by the runner's broker
 * instead of the `dsta` command. Settings come from the environment (config/settings.ts).
 */
import { environment } from "./config/load-environment.ts";
import { runnerConfig } from "./brokers/runner.ts";

export default runnerConfig(environment());

/** The runner takes a module's default export only from modules with this mark. */
// oxlint-disable-next-line no-underscore-dangle -- the name is the runner's
export const __esModule = true;
