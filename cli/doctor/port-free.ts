/** Is the port free, or held by the floor of this data folder? */
import { createServer } from "node:net";
import { fail, ok, warn, type Check } from "./check.ts";

export const portFree: Check = {
  name: "port",
  async run({ env, running }) {
    const host = env["HOST"] || "127.0.0.1";
    const port = Number(env["PORT"] || 3_000);
    if (!Number.isInteger(port) || port < 0 || port > 65_535) return fail(`PORT is ${env["PORT"]}`, "expected 0 to 65535");
    if (running) return ok(`the floor answers at ${running.url}`);
    const code = await tryListen(host, port);
    if (code === null) return ok(`${host}:${port} is free`);
    if (code === "EADDRINUSE") return fail(`${host}:${port} is taken by another program`, "stop it, or choose another with --port or PORT");
    return warn(`${host}:${port}: ${code}`, "choose an address of this machine with --host, or a port above 1023");
  },
};

/** The code of the failure; null when it is free. */
function tryListen(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen(port, host, () => server.close(() => resolve(null)));
  });
}
