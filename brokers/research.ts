/**
 * Research on a node: the bench with its threads, where results are kept, and the run actors' way to their documents. The
 * documents are a service of the broker, which is made later: nothing is carried out before `open`.
 */
import { mkdir } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import type { ServiceBroker, ServiceSchema } from "moleculer";
import type { ResearchDocuments } from "../actors/data/research-run.ts";
import { researchStoreService } from "../actors/data/research-store.service.ts";
import type { Settings } from "../config/settings.ts";
import { invariant } from "../domain/kernel/errors.ts";
import { ResearchBench } from "../research/host/bench.ts";
import { codeVersion } from "../research/run/code-version.ts";
import type { RunDocument } from "../research/store/document.ts";
import { fileAdapter, mongoAdapter } from "../research/store/document-adapter.ts";
import type { LogLine } from "../topology/announcer.ts";
import type { Closers } from "./closers.ts";
import { systemClock } from "./system-ports.ts";

export interface NodeResearch {
  readonly bench: ResearchBench;
  readonly documents: ResearchDocuments;
  readonly store: ServiceSchema;
  readonly nodeId: string;
  readonly codeVersion: string;
  readonly onBroken: (id: string, error: unknown) => void;
  /** The broker runs, and the documents can be reached. */
  readonly open: (broker: ServiceBroker) => void;
}

export interface ResearchParts {
  readonly settings: Settings;
  readonly nodeId: string;
  /** The node's data folder. */
  readonly folder: string;
  readonly ownModule: string | null;
  readonly log: LogLine;
}

const THREAD = new URL("./research.worker.ts", import.meta.url);

/** @throws {DstaError} CONFIG_INVALID for a MongoDB that does not answer */
export async function openResearch({ settings, nodeId, folder, ownModule, log }: ResearchParts, closers: Closers): Promise<NodeResearch> {
  const root = join(folder, "research");
  const dataFolder = resolve(settings.researchData ?? join(root, "data"));
  await mkdir(dataFolder, { recursive: true, mode: 0o700 });
  const version = await codeVersion(ownModule);
  const bench = new ResearchBench({
    program: THREAD,
    root,
    dataFolder,
    ownModule,
    codeVersion: version,
    runs: settings.researchRuns,
    workers: settings.researchWorkers ?? Math.max(1, availableParallelism() - 1),
    clock: systemClock,
  });
  closers.add("research", () => bench.close());
  const adapter = settings.mongoUrl === undefined ? await fileAdapter(join(root, "documents.db")) : await mongoAdapter(settings.mongoUrl);
  let home: ServiceBroker | null = null;
  const broker = (): ServiceBroker => {
    invariant(home, "a run ended before the bench was open");
    return home;
  };
  return {
    bench,
    nodeId,
    codeVersion: version,
    onBroken: (id, error) => log("error", `research run ${id} failed unexpectedly`, error),
    store: researchStoreService({ adapter, bench, root, dataFolder, nodeId }),
    documents: {
      save: async (document) => void (await broker().call("research-store.save", document, { nodeID: nodeId })),
      find: (key) => broker().call<RunDocument | null, typeof key>("research-store.same", key, { nodeID: nodeId }),
    },
    open(started) {
      home = started;
      bench.open();
    },
  };
}
