/**
 * Where requests about research become runs, messages to a run's actor, or questions to the node that has its results.
 * Keeps nothing but the rows it has heard of. What is accepted is in the journal before the answer.
 *
 * Bounded: 100 runs wait or run on the whole floor; one more is refused as BUSY (retryable).
 */
import type { Context } from "moleculer";
import { messagesOfRun, type ResearchJobRow, runIdOf } from "../../domain/contract/actors/research.ts";
import type { Feed } from "../../domain/contract/subjects.ts";
import type { ResearchDataSet, ResearchRun, ResearchTrial } from "../../domain/contract/views/research.ts";
import type { Journal } from "../../domain/journal/journal.ts";
import type { Clock } from "../../domain/kernel/clock.ts";
import { DstaError } from "../../domain/kernel/errors.ts";
import type { AnyStrategy } from "../../domain/strategy/define.ts";
import type { ActorHost } from "../../mixins/hosted/host.ts";
import { OpenRuns } from "../../research/store/open-runs.ts";
import { backtestOf, hasEnded, runKindOf } from "../../research/store/run-record.ts";
import { checkJob, OPEN_RUNS_MAX, submitRun, tooManyRuns } from "./research-birth.ts";
import type { FilePart, NamedFile } from "./research-store.service.ts";
import { ResearchTable } from "./research-table.ts";
import { SearchTrials } from "./research-trials.ts";

export interface ResearchDeskDeps {
  readonly host: ActorHost;
  readonly journal: Journal;
  readonly feed: Feed;
  /** The machine's. */
  readonly clock: Clock;
  readonly newId: () => string;
  readonly codeVersion: string;
  readonly definitionOf: (name: string) => AnyStrategy;
}

export type Asked<P> = Context<P, { user?: { name: string } }>;

export interface Accepted {
  readonly id: string;
  readonly state: ResearchRun["state"];
}

/** Reading long series or drawing a report takes longer than other answers. */
const READ_TIMEOUT_MS = 60_000;
const ID_LENGTH = 12;

export class ResearchDesk {
  readonly table: ResearchTable;
  readonly #deps: ResearchDeskDeps;
  readonly #open: OpenRuns;
  readonly #trials: SearchTrials;
  /** Submissions on their way into the journal. */
  #arriving = 0;

  constructor(deps: ResearchDeskDeps) {
    this.#deps = deps;
    this.table = new ResearchTable(deps.journal);
    this.#open = new OpenRuns(deps.journal);
    this.#trials = new SearchTrials(deps.journal);
  }

  /** @throws {DstaError} VALIDATION_ERROR naming the field; DATA_NOT_FOUND; BUSY */
  async submit(ctx: Asked<unknown>, job: ResearchJobRow, rerunOf: string | null = null): Promise<Accepted> {
    const { journal, clock, newId, codeVersion, definitionOf, host } = this.#deps;
    const strategyVersion = checkJob(job, definitionOf);
    await ctx.call("research-store.checkNames", { names: filesOf(job) });
    this.#arriving++;
    try {
      if ((await this.#open.ids()).length + this.#arriving > OPEN_RUNS_MAX) throw tooManyRuns();
      const id = runIdOf(runKindOf(job), newId().replaceAll("-", "").slice(0, ID_LENGTH));
      const { run } = await submitRun(
        journal,
        { type: "RunSubmitted", id, job, by: personOf(ctx), strategyVersion, codeVersion, rerunOf },
        clock.now(),
      );
      // Its keeper wakes it anyway, within seconds; asked now it begins at once.
      host.ask(messagesOfRun(id).row, id, { id }).catch(() => undefined);
      return { id, state: run.state };
    } finally {
      this.#arriving--;
    }
  }

  /** @throws {DstaError} NOT_FOUND, RUN_NOT_RESUMABLE */
  async order(what: "cancel" | "resume", ctx: Asked<{ readonly id: string }>): Promise<ResearchRun> {
    const { id } = ctx.params;
    await this.table.row(id);
    return this.#deps.host.ask(messagesOfRun(id)[what], id, { id, by: personOf(ctx) });
  }

  /** As its actor has it while it is not over. @throws {DstaError} NOT_FOUND */
  async run(id: string): Promise<ResearchRun> {
    const row = await this.table.row(id);
    return hasEnded(row) ? row : this.#deps.host.ask(messagesOfRun(id).row, id, { id });
  }

  /** What a finished run left, from the node that has it. @throws {DstaError} NOT_FOUND, RUN_NOT_DONE, RESULTS_GONE */
  async read<R>(ctx: Asked<unknown>, action: string, id: string, params: object): Promise<R> {
    const run = await this.table.row(id);
    if (run.state !== "done") throw notDone(run);
    const nodes = ctx.broker.registry.getNodeList({ onlyAvailable: true, withServices: false }) as readonly { readonly id: string }[];
    const there = nodes.some((node) => node.id === run.node) ? { nodeID: run.node } : {};
    return ctx.call(`research-store.${action}`, { ...params, run }, { ...there, timeout: READ_TIMEOUT_MS });
  }

  dataSets(ctx: Asked<unknown>): Promise<{ items: readonly ResearchDataSet[] }> {
    return ctx.call("research-store.data", {}, { timeout: READ_TIMEOUT_MS });
  }

  /** Of a search that is not over: as they are written down. */
  async trials(ctx: Asked<unknown>, id: string, from: number, limit: number): Promise<{ items: readonly ResearchTrial[]; total: number }> {
    const run = await this.table.row(id);
    if (run.state === "done") return this.read(ctx, "rows", id, { what: "trials", from, limit });
    return this.#trials.page(await this.table.record(id), from, limit);
  }

  /** A report as a file, put together from its parts. */
  async file(ctx: Asked<unknown>, id: string, format: string): Promise<{ type: string; name: string; base64: string }> {
    const parts: Buffer[] = [];
    let type = "";
    for (let from: number | null = 0; from !== null;) {
      const part: FilePart = await this.read(ctx, "report", id, { format, from });
      parts.push(Buffer.from(part.base64, "base64"));
      type = part.type;
      from = part.next;
    }
    return { type, name: `${id}.${format}`, base64: Buffer.concat(parts).toString("base64") };
  }
}

function filesOf(job: ResearchJobRow): NamedFile[] {
  const at = job.kind === "optimize" || job.kind === "monte-carlo" ? "backtest.data" : "data";
  const { files, funding } = backtestOf(job).data;
  const named = (list: string) => (name: string, index: number) => ({ field: `${at}.${list}.${index}`, name });
  return [...files.map(named("files")), ...funding.map(named("funding"))];
}

function personOf(ctx: Asked<unknown>): string {
  return ctx.meta.user?.name ?? "operator";
}

function notDone({ id, state, error }: ResearchRun): DstaError {
  const why = error === null ? "" : `: ${error.message}`;
  return new DstaError("RUN_NOT_DONE", `${id} is ${state}${why}`, { code: 409, retryable: !hasEnded({ state }), data: { id, state } });
}
