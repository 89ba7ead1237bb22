/**
 * The top bar: is it real money, how is the mesh, up or down, and the switch. Healthy is grey; a mark asks for attention.
 */
import type { ComponentChildren } from "preact";
import { route } from "../app/route.ts";
import { decimal, number, percent, smallPercent } from "../model/format.ts";
import { dayTone, equityStale } from "../panels/equity.tsx";
import { link, live, modeName, sections } from "../state/floor.ts";
import { may } from "../state/session.ts";
import { Figure, Skeleton } from "./basics.tsx";
import { Mark } from "./mark.tsx";
import { TradingSwitch } from "./switch.tsx";

export const TABS = [
  { view: "floor", name: "Floor", key: "1", permission: null },
  { view: "actors", name: "Actors", key: "2", permission: "system:read" },
  { view: "risk", name: "Risk", key: "3", permission: "risk:read" },
  { view: "research", name: "Research", key: "4", permission: "research:read" },
] as const;

export function shownTabs() {
  return TABS.filter((tab) => tab.permission === null || may(tab.permission));
}

export function isCurrent(view: string): boolean {
  return route.value.view === view || (view === "floor" && route.value.view === "strategy");
}

export function Mode() {
  const floor = sections.floor.value;
  if (floor === null) return <Skeleton width={64} />;
  return (
    <>
      <span class={`mode ${floor.mode === "live" ? "" : "simulated"}`}>{modeName(floor.mode)}</span>
      <span class="desk">
        {floor.mode === "live" ? "real money" : floor.mode === "paper" ? "simulated money" : "orders not sent"}
        <br />
        {floor.desk}
      </span>
    </>
  );
}

function Stat({ name, children, cls = "", width }: { name: ComponentChildren; children: ComponentChildren; cls?: string; width?: number }) {
  return (
    <div class={`stat ${cls}`} style={width === undefined ? undefined : { minWidth: `${width}px` }}>
      <span>{name}</span>
      <span>{children}</span>
    </div>
  );
}

export function Share({ up, total }: { up: number; total: number }) {
  const lost = total - up;
  const bad = lost > 0;
  return (
    <>
      {bad && <Mark form={up * 2 < total ? "diamond" : "triangle"} tone={up * 2 < total ? "crit" : "warn"} />} {up}/{total}
    </>
  );
}

const OFFSET_LIMIT_MS = 50;

export function ClockOffset() {
  const offset = sections.health.value?.clockOffsetMs ?? null;
  if (offset === null) return <span class="t3">—</span>;
  const bad = Math.abs(offset) > OFFSET_LIMIT_MS;
  return (
    <span class={bad ? "warn" : ""}>
      {bad && <Mark form="triangle" />} {number(offset, 1, true)} ms
    </span>
  );
}

function Stats() {
  const health = sections.health.value;
  const pnl = sections.pnl.value;
  const stale = equityStale();
  return (
    <>
      <Replay />
      <Stat name="Nodes" cls="wide-only" width={66}>
        {health === null ? "—" : <Share up={health.nodesUp} total={health.nodesTotal} />}
      </Stat>
      <Stat name="Feeds" width={66}>
        {health === null ? "—" : <Share up={health.feedsLive} total={health.feedsTotal} />}
      </Stat>
      <Stat name="Clock" cls="wide-only" width={84}>
        <ClockOffset />
      </Stat>
      {health !== null && !health.journalOk && (
        <Stat name="Journal">
          <span class="crit">
            <Mark form="diamond" /> failing
          </span>
        </Stat>
      )}
      <Stat
        name={
          <span class={stale ? "warn" : ""}>
            Equity, {pnl?.currency ?? "USDT"}
            {stale ? ", part stale" : ""}
          </span>
        }
        width={124}
      >
        {pnl === null ? "—" : <Figure text={`${stale ? "≈ " : ""}${decimal(pnl.equity, { places: 2 })}`} />}
      </Stat>
      <Stat name="Day P&L" width={136}>
        {pnl === null ? (
          "—"
        ) : (
          <span class={stale ? "t1" : dayTone(pnl)}>
            <Figure text={`${stale ? "≈ " : ""}${decimal(pnl.dayPnl, { places: 2, signed: true })}`} /> {smallPercent(pnl.dayPnlRatio)}
          </span>
        )}
      </Stat>
    </>
  );
}

function Replay() {
  const replay = sections.floor.value?.replay;
  if (replay === null || replay === undefined) return null;
  const text = replay.finished ? "finished" : percent(replay.progressRatio, 0);
  return (
    <Stat
      name={
        <span title={replay.file}>
          Replay{replay.malformed > 0 ? <span class="warn">, {number(replay.malformed)} bad lines</span> : ""}
        </span>
      }
      width={92}
    >
      <span
        class="replay"
        role="progressbar"
        aria-label={`Replay of ${replay.file}`}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(replay.progressRatio * 100)}
      >
        <span class="replay-bar">
          <i style={{ width: `${Math.min(100, replay.progressRatio * 100)}%` }} />
        </span>
        {text}
      </span>
    </Stat>
  );
}

export function TopBar() {
  return (
    <header class="top">
      <div class="brand">
        <b>DSTA</b>
        <Mode />
      </div>
      {/* First in the order of focus, last in sight. */}
      <TradingSwitch />
      <nav class="tabs" aria-label="Views">
        {shownTabs().map((tab) => (
          <a key={tab.view} href={`#/${tab.view}`} aria-current={isCurrent(tab.view) ? "page" : undefined}>
            {tab.name} <small aria-hidden="true">{tab.key}</small>
          </a>
        ))}
      </nav>
      <span class="grow" />
      <div class={`stats ${link.value.phase === "lost" ? "frozen" : ""}`}>
        <Stats />
      </div>
      {live.value && <span class="unseen">Real money</span>}
    </header>
  );
}
