/**
 * A strategy's parameters: changed fields are marked, applying shows before, after and effect, and takes effect only
 * when the gateway has journaled it. Versions can be restored, which is an ordinary change to older values.
 */
import { useEffect, useState } from "preact/hooks";
import type { ParameterVersion, ParamValues, StrategyDetail } from "../../../domain/contract/views.ts";
import { useKeys } from "../app/keys.ts";
import { dayTime } from "../model/format.ts";
import { paramChanges } from "../model/params.ts";
import { Button, Kbd } from "../parts/basics.tsx";
import { ParamForm, readTexts, textsOf } from "../parts/param-form.tsx";
import { Panel } from "../parts/panel.tsx";
import { dialog } from "../state/choice.ts";
import { isSending, lockedFor } from "../state/commands.ts";

export function ParamsPanel({ detail, readOnly }: { detail: StrategyDetail; readOnly: boolean }) {
  const [texts, setTexts] = useState(() => textsOf(detail.fields, detail.params));
  // A version applied by anyone is the new starting point.
  useEffect(() => setTexts(textsOf(detail.fields, detail.params)), [detail.id, detail.paramsVersion]);
  const { values, wrong } = readTexts(detail.fields, texts);
  const changes = paramChanges(detail.fields, detail.params, { ...detail.params, ...values });
  const sending = isSending(`params:${detail.id}`);
  const locked = sending
    ? "sending"
    : wrong.length > 0
      ? `not valid: ${wrong.join(", ")}`
      : changes.length === 0
        ? "nothing changed"
        : lockedFor("strategy:write");
  const ask = (): void => {
    if (locked === null) openApply(detail, values, "");
  };
  useKeys({
    "Mod+s": ask,
    p: () => document.querySelector<HTMLElement>(".params input, .params select")?.focus(),
  });
  const note = (
    <span class="row">
      v{detail.paramsVersion} in force
      {changes.length > 0 && <span class="chip acc">{changes.length} not applied</span>}
    </span>
  );
  return (
    <Panel title="Parameters" note={note} area="params" fixed>
      <div class="params-panel">
        <div class="params-scroll">
          <ParamForm
            idPrefix="param"
            fields={detail.fields}
            texts={texts}
            current={detail.params}
            readOnly={readOnly}
            onText={(name, text) => setTexts((before) => ({ ...before, [name]: text }))}
          />
        </div>
        {!readOnly && (changes.length > 0 || wrong.length > 0) && (
          <div class="params-apply">
            <b class="acc">
              {changes.length} {changes.length === 1 ? "change" : "changes"}
              {changes.length > 0 && `: ${changes.map((change) => `${change.label} ${change.before} → ${change.after}`).join(", ")}`}
            </b>
            <p class="t2">Takes effect at once. The position is kept; indicators warm up from history.</p>
            <div class="row">
              <Button tone="primary" locked={locked} onClick={ask}>
                {sending ? "Sending…" : `Apply as v${detail.paramsVersion + 1}…`} <Kbd>⌘S</Kbd>
              </Button>
              <Button onClick={() => setTexts(textsOf(detail.fields, detail.params))}>Discard</Button>
            </div>
          </div>
        )}
      </div>
    </Panel>
  );
}

function openApply(detail: StrategyDetail, params: ParamValues, note: string): void {
  const after = { ...detail.params, ...params };
  dialog.value = {
    kind: "apply",
    id: detail.id,
    params: after,
    changes: paramChanges(detail.fields, detail.params, after),
    version: detail.paramsVersion,
    note,
  };
}

export function VersionsPanel({ detail, readOnly }: { detail: StrategyDetail; readOnly: boolean }) {
  return (
    <Panel title="Versions" note={`${detail.versions.length}, all in the journal`} area="versions">
      <ul class="versions">
        {detail.versions.map((version, at) => (
          <Version key={version.version} version={version} before={detail.versions[at + 1] ?? null} detail={detail} readOnly={readOnly} />
        ))}
      </ul>
    </Panel>
  );
}

function Version({
  version,
  before,
  detail,
  readOnly,
}: {
  version: ParameterVersion;
  before: ParameterVersion | null;
  detail: StrategyDetail;
  readOnly: boolean;
}) {
  const changes = before === null ? [] : paramChanges(detail.fields, before.params, version.params);
  const what =
    changes.length === 0
      ? before === null
        ? "first values"
        : "same values"
      : changes.map((change) => `${change.label} ${change.before} → ${change.after}`).join(", ");
  const current = version.version === detail.paramsVersion;
  const differs = paramChanges(detail.fields, detail.params, { ...detail.params, ...version.params }).length > 0;
  return (
    <li class={current ? "current" : ""}>
      <b>v{version.version}</b>
      <span class="grow">
        <span class="cut whole" title={what}>
          {what}
        </span>
        <span class="t2 cut whole" title={version.note}>
          {dayTime(version.atMs)}, {version.by}
          {version.note === "" ? "" : `: ${version.note}`}
        </span>
      </span>
      {current ? (
        <span class="t2">in force</span>
      ) : (
        !readOnly && (
          <Button
            locked={differs ? lockedFor("strategy:write") : "the same values are in force"}
            onClick={() => openApply(detail, version.params, `restores v${version.version}`)}
          >
            Restore…
          </Button>
        )
      )}
    </li>
  );
}
