/** The run form's second half: the strategy's params, fixed or from … to by step, and how a search goes about them. */
import type { ParamField, StrategyDefinitionView } from "../../../../domain/contract/views.ts";
import { choicesOf, isNumeric } from "../../model/params.ts";
import { firstParam, METHODS, OBJECTIVES, type ParamDraft } from "../../model/research/draft.ts";
import { decimal } from "../../model/format.ts";
import { change, draft } from "../../state/research.ts";
import { FormRow, Select, TextField, Tick, type Wrong } from "./form-row.tsx";

function changeParam(field: ParamField, part: Partial<ParamDraft>): void {
  const { params } = draft.peek();
  change({ params: { ...params, [field.name]: { ...(params[field.name] ?? firstParam(field)), ...part } } });
}

export function ParamFields({ definition, wrong }: { definition: StrategyDefinitionView | null; wrong: Wrong }) {
  const optimise = draft.value.kind === "optimise";
  const fields = (definition?.fields ?? []).filter(({ type }) => type !== "interval");
  const limits = fields
    .filter((field) => isNumeric(field) && field.min !== null && field.max !== null)
    .map((field) => `${field.name} ${decimal(String(field.min))}–${decimal(String(field.max))}`);
  return (
    <section class="form-part">
      <div class="form-head">
        <h3>Params</h3>
        {optimise && (
          <>
            <span>from</span>
            <span>to</span>
            <span>step</span>
          </>
        )}
      </div>
      {fields.map((field) => (
        <ParamLine key={field.name} field={field} optimise={optimise} wrong={wrong} />
      ))}
      {wrong["params"] !== undefined && (
        <p class="crit" role="alert">
          expected {wrong["params"]}
        </p>
      )}
      {limits.length > 0 && <p class="t3 form-limits">limits: {limits.join(", ")}</p>}
    </section>
  );
}

export function ParamLine({ field, optimise, wrong }: { field: ParamField; optimise: boolean; wrong: Wrong }) {
  const now = draft.value.params[field.name] ?? firstParam(field);
  const searchable = isNumeric(field) || field.type === "bool" || choicesOf(field) !== null;
  const name = (
    <>
      {field.name} <span class="t3">{field.unit || field.type}</span>
    </>
  );
  const problem = wrong[field.name] ?? wrong[`${field.name} from`] ?? wrong[`${field.name} to`] ?? wrong[`${field.name} step`];
  return (
    <div class="form-row param-row" title={field.help}>
      {optimise && searchable ? (
        <label class="form-label tick">
          <input
            type="checkbox"
            aria-label={`Search ${field.name}`}
            checked={now.searched}
            onChange={(event) => changeParam(field, { searched: event.currentTarget.checked })}
          />{" "}
          <span class="cut">{name}</span>
        </label>
      ) : (
        <span class="form-label cut">{name}</span>
      )}
      <div class="form-control">
        {optimise && now.searched ? <Range field={field} now={now} wrong={wrong} /> : <Fixed field={field} now={now} wrong={wrong} />}
      </div>
      {problem !== undefined && (
        <span class="form-wrong crit" role="alert">
          expected {problem.replace(/^expected /, "")}
        </span>
      )}
    </div>
  );
}

function Fixed({ field, now, wrong }: { field: ParamField; now: ParamDraft; wrong: Wrong }) {
  const choices = field.type === "bool" ? ["true", "false"] : choicesOf(field);
  if (choices === null)
    return <TextField label={field.name} value={now.value} wrong={wrong[field.name]} onText={(value) => changeParam(field, { value })} />;
  const options = choices.map((value) => ({ value, text: field.type === "bool" ? (value === "true" ? "on" : "off") : value }));
  return (
    <Select
      label={field.name}
      value={now.value}
      choices={field.type === "interval" ? [{ value: "", text: "as the data" }, ...options] : options}
      onChoose={(value) => changeParam(field, { value })}
    />
  );
}

function Range({ field, now, wrong }: { field: ParamField; now: ParamDraft; wrong: Wrong }) {
  if (!isNumeric(field))
    return <span class="t2">all: {(field.type === "bool" ? ["off", "on"] : (choicesOf(field) ?? [])).join(", ")}</span>;
  return (
    <>
      {(["from", "to", "step"] as const).map((end) => (
        <TextField
          key={end}
          label={`${field.name} ${end}`}
          value={now[end]}
          wrong={wrong[`${field.name} ${end}`]}
          onText={(text) => changeParam(field, { [end]: text })}
        />
      ))}
    </>
  );
}

const FOLDS = [
  { value: "none", text: "none" },
  { value: "rolling", text: "walk-forward, rolling" },
  { value: "anchored", text: "walk-forward, anchored" },
] as const;

export function SearchFields({ wrong }: { wrong: Wrong }) {
  const now = draft.value;
  return (
    <section class="form-part">
      <FormRow label="Search" problem={wrong["trials"]}>
        <Select label="Search" value={now.method} choices={METHODS} onChoose={(method) => change({ method })} />
        {now.method !== "grid" && (
          <TextField label="Trials" unit="trials" value={now.trials} wrong={wrong["trials"]} onText={(trials) => change({ trials })} />
        )}
      </FormRow>
      <FormRow label="Maximise">
        <Select label="Maximise" value={now.objectives} choices={OBJECTIVES} onChoose={(objectives) => change({ objectives })} />
      </FormRow>
      <FormRow label="Only if" problem={wrong["constraint"]}>
        <input
          class="input"
          aria-label="Constraint"
          placeholder="such as trades >= 30"
          aria-invalid={wrong["constraint"] !== undefined}
          value={now.constraint}
          onInput={(event) => change({ constraint: event.currentTarget.value })}
        />
      </FormRow>
      <FormRow label="Folds" problem={wrong["folds"] ?? wrong["embargo"]}>
        <Select label="Folds" value={now.folds} choices={FOLDS} onChoose={(folds) => change({ folds })} />
        {now.folds !== "none" && (
          <>
            <TextField label="Number of folds" value={now.foldCount} wrong={wrong["folds"]} onText={(foldCount) => change({ foldCount })} />
            <TextField
              label="Embargo, days"
              unit="d apart"
              value={now.embargoDays}
              wrong={wrong["embargo"]}
              onText={(embargoDays) => change({ embargoDays })}
            />
          </>
        )}
      </FormRow>
      <FormRow label="Hold out" problem={wrong["hold-out"] ?? wrong["workers"]}>
        <TextField
          label="Hold out, last percent"
          unit="% last"
          value={now.holdOutPercent}
          wrong={wrong["hold-out"]}
          onText={(holdOutPercent) => change({ holdOutPercent })}
        />
        <TextField label="Workers" unit="workers" value={now.workers} wrong={wrong["workers"]} onText={(workers) => change({ workers })} />
      </FormRow>
      <FormRow label="">
        <Tick label="end hopeless trials early" checked={now.prune} onTick={(prune) => change({ prune })} />
      </FormRow>
    </section>
  );
}
