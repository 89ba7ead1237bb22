/** What to do next with a result: check it harder, or take it to paper once the evidence is there. */
import type { ParamValues } from "../../../../domain/contract/views.ts";
import type { BacktestReport } from "../../../../domain/contract/views/research.ts";
import { go } from "../../app/route.ts";
import { number } from "../../model/format.ts";
import { DEFLATED_WANTED } from "../../model/research/runs.ts";
import { Button } from "../../parts/basics.tsx";
import { Icon } from "../../parts/icons.tsx";
import { dialog } from "../../state/choice.ts";
import { isSending, lockedFor } from "../../state/commands.ts";
import { startRun } from "../../state/research.ts";

export function CheckButtons({ report }: { report: BacktestReport }) {
  const locked = isSending("research:run") ? "sending" : lockedFor("research:write");
  const open = async (started: Promise<string | null>): Promise<void> => {
    const id = await started;
    if (id !== null) go({ view: "research", run: id });
  };
  const { id } = report.run;
  return (
    <div class="row trust-steps">
      <Button
        tone="big"
        locked={locked}
        label="Look-ahead, warm-up, costs, random entries"
        onClick={() => void open(startRun("backtest/validate", `Validate ${id}`, report.spec))}
      >
        Validate
      </Button>
      <Button
        tone="big"
        locked={locked}
        label="A thousand other orders of its returns"
        onClick={() => void open(startRun("backtest/monte-carlo", `Monte Carlo of ${id}`, { run: id }))}
      >
        Monte Carlo
      </Button>
    </div>
  );
}

/** Locked until the evidence is there: what the best of many tries shows by luck is not traded by one click. */
export function PaperButton(props: { deflatedSharpe: number | null; strategy: string; params: ParamValues | null }) {
  const { deflatedSharpe, strategy, params } = props;
  const enough = deflatedSharpe !== null && deflatedSharpe >= DEFLATED_WANTED;
  const locked =
    params === null
      ? "there is no best trial"
      : enough
        ? lockedFor("strategy:write")
        : `needs a deflated Sharpe of ${DEFLATED_WANTED}; it is ${number(deflatedSharpe, 2)}`;
  return (
    <div class="trust-steps">
      <Button
        tone="big wide"
        locked={locked}
        onClick={() => (dialog.value = { kind: "new", definition: strategy, ...(params === null ? {} : { params }) })}
      >
        {locked !== null && <Icon name="lock" />} {enough ? "Start with these params…" : `Start it: needs ${DEFLATED_WANTED}`}
      </Button>
    </div>
  );
}
