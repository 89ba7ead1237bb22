/**
 * Finished runs on the node that computed them: their documents, kept through moleculer-db, and the files beside them.
 * One on each node that carries out research. Answers for people come from `research`, which asks the node of a run here.
 *
 * Bounded: the newest 2,000 runs are kept; older documents go with their files, and asking for them is RESULTS_GONE.
 */
import { open, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Context, ServiceSchema } from "moleculer";
import db, { type DbAdapter, type FilterOptions } from "moleculer-db";
import type { ResearchDataSet, ResearchRun, TradeChart } from "../../domain/contract/views/research.ts";
import { DstaError, isExpected } from "../../domain/kernel/errors.ts";
import { resolveIn } from "../../research/data/data-sets.ts";
import type { ResearchBench } from "../../research/host/bench.ts";
import type { RenderedFile } from "../../research/host/read-tasks.ts";
import type { ResearchReport } from "../../research/jobs/job.ts";
import type { RunDocument, RunKey } from "../../research/store/document.ts";
import { DOCUMENTS_COLLECTION } from "../../research/store/document-adapter.ts";
import { resultsGone } from "../../research/store/run-files.ts";

export interface StoreDeps {
  readonly adapter: DbAdapter;
  readonly bench: ResearchBench;
  /** Root of the runs' folders. */
  readonly root: string;
  readonly dataFolder: string;
  readonly nodeId: string;
  /** Runs whose results are kept. Default 2,000. */
  readonly kept?: number;
}

/** A part of a rendered report: small enough for a message between nodes. */
export interface FilePart {
  readonly type: string;
  readonly base64: string;
  /** Where the next part begins; null after the last. */
  readonly next: number | null;
}

/** A data set, and the field of the request that names it. */
export interface NamedFile {
  readonly field: string;
  readonly name: string;
}

interface OfRun {
  /** As it is shown now. */
  readonly run: ResearchRun;
}

/** What the mixin reads of its service. */
interface StoredIn {
  readonly adapter: DbAdapter;
  readonly collection: string;
}

const KEPT = 2_000;
const PART_BYTES = 384 * 1_024;
const NONE_OF_THE_MIXIN = {
  create: false,
  insert: false,
  update: false,
  remove: false,
  list: false,
  find: false,
  get: false,
  count: false,
};

export function researchStoreService(deps: StoreDeps): ServiceSchema & StoredIn {
  const { bench, root, dataFolder, nodeId, kept = KEPT } = deps;
  // Merging schemas copies it: the service's own is the one that is connected.
  let { adapter } = deps;
  const answered =
    <P extends OfRun, R>(name: string) =>
    async ({ params }: Context<P>): Promise<R> =>
      bench.read<R>(name, { ...params, document: await documentOf(adapter, params.run.id) });
  const render = answered<OfRun & { format: string; from: number }, RenderedFile>("render");
  return {
    name: "research-store",
    mixins: [db as Partial<ServiceSchema>],
    adapter,
    collection: DOCUMENTS_COLLECTION,
    created() {
      adapter = this["adapter"] as DbAdapter;
    },
    actions: {
      ...NONE_OF_THE_MIXIN,
      save: {
        visibility: "protected",
        async handler({ params }: Context<RunDocument>) {
          await save(adapter, params);
          await dropOldest(adapter, root, kept);
        },
      },
      same: { visibility: "protected", handler: ({ params }: Context<RunKey>) => sameAs(adapter, params, nodeId) },
      async data() {
        return { items: await bench.read<readonly ResearchDataSet[]>("dataSets", null) };
      },
      checkNames({ params }: Context<{ names: readonly NamedFile[] }>) {
        checkNames(params.names, resolveIn(dataFolder));
        return true;
      },
      results: answered<OfRun & { points: number }, ResearchReport>("results"),
      rows: answered<OfRun & { what: "trades" | "trials" }, unknown>("rows"),
      chart: answered<OfRun, TradeChart>("chart"),
      report: async (ctx: Context<OfRun & { format: string; from: number }>): Promise<FilePart> =>
        partOf(await render(ctx), ctx.params.from),
    },
  };
}

function checkNames(names: readonly NamedFile[], resolve: (name: string) => string): void {
  for (const { field, name } of names) {
    try {
      resolve(name);
    } catch (error) {
      if (!isExpected(error)) throw error;
      throw new DstaError(error.type, `${field}: ${error.message}`, { code: 422, data: { ...error.data, field, got: name } });
    }
  }
}

async function documentOf(adapter: DbAdapter, id: string): Promise<RunDocument> {
  const found = (await adapter.findById(id)) as RunDocument | null;
  if (!found) throw resultsGone();
  return found;
}

/** Its files are where it was computed. */
async function sameAs(adapter: DbAdapter, { specHash, dataHash, codeVersion }: RunKey, node: string): Promise<RunDocument | null> {
  return ((await adapter.findOne({ specHash, dataHash, codeVersion, node })) as RunDocument | null) ?? null;
}

/** Replaces what an earlier try of the run has left. */
async function save(adapter: DbAdapter, document: RunDocument): Promise<void> {
  const { id } = document;
  await adapter.removeMany({ id });
  await adapter.insert({ ...document, _id: id });
}

async function dropOldest(adapter: DbAdapter, root: string, kept: number): Promise<void> {
  const tooMany = (await adapter.count({})) - kept;
  if (tooMany <= 0) return;
  const oldest = { sort: ["savedAtMs"], limit: tooMany } as FilterOptions;
  for (const { id, folder } of (await adapter.find(oldest)) as RunDocument[]) {
    await adapter.removeMany({ id });
    if (id !== folder) await rm(join(root, id), { recursive: true, force: true });
    // Runs that were computed once share a folder.
    if ((await adapter.count({ query: { folder } })) === 0) await rm(join(root, folder), { recursive: true, force: true });
  }
}

async function partOf({ path, type }: RenderedFile, from: number): Promise<FilePart> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.min(PART_BYTES, Math.max(0, size - from))), { position: from });
    const next = from + bytesRead;
    return { type, base64: buffer.subarray(0, bytesRead).toString("base64"), next: next < size ? next : null };
  } finally {
    await file.close();
  }
}
