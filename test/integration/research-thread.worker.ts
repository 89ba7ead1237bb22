/** A thread for tests of the bench: does what the seed of its job says, with the real messages. */
import { parentPort } from "node:worker_threads";
import type { TaskWithTrials } from "../../research/host/bench-tasks.ts";
import { Rpc } from "../../research/host/rpc.ts";

let end: ((reason: Error) => void) | null = null;

const home: Rpc = new Rpc(parentPort!, {
  async run({ job, head, records }: TaskWithTrials) {
    const { seed } = job.spec;
    if (seed === "exit") process.exit(3);
    if (seed === "trial-exit") {
      await home.ask("append", [{ trial: records.length, fold: null, part: "train" }]);
      if (records.length < 4) process.exit(3);
    }
    if (seed === "hold") for (;;);
    if (seed === "wait") await new Promise((_, reject) => (end = reject));
    return { document: { id: head.id, summary: { hash: `${records.length}` } }, cachedFrom: null };
  },
  cancel: () => end?.(new Error("cancelled")),
});
