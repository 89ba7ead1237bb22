/** The short confirmations: stop (keep or close the position), cancel all, restart an actor, apply parameters. */
import type { ParamValues } from "../../../domain/contract/views.ts";
import { decimal, number, signOf } from "../model/format.ts";
import type { ParamChange } from "../model/params.ts";
import { Button, Kbd } from "../parts/basics.tsx";
import { closeDialog, Modal } from "../parts/dialog.tsx";
import { lockedFor } from "../state/commands.ts";
import { orders, sections, strategies } from "../state/floor.ts";
import { applyParams, cancelAllOrders, restartActor, stopStrategy } from "../state/strategy-commands.ts";

const keep = (
  <Button tone="big" onClick={closeDialog}>
    Back <Kbd>Esc</Kbd>
  </Button>
);

export function StopDialog({ id }: { id: string }) {
  const row = strategies.value.find((strategy) => strategy.id === id);
  const open = orders.value.filter((order) => order.strategyId === id).length;
  const flat = signOf(row?.positionQuantity) === 0;
  const locked = lockedFor("strategy:write");
  const stop = (close: boolean) => () => {
    closeDialog();
    void stopStrategy(id, close);
  };
  return (
    <Modal
      narrow
      title={`Stop ${id}?`}
      foot={
        <>
          {keep}
          {!flat && (
            <Button tone="big" locked={locked} onClick={stop(true)}>
              Stop and close position
            </Button>
          )}
          <Button tone="big" locked={locked} onClick={stop(false)}>
            {flat ? "Stop" : "Stop, keep position"}
          </Button>
        </>
      }
    >
      <p>
        {open === 0 ? "It has no open order." : `Its ${number(open)} open ${open === 1 ? "order is" : "orders are"} cancelled.`}{" "}
        {flat ? "It holds no position." : `It holds ${decimal(row?.positionQuantity, { signed: true })} ${row?.symbol ?? ""}.`}
      </p>
      {!flat && (
        <p class="t2">
          Kept, the position stays in the account and nobody manages it. Closed, it is sold or bought back at market, through the same risk
          review.
        </p>
      )}
    </Modal>
  );
}

export function CancelAllDialog() {
  const rows = orders.value;
  const unknown = rows.filter((order) => order.status === "Unknown").length;
  const send = (): void => {
    closeDialog();
    void cancelAllOrders();
  };
  return (
    <Modal
      narrow
      title={`Cancel ${number(rows.length - unknown)} open orders?`}
      foot={
        <>
          {keep}
          <Button tone="big" locked={lockedFor("order:create")} onClick={send}>
            Cancel all orders
          </Button>
        </>
      }
    >
      <p>Each venue is asked to cancel. Running strategies may send new orders at once: halt to prevent that.</p>
      {unknown > 0 && <p class="warn">{unknown} unknown: looked up by client id, not cancelled blindly.</p>}
    </Modal>
  );
}

export function RestartDialog({ actorId }: { actorId: string }) {
  const actor = Object.values(sections.actors.value ?? {}).find((row) => row.actorId === actorId);
  const send = (): void => {
    closeDialog();
    void restartActor(actorId);
  };
  return (
    <Modal
      narrow
      title={`Restart ${actorId}?`}
      foot={
        <>
          {keep}
          <Button tone="big" locked={lockedFor("risk:write")} onClick={send}>
            Restart
          </Button>
        </>
      }
    >
      <p>
        It stops, and wakes from the journal with its state. Messages in its mailbox ({number(actor?.mailbox ?? 0)}) are handled after it
        woke.
      </p>
      <p class="t2">
        Supervision: {actor?.supervision ?? "—"}. Last error: {actor?.lastError ?? "none"}.
      </p>
    </Modal>
  );
}

interface ApplyProps {
  readonly id: string;
  readonly params: ParamValues;
  readonly changes: readonly ParamChange[];
  readonly version: number;
  readonly note: string;
}

export function ApplyDialog({ id, params, changes, version, note }: ApplyProps) {
  const send = (): void => {
    closeDialog();
    void applyParams(id, params, version, note);
  };
  return (
    <Modal
      narrow
      title={`Apply as v${version + 1} to ${id}?`}
      foot={
        <>
          {keep}
          <Button tone="big primary" locked={lockedFor("strategy:write")} onClick={send}>
            Apply as v{version + 1}
          </Button>
        </>
      }
    >
      <div class="before-after">
        <span class="t3">Parameter</span>
        <span class="t3 num">Before</span>
        <span />
        <span class="t3 num">After</span>
        {changes.map((change) => (
          <Line key={change.name} change={change} />
        ))}
      </div>
      <h3>Effect</h3>
      <p class="t2">
        Takes effect at once. The position is kept, the indicators are rebuilt and warm up from history. Version {version} stays in the
        journal and can be restored.
      </p>
    </Modal>
  );
}

function Line({ change }: { change: ParamChange }) {
  return (
    <>
      <b>{change.label}</b>
      <span class="num t2">{change.before}</span>
      <span class="t3">→</span>
      <span class="num acc">{change.after}</span>
    </>
  );
}
