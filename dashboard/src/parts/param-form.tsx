/**
 * The form of a strategy's parameters, made from their declared fields: input, slider, range, default, what changed,
 * what is wrong. The owner holds the texts; this only draws and reports them.
 */
import type { ParamField, ParamValues } from "../../../domain/contract/views.ts";
import { checkParam, choicesOf, isNumeric, paramShown, paramText, sliderPosition, sliderValue } from "../model/params.ts";

export type ParamTexts = Readonly<Record<string, string>>;

interface FormProps {
  readonly fields: readonly ParamField[];
  readonly texts: ParamTexts;
  /** Values in force; null for a strategy that does not exist yet. */
  readonly current: ParamValues | null;
  readonly onText: (name: string, text: string) => void;
  readonly idPrefix: string;
  readonly readOnly?: boolean;
}

export function textsOf(fields: readonly ParamField[], values: ParamValues | null): ParamTexts {
  return Object.fromEntries(fields.map((field) => [field.name, paramText(values?.[field.name] ?? field.default)]));
}

/** All values when every text is right; the names of those that are not otherwise. */
export function readTexts(fields: readonly ParamField[], texts: ParamTexts): { values: ParamValues; wrong: readonly string[] } {
  const values: ParamValues = {};
  const wrong: string[] = [];
  for (const field of fields) {
    const check = checkParam(field, texts[field.name] ?? "");
    if (check.ok) values[field.name] = check.value;
    else wrong.push(field.name);
  }
  return { values, wrong };
}

export function ParamForm(props: FormProps) {
  return (
    <div class="params">
      {props.fields.map((field) => (
        <Param key={field.name} field={field} text={props.texts[field.name] ?? ""} form={props} />
      ))}
    </div>
  );
}

/** The unit says more than the type where there is one; quote money is a type of its own. */
function kindText(field: ParamField): string {
  if (field.unit !== "")
    return field.type === "int" || field.type === "number" ? field.unit : [...new Set([field.type, field.unit])].join(", ");
  return field.type === "interval" || field.type === "choice" ? "" : field.type;
}

function Param({ field, text, form }: { field: ParamField; text: string; form: FormProps }) {
  const id = `${form.idPrefix}-${field.name}`;
  const check = checkParam(field, text);
  const before = form.current?.[field.name];
  const changed = before !== undefined && check.ok && String(check.value) !== String(before);
  const note = changed ? `was ${paramShown(before)}` : `default ${paramShown(field.default)}`;
  return (
    <div class={`param ${changed ? "changed" : ""}`}>
      <div class="param-line">
        <label for={id} class="grow cut" title={field.help}>
          <b>{field.label || field.name}</b> <span class="t2">{kindText(field)}</span>
        </label>
        <span class={changed ? "acc" : "t3"}>{note}</span>
        <Control id={id} field={field} text={text} wrong={!check.ok} form={form} />
      </div>
      {isNumeric(field) && field.min !== null && field.max !== null && <Slider field={field} text={text} form={form} id={id} />}
      {!check.ok && (
        <div class="crit" role="alert" id={`${id}-wrong`}>
          {check.problem}
        </div>
      )}
      {field.help !== "" && check.ok && <div class="t3 param-help">{field.help}</div>}
    </div>
  );
}

function Control({ id, field, text, wrong, form }: { id: string; field: ParamField; text: string; wrong: boolean; form: FormProps }) {
  const choices = choicesOf(field);
  if (field.type === "bool" || choices !== null) {
    const options = choices ?? ["true", "false"];
    return (
      <select
        id={id}
        class="input param-input"
        value={text}
        disabled={form.readOnly === true}
        onChange={(event) => form.onText(field.name, event.currentTarget.value)}
      >
        {options.map((option) => (
          <option key={option} value={option}>
            {field.type === "bool" ? (option === "true" ? "on" : "off") : option}
          </option>
        ))}
      </select>
    );
  }
  return (
    <input
      id={id}
      class="input param-input num"
      inputMode="decimal"
      autocomplete="off"
      value={text}
      readOnly={form.readOnly === true}
      aria-invalid={wrong}
      aria-describedby={wrong ? `${id}-wrong` : undefined}
      onInput={(event) => form.onText(field.name, event.currentTarget.value)}
    />
  );
}

function Slider({ field, text, form, id }: { field: ParamField; text: string; form: FormProps; id: string }) {
  const value = Number(text.replaceAll(",", ""));
  return (
    <div>
      <input
        type="range"
        class="slider"
        aria-label={`${field.label || field.name}, slider`}
        min={0}
        max={1}
        step={0.001}
        value={Number.isFinite(value) ? sliderPosition(field, value) : 0}
        disabled={form.readOnly === true}
        tabIndex={-1}
        onInput={(event) => form.onText(field.name, String(sliderValue(field, Number(event.currentTarget.value))))}
      />
      <div class="param-range t3" id={`${id}-range`}>
        <span>{paramShown(field.min ?? undefined)}</span>
        <span>{paramShown(field.max ?? undefined)}</span>
      </div>
    </div>
  );
}
