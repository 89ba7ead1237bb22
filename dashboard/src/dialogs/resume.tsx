/**
 * Resume after a halt: the checks, what resuming does, a reason for the record, and the typed phrase. Slow on purpose.
 */
import { useState } from "preact/hooks";
import type { ComponentChildren } from "preact";
import { clockTime, number } from "../model/format.ts";
import { bookStale } from "../model/strategies.ts";
import { Button, Kbd } from "../parts/basics.tsx";
import { closeDialog, Modal } from "../parts/dialog.tsx";
import { Mark, type Form } from "../parts/mark.tsx";
import { live, orders, sections, strategies } from "../state/floor.ts";
import { resumePhrase, sendSwitch, switchLock } from "../state/switch.ts";

const REASON_LETTERS = 10;

interface Check {
  readonly name: string;
  readonly form: Form;
  readonly tone: string;
  readonly text: string;
}

function checks(): readonly Check[] {
  const health = sections.health.value;
  const rows = strategies.value;
  const stale = rows.filter(bookStale).length;
  const unknown = orders.value.filter((order) => order.status === "Unknown").length;
  const failed = rows.filter((row) => row.state === "failed").length;
  const check = (name: string, ok: boolean, good: string, bad: string, form: Form = "triangle"): Check =>
    ok ? { name, form: "check", tone: "t2", text: good } : { name, form, tone: "warn", text: bad };
  return [
    check(
      "Books whole",
      stale === 0,
      `${rows.length} of ${rows.length} strategies`,
      `${stale} of ${rows.length} strategies without a whole book`,
    ),
    check(
      "Feeds live",
      health !== null && health.feedsLive === health.feedsTotal,
      `${health?.feedsLive ?? 0} of ${health?.feedsTotal ?? 0}`,
      `${health?.feedsLive ?? 0} of ${health?.feedsTotal ?? 0}`,
    ),
    check("Unknown orders", unknown === 0, "none", `${unknown} left, looking up; their worst case stays held`, "unknown"),
    check(
      "Journal",
      health?.journalOk === true,
      `writes in ${number(health?.journalP50Ms ?? null, 1)} ms`,
      "failing: nothing can be sent",
      "diamond",
    ),
    check("Failed strategies", failed === 0, "none", `${failed}: they stay failed`),
  ];
}

export function ResumeDialog() {
  const [reason, setReason] = useState("");
  const [typed, setTyped] = useState("");
  const trading = sections.trading.value;
  const phrase = resumePhrase();
  const missing =
    reason.trim().length < REASON_LETTERS
      ? `a reason of at least ${REASON_LETTERS} letters`
      : typed !== phrase
        ? `the phrase ${phrase}`
        : null;
  const locked = switchLock("active") ?? (missing === null ? null : `needs ${missing}`);
  const resume = (): void => {
    closeDialog();
    void sendSwitch("active", reason.trim(), typed);
  };
  const title = live.value ? "Resume trading with real money?" : "Resume trading with simulated money?";
  return (
    <Modal title={title} foot={<Foot locked={locked} halted={trading?.state === "halted"} resume={resume} />}>
      <div class="split">
        <div class="stack">
          <p class="t2">
            {trading?.state === "halted" ? "Halted" : "Reducing since"} {clockTime(trading?.sinceMs ?? 0)} by {trading?.by}:{" "}
            {trading?.reason}
          </p>
          <div class="checks">
            {checks().map((check) => (
              <CheckRow key={check.name} check={check} />
            ))}
          </div>
          <h3>What resuming does</h3>
          <p class="t2">
            Strategies that were running decide again, each once its book is whole. No cancelled order is sent again. Unknown orders keep
            what they hold.
          </p>
        </div>
        <div class="stack">
          <label class="field">
            <span>Reason, kept in the journal</span>
            <textarea
              class="input"
              placeholder={`at least ${REASON_LETTERS} letters`}
              maxLength={300}
              value={reason}
              onInput={(event) => setReason(event.currentTarget.value)}
            />
          </label>
          <label class="field">
            <span>Type {phrase}</span>
            <input
              class="input"
              autocomplete="off"
              spellcheck={false}
              value={typed}
              onInput={(event) => setTyped(event.currentTarget.value)}
            />
          </label>
        </div>
      </div>
    </Modal>
  );
}

function CheckRow({ check }: { check: Check }): ComponentChildren {
  return (
    <>
      <span class="state">
        <Mark form={check.form} tone={check.tone} /> {check.name}
      </span>
      <span class={check.tone}>{check.text}</span>
    </>
  );
}

function Foot({ locked, halted, resume }: { locked: string | null; halted: boolean; resume: () => void }) {
  return (
    <>
      <Button tone="big" onClick={closeDialog}>
        {halted ? "Stay halted" : "Stay reducing"} <Kbd>Esc</Kbd>
      </Button>
      <Button tone="big" locked={locked} onClick={resume}>
        Resume
      </Button>
    </>
  );
}
