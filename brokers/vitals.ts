/** The vital signs of this process: processor, memory, how late the event loop runs. */
import { monitorEventLoopDelay } from "node:perf_hooks";
import type { NodeRow } from "../domain/contract/views.ts";
import type { ActorHost } from "../mixins/hosted/host.ts";
import { elapsedMs } from "./system-ports.ts";

const MEGABYTE = 1_048_576;

export interface Vitals {
  readonly row: () => NodeRow;
  readonly close: () => void;
}

export interface WatchedNode {
  readonly nodeId: string;
  readonly roles: readonly string[];
  readonly host: ActorHost;
  readonly draining: () => boolean;
  readonly journalOk: () => boolean;
  /** Books here that may be acted on, of all here. */
  readonly feeds: () => { readonly live: number; readonly total: number };
}

export function watchVitals({ nodeId, roles, host, draining, journalOk, feeds }: WatchedNode): Vitals {
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  const startMs = elapsedMs();
  let last = { usage: process.cpuUsage(), atMs: startMs, cpuRatio: 0, loopP99Ms: 0 };

  function sample(): void {
    const nowMs = elapsedMs();
    if (nowMs - last.atMs < 1_000) return;
    const usage = process.cpuUsage();
    const busyUs = usage.user + usage.system - last.usage.user - last.usage.system;
    // The monitor counts its own pause of 10 ms as well.
    last = { usage, atMs: nowMs, cpuRatio: busyUs / 1_000 / (nowMs - last.atMs), loopP99Ms: Math.max(0, delay.percentile(99) / 1e6 - 10) };
    delay.reset();
  }

  return {
    row() {
      sample();
      const memory = process.memoryUsage();
      const { live, total } = feeds();
      return {
        nodeId,
        roles: [...roles],
        cpuRatio: last.cpuRatio,
        loopP99Ms: last.loopP99Ms,
        heapMb: Math.round(memory.heapUsed / MEGABYTE),
        rssMb: Math.round(memory.rss / MEGABYTE),
        upMs: Math.round(elapsedMs() - startMs),
        actors: host.size,
        waiting: host.waiting,
        draining: draining(),
        journalOk: journalOk(),
        feedsLive: live,
        feedsTotal: total,
      };
    },
    close: () => delay.disable(),
  };
}
