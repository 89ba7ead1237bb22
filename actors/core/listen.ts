/**
 * Opens and closes the HTTP server so that a taken port is an error the caller gets, not an event that ends the
 * process, and so that stopping does not wait for idle or endless connections.
 */
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Clock } from "../../domain/kernel/clock.ts";
import { DstaError, messageOf } from "../../domain/kernel/errors.ts";

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
  /** For this machine: a wildcard host is shown as 127.0.0.1. */
  readonly url: string;
}

/** @throws {DstaError} PORT_TAKEN, PORT_FORBIDDEN, HOST_UNKNOWN, LISTEN_FAILED */
export async function listen(server: Server, host: string, port: number): Promise<ListenAddress> {
  await new Promise<void>((resolve, reject) => {
    const refuse = (error: Error) => reject(listenError(error, host, port));
    server.once("error", refuse);
    server.listen(port, host, () => {
      server.off("error", refuse);
      resolve();
    });
  });
  const address = server.address() as AddressInfo;
  const reachable = address.address === "0.0.0.0" || address.address === "::" ? "127.0.0.1" : address.address;
  const shown = reachable.includes(":") ? `[${reachable}]` : reachable;
  return { host, port: address.port, url: `http://${shown}:${address.port}` };
}

/** Resolves when every connection is gone; those still busy after `graceMs` are cut. */
export async function close(server: Server, clock: Clock, graceMs: number): Promise<void> {
  if (!server.listening) return;
  const cancel = clock.after(graceMs, () => server.closeAllConnections());
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
  cancel();
}

function listenError(error: Error, host: string, port: number): DstaError {
  const code = (error as NodeJS.ErrnoException).code;
  const where = { host, port };
  if (code === "EADDRINUSE") {
    return new DstaError("PORT_TAKEN", `port ${port} on ${host} is taken: stop the other program or choose another with --port`, {
      code: 409,
      data: where,
      cause: error,
    });
  }
  if (code === "EACCES") {
    return new DstaError("PORT_FORBIDDEN", `port ${port} needs rights this user lacks: choose one above 1023 with --port`, {
      code: 403,
      data: where,
      cause: error,
    });
  }
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND") {
    return new DstaError("HOST_UNKNOWN", `${host} is no address of this machine: use 127.0.0.1 or 0.0.0.0 with --host`, {
      data: where,
      cause: error,
    });
  }
  return new DstaError("LISTEN_FAILED", `cannot listen on ${host}:${port}: ${messageOf(error)}`, { code: 500, data: where, cause: error });
}
