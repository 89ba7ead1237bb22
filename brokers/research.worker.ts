/**
 * A thread of the research bench: carries out one run at a time, or answers about finished ones. What it is asked is in
 * research/host; this file gives it the machine's clock and its port.
 */
import { parentPort, workerData } from "node:worker_threads";
import { invariant } from "../domain/kernel/errors.ts";
import { BenchTasks, type TaskWithTrials } from "../research/host/bench-tasks.ts";
import { type ChartAsked, type OfRun, ReadTasks, type RowsAsked } from "../research/host/read-tasks.ts";
import { Rpc } from "../research/host/rpc.ts";
import type { ThreadSettings } from "../research/host/run-thread.ts";
import { systemClock } from "./system-ports.ts";

const port = parentPort;
invariant(port, "this file is the program of a thread");
const settings = workerData as ThreadSettings;
const reads = new ReadTasks(settings);

const home: Rpc = new Rpc(port, {
  run: (task: TaskWithTrials) => bench.run(task),
  cancel: (id: string) => bench.cancel(id),
  dataSets: () => reads.dataSets(),
  results: (asked: OfRun & { points: number | null }) => reads.results(asked),
  rows: (asked: RowsAsked) => (asked.what === "trades" ? reads.trades(asked) : reads.trials(asked)),
  chart: (asked: ChartAsked) => reads.chart(asked),
  render: (asked: Parameters<ReadTasks["render"]>[0]) => reads.render(asked),
});
const bench = new BenchTasks(settings, systemClock, home);
