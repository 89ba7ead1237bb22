/**
 * The trading switch: active, reducing, halted, holding, sending. Pointer, Space or Enter held for one second makes
 * trading safer; the way back opens the resume dialog.
 */
import type { ComponentChildren } from "preact";
import type { TradingState } from "../../../domain/contract/views.ts";
import { dialog } from "../state/choice.ts";
import { isSending } from "../state/commands.ts";
import { cancelHold, holding, startHold, SWITCH_KEY, switchLock, tradingState, type SafeState } from "../state/switch.ts";
import { Kbd } from "./basics.tsx";
import { Mark } from "./mark.tsx";

function holdLabel(target: SafeState, now: boolean, locked: string | null): string {
  const name = target === "halted" ? "Halt" : "Reducing only";
  if (now) return `${name}, in force`;
  return locked === null ? `${name}: hold for one second` : `${name}: locked, ${locked}`;
}

/** A button that acts after one second of holding. `thumb` is the large form of the phone. */
export function HoldButton({ target, children, tone }: { target: SafeState; children: ComponentChildren; tone: string }) {
  const held = holding.value?.target === target ? holding.value : null;
  const locked = switchLock(target);
  const now = tradingState.value === target;
  const press = (event: Event): void => {
    event.preventDefault();
    if (event.currentTarget instanceof HTMLElement) event.currentTarget.focus();
    startHold(target);
  };
  return (
    <button
      type="button"
      class={`${tone} ${now ? `now-${target}` : ""}`}
      aria-pressed={now}
      aria-disabled={locked !== null && !now}
      aria-label={holdLabel(target, now, locked)}
      title={locked ?? "Hold for one second"}
      onPointerDown={(event) => event.button === 0 && press(event)}
      onPointerLeave={cancelHold}
      onKeyDown={(event) => (event.key === " " || event.key === "Enter") && !event.repeat && press(event)}
      onBlur={cancelHold}
      onContextMenu={(event) => event.preventDefault()}
    >
      {held === null ? children : <span class="hold-text">Hold {(held.leftMs / 1_000).toFixed(1)} s</span>}
      {held !== null && <span class="hold-bar" aria-hidden="true" />}
    </button>
  );
}

function activeTitle(now: TradingState | null, locked: string | null): string {
  if (now === "active") return "Trading is active";
  return locked ?? "Review and resume…";
}

export function TradingSwitch() {
  const now = tradingState.value;
  const locked = switchLock("active");
  const sending = isSending(SWITCH_KEY);
  return (
    <div class="switch-area">
      <div class="switch" role="group" aria-label="Trading switch" id="trading-switch">
        <button
          type="button"
          aria-pressed={now === "active"}
          aria-disabled={now !== "active" && locked !== null}
          title={activeTitle(now, locked)}
          onClick={() => {
            if (now !== "active" && locked === null) dialog.value = { kind: "resume" };
          }}
        >
          <Mark form="dot" tone={now === "active" ? "" : "t3"} /> Active
        </button>
        <HoldButton target="reducing" tone="seg-reducing">
          <Mark form="arrow" /> Reducing
        </HoldButton>
        <HoldButton target="halted" tone="seg-halt">
          <Mark form="octagon" tone={now === "halted" ? "" : "crit"} /> {now === "halted" ? "HALTED" : "Halt"}
        </HoldButton>
      </div>
      <span class="hold-hint">
        {sending ? (
          <b class="acc">sending</b>
        ) : (
          <>
            hold <Kbd>⇧H</Kbd>
          </>
        )}
      </span>
      <span class="unseen" role="status">
        {sending ? "Trading switch: sending" : now === null ? "" : `Trading is ${now}`}
      </span>
    </div>
  );
}

/** The switch at the thumb. */
export function PhoneSwitch() {
  const now = tradingState.value;
  const sending = isSending(SWITCH_KEY);
  return (
    <div class="phone-switch" role="group" aria-label="Trading switch">
      <button
        type="button"
        class="phone-state"
        aria-label={`Trading is ${now ?? "unknown"}`}
        onClick={() => now !== "active" && now !== null && (dialog.value = { kind: "resume" })}
      >
        <Mark
          form={now === "halted" ? "octagon" : now === "reducing" ? "arrow" : "dot"}
          tone={now === "halted" ? "crit" : now === "reducing" ? "warn" : ""}
        />
        {sending ? "sending" : now === null ? "—" : now === "active" ? "Active" : "Resume…"}
      </button>
      <HoldButton target="reducing" tone="btn big thumb-wide">
        <Mark form="arrow" /> Reduce only
      </HoldButton>
      <HoldButton target="halted" tone="btn big danger thumb-wide">
        <Mark form="octagon" /> {now === "halted" ? "HALTED" : "Hold to halt"}
      </HoldButton>
    </div>
  );
}
