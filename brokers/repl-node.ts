/** A prompt in the mesh: a broker without roles that only calls. Ends with Ctrl-D or `exit`. */
import { hostname } from "node:os";
import { ServiceBroker } from "moleculer";
import pino from "pino";
import { MESH_POLICY } from "../config/mesh.ts";
import { parseSettings } from "../config/settings.ts";
import { ErrorRegenerator } from "../mixins/link/error-regenerator.ts";
import { MeshLogger } from "./mesh-logger.ts";
import { natsOptions } from "./nats/connect.ts";
import { natsSettings } from "./nats/settings.ts";
import { replCommands } from "./repl-commands.ts";

/** @throws {DstaError} CONFIG_INVALID, NATS_UNREACHABLE */
export async function joinWithPrompt(env: Readonly<Record<string, string | undefined>>): Promise<void> {
  const settings = parseSettings(env);
  const nodeID = `repl-${hostname()}-${process.pid}`;
  const broker = new ServiceBroker({
    ...MESH_POLICY,
    namespace: settings.namespace,
    nodeID,
    transporter: { type: "NATS", options: await natsOptions(natsSettings(settings, nodeID)) },
    logger: new MeshLogger(pino({ level: "warn" }, pino.destination(2))),
    errorRegenerator: new ErrorRegenerator(),
    validator: false,
    requestTimeout: 10_000,
    replOptions: { delimiter: "dsta $", customCommands: replCommands },
  });
  await broker.start();
  await broker.waitForServices("floor", 5_000);
  broker.repl();
}
