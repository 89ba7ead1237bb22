/**
 * New run: what is asked, of which data, at what cost, with typed params; in Optimise also what is searched and how.
 * Nothing is sent before Run. On the small screen it is only read.
 */
import type { ResearchRun } from "../../../../domain/contract/views/research.ts";
import { commandLine } from "../../model/research/cli.ts";
import { estimate } from "../../model/research/estimate.ts";
import { Button, Kbd, Segments } from "../../parts/basics.tsx";
import { Await, Empty, Panel } from "../../parts/panel.tsx";
import { isSending } from "../../state/commands.ts";
import { change, draft } from "../../state/research.ts";
import type { RunForm } from "../../state/run-form.ts";
import { CostFields, DataFields, MoreFields } from "./form-fields.tsx";
import { ParamFields, SearchFields } from "./form-search.tsx";

const KINDS = [
  { value: "backtest", text: "Backtest" },
  { value: "optimise", text: "Optimise" },
] as const;

export function RunFormPanel({ form, phone, recent }: { form: RunForm; phone: boolean; recent: readonly ResearchRun[] }) {
  const now = draft.value;
  const { definition } = form;
  const tabs = <Segments label="Kind of run" choices={KINDS} value={now.kind} onChoose={(kind) => change({ kind })} />;
  return (
    <Panel
      title="New run"
      note={definition === null ? "" : phone ? "read-only on a small screen" : `of ${definition.name} v${definition.version}`}
      right={tabs}
      area="run-form"
      fixed
    >
      <Await
        value={form.definitions.value.value?.items ?? null}
        problem={form.definitions.problem.value}
        retry={form.definitions.again}
        columns={[70, 160]}
      >
        {(items) =>
          items.length === 0 ? (
            <Empty title="No strategy is installed" />
          ) : (
            <div class="run-form">
              <fieldset class="run-form-scroll" disabled={phone}>
                <DataFields form={form} definitions={items} />
                <CostFields wrong={form.read.wrong} />
                <ParamFields definition={definition} wrong={form.read.wrong} />
                {now.kind === "optimise" && <SearchFields wrong={form.read.wrong} />}
                <MoreFields definition={definition} wrong={form.read.wrong} />
              </fieldset>
              {!phone && <Foot form={form} recent={recent} />}
            </div>
          )
        }
      </Await>
    </Panel>
  );
}

function Foot({ form, recent }: { form: RunForm; recent: readonly ResearchRun[] }) {
  const { read, locked } = form;
  const sets = (form.sets.value.value?.items ?? []).filter((set) => read.backtest.data.files.includes(set.name));
  const wrong = Object.keys(read.wrong).length > 0;
  const about = estimate(read, sets, recent);
  const copy = (): void => void navigator.clipboard.writeText(commandLine(read));
  const clipboard = "clipboard" in navigator ? null : "copying needs https or localhost";
  return (
    <div class="run-form-foot">
      {wrong ? (
        <p class="warn" role="status">
          Needs {locked}.
        </p>
      ) : (
        <p class="t2">
          {about.work}
          <br />
          <span class="t3">{about.time}</span>
        </p>
      )}
      <div class="row">
        <Button tone="big primary" locked={locked} onClick={form.run}>
          {isSending("research:run") ? "Sending…" : "Run"} <Kbd>⌘↵</Kbd>
        </Button>
        <Button tone="big" locked={wrong ? "the form is not valid yet" : clipboard} onClick={copy}>
          Copy as CLI
        </Button>
      </div>
    </div>
  );
}
