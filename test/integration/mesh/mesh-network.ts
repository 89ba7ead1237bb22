/**
 * Network namespaces for nodes, each with a cable to this machine that can be pulled: packets are lost without a word,
 * as in a partition. Needs root and iproute2; `canIsolate` says why not.
 *
 * Addresses are 10.a.b.0/30 with `a` from this process' id, so that tests may run beside each other. What listens on
 * 127.0.0.1 of this machine is reached through `door`, a forwarder on the machine's end of the cable.
 */
import { execFileSync } from "node:child_process";
import { createConnection, createServer, type Server, type Socket } from "node:net";
import { messageOf } from "../../../domain/kernel/errors.ts";

function ip(...args: readonly string[]): void {
  execFileSync("ip", args, { stdio: "pipe" });
}

/** Null when namespaces can be made here. */
export function canIsolate(): string | null {
  const name = `dsta-${process.pid}-try`;
  try {
    ip("netns", "add", name);
    ip("netns", "del", name);
    return null;
  } catch (error) {
    return messageOf(error);
  }
}

export class Cable {
  readonly namespace: string;
  /** Address of this machine as the node sees it. */
  readonly here: string;
  readonly #link: string;
  readonly #doors: Server[] = [];
  readonly #through = new Set<Socket>();

  /** @param number of the cable among those of this process, from 0 */
  constructor(number: number) {
    this.namespace = `dsta-${process.pid}-${number}`;
    this.#link = `dv${process.pid}-${number}`;
    const net = `10.${64 + (process.pid % 128)}.${number}`;
    this.here = `${net}.1`;
    const [there, end] = [`${net}.2`, "eth0"];
    ip("netns", "add", this.namespace);
    ip("link", "add", this.#link, "type", "veth", "peer", "name", end, "netns", this.namespace);
    ip("addr", "add", `${this.here}/30`, "dev", this.#link);
    ip("link", "set", this.#link, "up");
    ip("-n", this.namespace, "addr", "add", `${there}/30`, "dev", end);
    ip("-n", this.namespace, "link", "set", end, "up");
    ip("-n", this.namespace, "link", "set", "lo", "up");
  }

  pull(): void {
    ip("link", "set", this.#link, "down");
  }

  plug(): void {
    ip("link", "set", this.#link, "up");
  }

  /** Lets the node reach a port of 127.0.0.1 here. */
  async door(port: number): Promise<void> {
    const server = createServer((near) => this.#forward(near, createConnection({ host: "127.0.0.1", port })));
    this.#doors.push(server);
    await new Promise<void>((resolve, reject) => server.once("error", reject).listen(port, this.here, resolve));
  }

  remove(): void {
    for (const door of this.#doors) door.close();
    for (const socket of this.#through) socket.destroy();
    ip("netns", "del", this.namespace);
  }

  #forward(near: Socket, far: Socket): void {
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#through.add(socket);
      socket.setNoDelay(true);
      socket.pipe(other);
      // A lost end ends the other one too; why it was lost is the test's doing.
      socket.on("error", () => undefined);
      socket.on("close", () => {
        this.#through.delete(socket);
        other.destroy();
      });
    }
  }
}
