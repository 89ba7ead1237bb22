/** The run form's first half: strategy, data and its symbols and days, costs, fills; what seldom changes folded away. */
import type { StrategyDefinitionView } from "../../../../domain/contract/views.ts";
import type { ResearchDataSet } from "../../../../domain/contract/views/research.ts";
import { number } from "../../model/format.ts";
import { choicesOf } from "../../model/params.ts";
import { FILLS, SLIPPAGES, type RunDraft } from "../../model/research/draft.ts";
import { change, draft } from "../../state/research.ts";
import { choose, type RunForm } from "../../state/run-form.ts";
import { ParamLine } from "./form-search.tsx";
import { FormRow, Select, TextField, Tick, type Wrong } from "./form-row.tsx";

const SYMBOLS_NAMED = 2;

export function DataFields({ form, definitions }: { form: RunForm; definitions: readonly StrategyDefinitionView[] }) {
  const now = draft.value;
  const { wrong } = form.read;
  const sets = form.sets.value.value?.items ?? null;
  const chosen = (sets ?? []).filter((set) => now.data.includes(set.name));
  const symbols = [...new Set(chosen.flatMap((set) => set.symbols))].sort();
  const first = dayText(Math.min(...chosen.map((set) => set.fromMs ?? Number.NaN)));
  const last = dayText(Math.max(...chosen.map((set) => set.toMs ?? Number.NaN)));
  const all = symbols.length <= SYMBOLS_NAMED ? symbols.join(", ") : `all ${symbols.length}`;
  return (
    <section class="form-part">
      <FormRow label="Strategy" problem={wrong["strategy"]}>
        <Select
          label="Strategy"
          value={now.strategy}
          choices={definitions.map((item) => ({ value: item.name, text: `${item.name} v${item.version}` }))}
          onChoose={(name) => choose(definitions.find((item) => item.name === name) ?? definitions[0]!)}
        />
      </FormRow>
      <FormRow label="Data" problem={wrong["data"]}>
        <DataPicker sets={sets} chosen={chosen} problem={form.sets.problem.value?.type ?? null} />
      </FormRow>
      <FormRow label="Symbols">
        <Select
          label="Symbols"
          value={now.symbol}
          choices={[{ value: "", text: all || "of the data" }, ...symbols.map((symbol) => ({ value: symbol, text: symbol }))]}
          onChoose={(symbol) => change({ symbol })}
        />
      </FormRow>
      <FormRow label="From, to" problem={wrong["from"] ?? wrong["to"]}>
        <TextField label="From" placeholder={first} value={now.fromDay} wrong={wrong["from"]} onText={(fromDay) => change({ fromDay })} />
        <TextField label="To" placeholder={last} value={now.toDay} wrong={wrong["to"]} onText={(toDay) => change({ toDay })} />
      </FormRow>
    </section>
  );
}

function DataPicker({
  sets,
  chosen,
  problem,
}: {
  sets: readonly ResearchDataSet[] | null;
  chosen: readonly ResearchDataSet[];
  problem: string | null;
}) {
  const toggle = (set: ResearchDataSet, on: boolean): void => {
    const now = draft.peek();
    const data = on ? [...now.data, set.name] : now.data.filter((name) => name !== set.name);
    const known = (sets ?? []).some((one) => data.includes(one.name) && one.symbols.includes(now.symbol));
    change({ data, ...(known ? {} : { symbol: "" }) });
  };
  const [first] = chosen;
  const summary =
    first === undefined
      ? problem !== null
        ? `not known: ${problem}`
        : sets === null
          ? "asking…"
          : sets.length === 0
            ? "none in the research folder"
            : "choose"
      : chosen.length === 1
        ? first.name
        : `${first.name} and ${chosen.length - 1} more`;
  return (
    <details class="picker">
      <summary class="input">
        <span class="cut">{summary}</span>
        <span class="t3">{first === undefined ? "" : setLength(first)}</span>
      </summary>
      <div class="picker-list">
        {(sets ?? []).map((set) => (
          <label key={set.name} class="picker-set" title={set.problems.join("; ")}>
            <input
              type="checkbox"
              checked={chosen.includes(set)}
              disabled={set.kind === "funding"}
              onChange={(event) => toggle(set, event.currentTarget.checked)}
            />
            <span class="cut grow">
              {set.name} <span class="t3">{set.symbols.length === 1 ? set.symbols[0] : `${set.symbols.length} symbols`}</span>
            </span>
            {set.problems.length > 0 && <span class="warn">▲ {set.problems.length}</span>}
            <span class="t3">
              {number(set.rows)} · {setLength(set)}
            </span>
          </label>
        ))}
        {sets?.length === 0 && <p class="t2">Put CSV or Parquet files into the floor's folder research/data.</p>}
      </div>
    </details>
  );
}

/** 2024-01-31; the form of a day where the data does not say. */
function dayText(ms: number): string {
  return Number.isFinite(ms) ? new Date(ms).toISOString().slice(0, 10) : "YYYY-MM-DD";
}

/** How long its bars are, or what else it is. */
function setLength(set: ResearchDataSet): string {
  if (set.kind !== "bars") return set.kind === "l2" ? "book" : "funding";
  const minutes = (set.intervalMs ?? 0) / 60_000;
  if (minutes === 0) return "bars";
  return minutes < 60 ? `${minutes}m` : minutes < 1_440 ? `${minutes / 60}h` : `${minutes / 1_440}d`;
}

export function CostFields({ wrong }: { wrong: Wrong }) {
  const now = draft.value;
  const slip = SLIPPAGES[now.slippage];
  const models = (Object.keys(SLIPPAGES) as RunDraft["slippage"][]).map((value) => ({ value, text: SLIPPAGES[value]?.text ?? "none" }));
  return (
    <section class="form-part">
      <FormRow label="Fees" problem={wrong["maker fee"] ?? wrong["taker fee"]}>
        <TextField
          label="Maker fee, bp"
          unit="maker bp"
          value={now.makerFeeBps}
          wrong={wrong["maker fee"]}
          onText={(makerFeeBps) => change({ makerFeeBps })}
        />
        <TextField
          label="Taker fee, bp"
          unit="taker bp"
          value={now.takerFeeBps}
          wrong={wrong["taker fee"]}
          onText={(takerFeeBps) => change({ takerFeeBps })}
        />
      </FormRow>
      <FormRow label="Slippage" problem={wrong["slippage"]}>
        <Select
          label="Slippage"
          value={now.slippage}
          choices={models}
          onChoose={(slippage) => change({ slippage, slippageValue: SLIPPAGES[slippage]?.first ?? "" })}
        />
        {slip !== null && (
          <TextField
            label={`Slippage, ${slip.unit}`}
            unit={slip.unit}
            value={now.slippageValue}
            wrong={wrong["slippage"]}
            onText={(slippageValue) => change({ slippageValue })}
          />
        )}
      </FormRow>
      <FormRow label="Fills" problem={wrong["latency"]}>
        <Select label="Fills" value={now.fill} choices={FILLS} onChoose={(fill) => change({ fill })} />
        <TextField
          label="Latency, ms"
          unit="ms"
          value={now.latencyMs}
          wrong={wrong["latency"]}
          onText={(latencyMs) => change({ latencyMs })}
        />
      </FormRow>
    </section>
  );
}

const MARKETS = [
  { value: "spot", text: "spot" },
  { value: "linear", text: "linear perpetual" },
  { value: "inverse", text: "inverse perpetual" },
] as const;
const SIZED = [
  { value: "fill", text: "at the fill" },
  { value: "decision", text: "at the decision" },
] as const;
const BAR_LENGTHS = choicesOf({
  name: "interval",
  type: "interval",
  label: "",
  unit: "",
  default: "1m",
  min: null,
  max: null,
  step: null,
  choices: null,
  help: "",
});

export function MoreFields({ definition, wrong }: { definition: StrategyDefinitionView | null; wrong: Wrong }) {
  const now = draft.value;
  const inside = ["cash", "lot", "leverage", "seed"].some((name) => wrong[name] !== undefined);
  return (
    <details class="form-more" open={inside}>
      <summary class="t2">
        More: cash {now.cash}, {now.market}, seed {now.seed}
      </summary>
      <section class="form-part">
        <FormRow label="Cash" problem={wrong["cash"]}>
          <TextField label="Cash" value={now.cash} wrong={wrong["cash"]} onText={(cash) => change({ cash })} />
          <Select label="Sized" value={now.sizeAt} choices={SIZED} onChoose={(sizeAt) => change({ sizeAt })} />
        </FormRow>
        <FormRow label="Market" problem={wrong["leverage"]}>
          <Select label="Market" value={now.market} choices={MARKETS} onChoose={(market) => change({ market })} />
          {now.market !== "spot" && (
            <TextField
              label="Leverage"
              unit="×"
              value={now.leverage}
              wrong={wrong["leverage"]}
              onText={(leverage) => change({ leverage })}
            />
          )}
        </FormRow>
        <FormRow label="Bars">
          <Select
            label="Bars"
            value={now.interval}
            choices={[{ value: "", text: "as the data" }, ...(BAR_LENGTHS ?? []).map((value) => ({ value, text: value }))]}
            onChoose={(interval) => change({ interval })}
          />
          <TextField label="Lot" unit="lot" value={now.lot} wrong={wrong["lot"]} onText={(lot) => change({ lot })} />
        </FormRow>
        {(definition?.fields ?? [])
          .filter(({ type }) => type === "interval")
          .map((field) => (
            <ParamLine key={field.name} field={field} optimise={now.kind === "optimise"} wrong={wrong} />
          ))}
        <FormRow label="Seed" problem={wrong["seed"]}>
          <input class="input" aria-label="Seed" value={now.seed} onInput={(event) => change({ seed: event.currentTarget.value })} />
        </FormRow>
        <FormRow label="">
          <Tick label="close positions at the end" checked={now.closeAtEnd} onTick={(closeAtEnd) => change({ closeAtEnd })} />
        </FormRow>
      </section>
    </details>
  );
}
