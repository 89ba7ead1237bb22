/** Risk: how near each limit, what is reserved, what was refused and why. Limits change with a reason, never silently. */
import { useKeys } from "../app/keys.ts";
import type { RiskView as RiskState, ViolationRow } from "../../../domain/contract/views.ts";
import { clockTime, decimal, number, percent, sumDecimals } from "../model/format.ts";
import { limitName } from "../model/limits.ts";
import { Button, Kbd, LimitBar } from "../parts/basics.tsx";
import { Mark, State } from "../parts/mark.tsx";
import { Await, Empty, Panel } from "../parts/panel.tsx";
import { Table, type Column } from "../parts/table.tsx";
import { ExposurePanel } from "../panels/exposure.tsx";
import { useAsk } from "../state/ask.ts";
import { dialog } from "../state/choice.ts";
import { lockedFor } from "../state/commands.ts";

type Use = RiskState["use"][number];
type Reservation = RiskState["reservations"][number];

const WARN_RATIO = 0.8;

function limitMark(ratio: number) {
  if (ratio >= 1) return <State form="diamond" tone="crit" text="Breach" />;
  return ratio >= WARN_RATIO ? <State form="triangle" tone="warn" text="Warn" /> : <State form="check" tone="t2" text="OK" />;
}

const USE: readonly Column<Use>[] = [
  { key: "limit", head: "Limit", width: 206, cls: "strong", cell: (row) => limitName(row.limit), whole: (row) => row.limit },
  { key: "where", head: "Where", cls: "t2", cell: (row) => row.where, whole: (row) => row.where },
  { key: "now", head: "Now", width: 78, num: true, cell: (row) => decimal(row.used, { places: 0 }) },
  { key: "max", head: "At most", width: 86, num: true, cell: (row) => decimal(row.max, { places: 0 }) },
  { key: "bar", head: "Used", width: 130, cell: (row) => <LimitBar ratio={row.ratio} label={limitName(row.limit)} /> },
  {
    key: "ratio",
    head: "",
    width: 58,
    num: true,
    cell: (row) => <span class={row.ratio >= 1 ? "crit" : row.ratio >= WARN_RATIO ? "warn" : ""}>{percent(row.ratio, 0)}</span>,
  },
  { key: "state", head: "", width: 80, cell: (row) => limitMark(row.ratio) },
];

const HELD: readonly Column<Reservation>[] = [
  { key: "intent", head: "Reservation", width: 120, cls: "id", cell: (row) => row.intentId, whole: (row) => row.intentId },
  { key: "strategy", head: "Strategy", cell: (row) => row.strategyId, whole: (row) => row.strategyId },
  {
    key: "intent-text",
    head: "Intent",
    width: 190,
    cls: "t2",
    cell: (row) => `${row.side === "buy" ? "Buy" : "Sell"} ${decimal(row.quantity)} ${row.symbol}`,
  },
  { key: "worst", head: "Worst case", width: 100, num: true, cls: "strong", cell: (row) => decimal(row.notional, { places: 0 }) },
];

const REFUSED: readonly Column<ViolationRow>[] = [
  { key: "time", head: "Time", width: 76, cls: "t2", cell: (row) => clockTime(row.atMs) },
  { key: "code", head: "Reason code", width: 176, cell: (row) => <State form="diamond" tone="crit" text={row.code} /> },
  { key: "strategy", head: "Asked by", width: 110, cell: (row) => row.strategyId, whole: (row) => row.strategyId },
  { key: "symbol", head: "Symbol", width: 112, cls: "t2", cell: (row) => row.symbol },
  { key: "reason", head: "Reason", cell: (row) => row.reason, whole: (row) => row.reason },
];

export function RiskView({ phone }: { phone: boolean }) {
  const risk = useAsk<RiskState>("risk/limits", 1_000);
  const refused = useAsk<{ items: ViolationRow[] }>("risk/violations?limit=100", 2_000);
  const lock = phone ? "limits are read-only on a small screen" : lockedFor("risk:write");
  useKeys({ l: () => lock === null && (dialog.value = { kind: "limits" }) });
  return (
    <main class="risk" id="main" tabIndex={-1}>
      <LimitsPanel risk={risk.value.value} problem={risk.problem.value} again={risk.again} lock={lock} />
      <ExposurePanel />
      <ReservedPanel risk={risk.value.value} problem={risk.problem.value} again={risk.again} />
      <Panel
        title="Violations"
        note={refused.value.value === null ? "" : `${number(refused.value.value.items.length)} shown, newest first`}
        area="refused"
        fixed
      >
        <Await
          value={refused.value.value?.items ?? null}
          problem={refused.problem.value}
          retry={refused.again}
          columns={[50, 100, 80, 60, 200]}
        >
          {(rows) =>
            rows.length === 0 ? (
              <Empty title="Nothing was refused" />
            ) : (
              <Table
                label="Violations"
                columns={REFUSED}
                rows={rows}
                rowKey={(row) => `${row.intentId}|${row.code}|${row.atMs}`}
                minWidth={620}
              />
            )
          }
        </Await>
      </Panel>
    </main>
  );
}

interface RiskProps {
  readonly risk: RiskState | null;
  readonly problem: ReturnType<typeof useAsk>["problem"]["value"];
  readonly again: () => void;
}

function LimitsPanel({ risk, problem, again, lock }: RiskProps & { lock: string | null }) {
  const near = (risk?.use ?? []).filter((row) => row.ratio >= WARN_RATIO).length;
  const note = (
    <span class="row">
      {risk === null ? "" : `v${risk.limitsVersion}, most used first`}
      {near > 0 && (
        <span class="chip warn">
          <Mark form="triangle" /> {near} past 80 %
        </span>
      )}
    </span>
  );
  const change = (
    <Button locked={lock} onClick={() => (dialog.value = { kind: "limits" })}>
      Change… <Kbd>L</Kbd>
    </Button>
  );
  return (
    <Panel title="Limits" note={note} right={change} area="limits" fixed>
      <Await value={risk} problem={problem} retry={again} columns={[120, 80, 60, 60, 100]}>
        {(state) => (
          <div class="limits">
            <Table
              label="Use of limits"
              columns={USE}
              rows={[...state.use].sort((a, b) => b.ratio - a.ratio)}
              rowKey={(row) => `${row.limit}|${row.where}`}
              minWidth={640}
            />
            <p class="limits-more t2">
              Also: price within {number(state.limits.maxPriceDeviationBps)} bp of the mid, book heard from within{" "}
              {number(state.limits.maxBookAgeMs)} ms, daily loss at most {decimal(state.limits.maxDailyLoss, { places: 0 })}.
            </p>
          </div>
        )}
      </Await>
    </Panel>
  );
}

function ReservedPanel({ risk, problem, again }: RiskProps) {
  const held = decimal(sumDecimals((risk?.reservations ?? []).map((row) => row.notional)), { places: 0 });
  return (
    <Panel title="Reservation ledger" note="reserve first, then send" area="reserved" fixed>
      <Await value={risk} problem={problem} retry={again} columns={[80, 80, 120, 60]}>
        {(state) =>
          state.reservations.length === 0 ? (
            <Empty title="Nothing is reserved" />
          ) : (
            <Table
              label="Reservations"
              columns={HELD}
              rows={state.reservations}
              rowKey={(row) => row.intentId}
              foot={["Held now", "", "", held]}
              minWidth={480}
            />
          )
        }
      </Await>
    </Panel>
  );
}
