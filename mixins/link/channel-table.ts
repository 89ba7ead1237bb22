/** The channels of this node: at most one for each node and area, each to the session the node had when it was opened. */
import type { Member } from "../hosted/directory.ts";
import { Channel, type ChannelPorts } from "./channel.ts";

export interface ChannelTablePorts extends Omit<ChannelPorts, "subject"> {
  readonly subjectOf: (area: string, node: string) => string;
  readonly life: string;
}

export class ChannelTable {
  readonly #ports: ChannelTablePorts;
  /** By node, then area. */
  readonly #channels = new Map<string, Map<string, Channel>>();
  #incarnations = 0;
  /** Of channels that have ended. */
  #resends = 0;

  constructor(ports: ChannelTablePorts) {
    this.#ports = ports;
  }

  open({ node, session }: Member, area: string): Channel {
    let channels = this.#channels.get(node);
    if (!channels) this.#channels.set(node, (channels = new Map()));
    const known = channels.get(area);
    if (known) return known;
    const { wire, life, subjectOf } = this.#ports;
    const header = { sender: wire.nodeId, life, session, area, incarnation: ++this.#incarnations };
    const channel = new Channel(node, header, { ...this.#ports, subject: subjectOf(area, node) });
    channels.set(area, channel);
    return channel;
  }

  /** Null when it has ended. */
  find(node: string, area: string, incarnation: number): Channel | null {
    const channel = this.#channels.get(node)?.get(area);
    return channel?.incarnation === incarnation ? channel : null;
  }

  remove(channel: Channel): void {
    const channels = this.#channels.get(channel.node);
    channels?.delete(channel.area);
    if (channels?.size === 0) this.#channels.delete(channel.node);
    this.#resends += channel.resends;
  }

  *each(): Generator<Channel> {
    for (const channels of this.#channels.values()) yield* channels.values();
  }

  get counts(): { readonly waiting: number; readonly resends: number } {
    let waiting = 0;
    let resends = this.#resends;
    for (const channel of this.each()) {
      waiting += channel.waiting;
      resends += channel.resends;
    }
    return { waiting, resends };
  }
}
