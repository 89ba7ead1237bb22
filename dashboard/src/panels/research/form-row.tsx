/** Rows of the run form: a label, its control, and what is expected where a value is wrong. */
import type { ComponentChildren } from "preact";

export type Wrong = Readonly<Record<string, string>>;

/** `field` is the name under which the reader of the form reports what is wrong. */
export function FormRow({ label, children, problem }: { label: string; children: ComponentChildren; problem?: string | undefined }) {
  return (
    <div class="form-row">
      <span class="form-label t2">{label}</span>
      <div class="form-control">{children}</div>
      {problem !== undefined && (
        <span class="form-wrong crit" role="alert">
          expected {problem.replace(/^expected /, "")}
        </span>
      )}
    </div>
  );
}

export function TextField(props: {
  label: string;
  value: string;
  onText: (text: string) => void;
  wrong?: string | undefined;
  unit?: string;
  placeholder?: string;
}) {
  const input = (
    <input
      class="input num"
      inputMode="decimal"
      autocomplete="off"
      placeholder={props.placeholder}
      aria-label={props.label}
      aria-invalid={props.wrong !== undefined}
      title={props.wrong === undefined ? props.label : `expected ${props.wrong}`}
      value={props.value}
      onInput={(event) => props.onText(event.currentTarget.value)}
    />
  );
  if (props.unit === undefined) return input;
  return (
    <span class="with-unit">
      {input}
      <span class="unit t3" aria-hidden="true">
        {props.unit}
      </span>
    </span>
  );
}

export function Select<T extends string>(props: {
  label: string;
  value: T;
  choices: readonly { readonly value: T; readonly text: string }[];
  onChoose: (value: T) => void;
  wrong?: string | undefined;
}) {
  return (
    <select
      class="input"
      aria-label={props.label}
      aria-invalid={props.wrong !== undefined}
      value={props.value}
      onChange={(event) => props.onChoose(event.currentTarget.value as T)}
    >
      {props.choices.map((choice) => (
        <option key={choice.value} value={choice.value}>
          {choice.text}
        </option>
      ))}
    </select>
  );
}

export function Tick({ label, checked, onTick }: { label: string; checked: boolean; onTick: (checked: boolean) => void }) {
  return (
    <label class="tick">
      <input type="checkbox" checked={checked} onChange={(event) => onTick(event.currentTarget.checked)} /> {label}
    </label>
  );
}
