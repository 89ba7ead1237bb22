/** Change risk limits: before, after, a reason. They bind from the next order on. */
import { useState } from "preact/hooks";
import type { RiskView } from "../../../domain/contract/views.ts";
import { decimal } from "../model/format.ts";
import { LIMIT_FIELDS, LIMIT_NAMES } from "../model/limits.ts";
import { Button, Kbd } from "../parts/basics.tsx";
import { closeDialog, Modal } from "../parts/dialog.tsx";
import { Await } from "../parts/panel.tsx";
import { call } from "../state/api.ts";
import { useAsk } from "../state/ask.ts";
import { command, lockedFor } from "../state/commands.ts";

/** Limits that are counts travel as numbers, money as text. */
function read(before: string | number, text: string): string | number | null {
  const plain = text.trim().replaceAll(",", "");
  if (!/^\d+(\.\d+)?$/.test(plain) || !/[1-9]/.test(plain)) return null;
  if (typeof before === "string") return plain;
  return Number.isInteger(Number(plain)) ? Number(plain) : null;
}

export function LimitsDialog() {
  const asked = useAsk<RiskView>("risk/limits");
  const view = asked.value.value;
  if (view !== null) return <Form view={view} />;
  return (
    <Modal
      title="Change limits"
      foot={
        <Button tone="big" onClick={closeDialog}>
          Back <Kbd>Esc</Kbd>
        </Button>
      }
    >
      <Await value={view} problem={asked.problem.value} retry={asked.again} columns={[160, 80]}>
        {() => null}
      </Await>
    </Modal>
  );
}

function Form({ view }: { view: RiskView }) {
  const [texts, setTexts] = useState<Record<string, string>>(
    Object.fromEntries(LIMIT_FIELDS.map((name) => [name, String(view.limits[name])])),
  );
  const [reason, setReason] = useState("");
  const entered = LIMIT_FIELDS.map((name) => [name, read(view.limits[name], texts[name] ?? "")] as const);
  const wrong = entered.filter(([, value]) => value === null).map(([name]) => LIMIT_NAMES[name]);
  const changed = entered.filter(([name, value]) => value !== null && decimal(String(value)) !== decimal(String(view.limits[name])));
  const problem =
    wrong.length > 0
      ? `a number above zero: ${wrong.join(", ")}`
      : changed.length === 0
        ? "a change"
        : reason.trim() === ""
          ? "a reason"
          : null;
  const locked = lockedFor("risk:write") ?? (problem === null ? null : `needs ${problem}`);
  const send = (): void => {
    closeDialog();
    void command({
      key: "limits",
      label: "Change limits",
      send: () => call("PUT", "risk/limits", { limits: Object.fromEntries(changed), reason: reason.trim() }),
    });
  };
  return (
    <Modal
      title="Change limits?"
      foot={
        <>
          <Button tone="big" onClick={closeDialog}>
            Back <Kbd>Esc</Kbd>
          </Button>
          <Button tone="big primary" locked={locked} onClick={send}>
            Apply as v{view.limitsVersion + 1}
          </Button>
        </>
      }
    >
      <div class="limit-fields">
        {LIMIT_FIELDS.map((name) => (
          <label key={name} class="field">
            <span>
              {LIMIT_NAMES[name]}{" "}
              <span class={changed.some(([field]) => field === name) ? "acc" : "t3"}>now {decimal(String(view.limits[name]))}</span>
            </span>
            <input
              class="input num"
              inputMode="decimal"
              value={texts[name]}
              aria-invalid={wrong.includes(LIMIT_NAMES[name])}
              onInput={(event) => setTexts((before) => ({ ...before, [name]: event.currentTarget.value }))}
            />
          </label>
        ))}
      </div>
      <label class="field">
        <span>Reason, kept in the journal</span>
        <input class="input" maxLength={300} value={reason} onInput={(event) => setReason(event.currentTarget.value)} />
      </label>
      <p class="t2">Effect: from the next order on. Open orders and positions are not touched.</p>
      {problem !== null && (
        <p class="warn" role="status">
          Needs {problem}.
        </p>
      )}
    </Modal>
  );
}
