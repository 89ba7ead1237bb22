/**
 * Banners under the top bar. Halted: who, when, why, what was cancelled, what is unknown, what is kept.
 * Disconnected: the page, not trading, is lost; how to halt without it.
 */
import { useEffect, useRef } from "preact/hooks";
import { clockTime, number } from "../model/format.ts";
import { dialog } from "../state/choice.ts";
import { link, nowMs, pageMs, retryFloor, sections } from "../state/floor.ts";
import { switchLock } from "../state/switch.ts";
import { Button } from "./basics.tsx";
import { Mark } from "./mark.tsx";

/** A loss shorter than this is a blip: commands lock at once, the banner waits. */
const BLIP_MS = 1_000;

export function Banners() {
  const lost = link.value.phase === "lost" && pageMs.value - (link.value.lostAtMs ?? 0) > BLIP_MS;
  return (
    <div class="banners">
      {lost && <Offline />}
      <Switched />
    </div>
  );
}

export function Offline() {
  const { lostAtMs, attempt, retryAtMs } = link.value;
  const waitS = Math.max(0, Math.ceil((retryAtMs - pageMs.value) / 1_000));
  return (
    <div class="banner offline" role="alert">
      <b class="crit">
        <Mark form="diamond" /> DISCONNECTED
      </b>
      <span>
        <b>This page lost the gateway. Trading goes on without it.</b> {nowMs.value > 0 && `Shown as of ${clockTime(nowMs.value)} UTC.`}
      </span>
      <span class="wide-only">
        To halt: <code>npx dsta halt</code> on any node, <code>halt</code> in the REPL.
      </span>
      <span class="grow" />
      <span class="t2" style={{ minWidth: "168px", textAlign: "right" }} aria-live="off">
        offline {Math.round((pageMs.value - (lostAtMs ?? pageMs.value)) / 1_000)} s, try {attempt} in {waitS} s
      </span>
      <Button onClick={retryFloor}>Retry now</Button>
    </div>
  );
}

function Switched() {
  const trading = sections.trading.value;
  const announced = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (announced.current !== null && trading?.state === "halted") announced.current.setAttribute("role", "alert");
  }, [trading?.state]);
  if (trading === null || trading.state === "active") return null;
  if (trading.state === "reducing") {
    return (
      <div class="banner reducing" role="status">
        <b class="warn">
          <Mark form="arrow" /> REDUCING {clockTime(trading.sinceMs)}
        </b>
        <span>
          by {trading.by}: {trading.reason}
        </span>
        <span>only orders that shrink exposure pass</span>
        <span class="grow" />
        <Button locked={switchLock("active")} onClick={() => (dialog.value = { kind: "resume" })}>
          Review and resume…
        </Button>
      </div>
    );
  }
  return (
    <div class="banner" ref={announced}>
      <b>
        <Mark form="octagon" /> HALTED {clockTime(trading.sinceMs)}
      </b>
      <span class="cut">
        by {trading.by}: {trading.reason}
      </span>
      <span>
        {number(trading.cancelled)} orders cancelled, {number(trading.unknown)} unknown
      </span>
      <span>{number(trading.kept)} positions kept</span>
      <span class="grow" />
      <Button tone="on-fill big" locked={switchLock("active")} onClick={() => (dialog.value = { kind: "resume" })}>
        Review and resume…
      </Button>
    </div>
  );
}
