/**
 * Joins the mesh as a broker without roles that only calls: with a prompt at a terminal, else as a script that reads its
 * commands from standard input.
 */
import { once } from "node:events";
import { hostname } from "node:os";
import { ServiceBroker } from "moleculer";
import pino from "pino";
import { MESH_POLICY } from "../../config/mesh.ts";
import { parseSettings, type Settings } from "../../config/settings.ts";
import { DstaError } from "../../domain/kernel/errors.ts";
import { ErrorRegenerator } from "../../mixins/link/error-regenerator.ts";
import { MeshLogger } from "../mesh-logger.ts";
import { connectNats, natsOptions } from "../nats/connect.ts";
import { natsSettings } from "../nats/settings.ts";
import { openPrompt, promptOptions } from "./prompt.ts";
import { runScript } from "./script.ts";

const FOUND_WITHIN_MS = 5_000;

/**
 * Resolves when the prompt or the script has ended.
 * @throws {DstaError} CONFIG_INVALID, NATS_UNREACHABLE, NATS_REFUSED, NO_FLOOR, COMMAND_FAILED
 */
export async function joinMesh(env: Readonly<Record<string, string | undefined>>): Promise<void> {
  const settings = parseSettings(env);
  const broker = await openBroker(settings);
  try {
    await broker.start();
    await broker.waitForServices("floor", FOUND_WITHIN_MS).catch((error: unknown) => {
      const where = `namespace ${settings.namespace} at ${settings.natsUrl!}`;
      throw new DstaError("NO_FLOOR", `no node with the role core answers in ${where}: is the mesh running?`, { code: 503, cause: error });
    });
    if (process.stdin.isTTY && process.stdout.isTTY) {
      const prompt = openPrompt(broker, () => prompt.close());
      await once(prompt, "exit");
    } else await runScript(broker, process.stdin, (text) => process.stdout.write(text));
  } finally {
    await broker.stop();
  }
}

async function openBroker(settings: Settings): Promise<ServiceBroker> {
  const nodeID = `repl-${hostname().replace(/[^A-Za-z0-9_-]/g, "-")}-${process.pid}`;
  const nats = natsSettings(settings, nodeID);
  // Moleculer would try without end, also a server that is not there or does not take the password.
  await (await connectNats(nats)).close();
  return new ServiceBroker({
    ...MESH_POLICY,
    namespace: settings.namespace,
    nodeID,
    transporter: { type: "NATS", options: await natsOptions(nats) },
    logger: new MeshLogger(pino({ level: "warn" }, pino.destination(2))),
    errorRegenerator: new ErrorRegenerator(),
    validator: false,
    requestTimeout: 10_000,
    replOptions: promptOptions,
  });
}
