/**
 * The form of a new run with the answers it needs: strategies, data sets, what is wrong with it, and whether it may be sent.
 */
import { useEffect, useMemo } from "preact/hooks";
import type { StrategyDefinitionView } from "../../../domain/contract/views.ts";
import type { ResearchDataSet } from "../../../domain/contract/views/research.ts";
import { go } from "../app/route.ts";
import { paramDrafts } from "../model/research/draft.ts";
import { readDraft, type ReadDraft } from "../model/research/form.ts";
import { useAsk, type Asked } from "./ask.ts";
import { isSending, lockedFor } from "./commands.ts";
import { change, draft, startRun } from "./research.ts";

const NO_FIELDS: StrategyDefinitionView["fields"] = [];

/** The form with its answers; `run` is also what ⌘⏎ does. */
export interface RunForm {
  readonly definitions: Asked<{ items: StrategyDefinitionView[] }>;
  readonly sets: Asked<{ items: ResearchDataSet[] }>;
  readonly definition: StrategyDefinitionView | null;
  readonly read: ReadDraft;
  readonly locked: string | null;
  readonly run: () => void;
}

export function useRunForm(): RunForm {
  const definitions = useAsk<{ items: StrategyDefinitionView[] }>("strategies/definitions");
  const sets = useAsk<{ items: ResearchDataSet[] }>("research/data", 30_000);
  const now = draft.value;
  const definition = definitions.value.value?.items.find((item) => item.name === now.strategy) ?? null;
  const known = definitions.value.value?.items;
  useEffect(() => {
    const first = known?.[0];
    if (first !== undefined && draft.peek().strategy === "") choose(first);
  }, [known]);
  const firstSet = sets.value.value?.items.find((set) => set.kind === "bars");
  useEffect(() => {
    if (firstSet !== undefined && draft.peek().data.length === 0) change({ data: [firstSet.name] });
  }, [firstSet]);
  const read = useMemo(() => readDraft(now, definition?.fields ?? NO_FIELDS), [now, definition]);
  const [problem] = Object.entries(read.wrong);
  const locked = isSending("research:run")
    ? "sending"
    : problem === undefined
      ? lockedFor("research:write")
      : `${problem[0]}: expected ${problem[1].replace(/^expected /, "")}`;
  return { definitions, sets, definition, read, locked, run: () => locked === null && void send(read) };
}

async function send({ backtest, search }: ReadDraft): Promise<void> {
  const name = backtest.strategies[0]?.strategy ?? "";
  const id =
    search === null
      ? await startRun("backtest/run", `Backtest ${name}`, backtest)
      : await startRun("backtest/optimize", `Optimise ${name}`, search);
  if (id !== null) go({ view: "research", run: id });
}

export function choose(definition: StrategyDefinitionView): void {
  change({ strategy: definition.name, params: paramDrafts(definition.fields) });
}
