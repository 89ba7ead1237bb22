/** The footer: the keys that work here, and how the stream and the journal are. */
import { route } from "../app/route.ts";
import { dayTime, number } from "../model/format.ts";
import { dialog } from "../state/choice.ts";
import { link, nowMs, sections, streamGaps, streamRate } from "../state/floor.ts";
import { logout, session } from "../state/session.ts";
import { tradingState } from "../state/switch.ts";
import { Kbd } from "./basics.tsx";
import { Mark } from "./mark.tsx";
import { shownTabs } from "./topbar.tsx";

type Hint = readonly [keys: readonly string[], text: string];

function hints(): readonly Hint[] {
  const halt: Hint = [["⇧H"], tradingState.value === "halted" ? "already halted" : "hold 1 s: halt"];
  const views: Hint = [[`1–${shownTabs().length}`], "views"];
  const all: Hint = [["?"], "all keys"];
  switch (route.value.view) {
    case "strategy":
      return [
        [["Esc"], "back to Floor"],
        [["[", "]"], "prev, next"],
        [["S"], "start/stop"],
        [["P"], "params"],
        [["⌘S"], "apply"],
        halt,
        all,
      ];
    case "actors":
      return [views, [["/"], "filter"], [["J", "K"], "row"], [["R"], "restart"], halt, all];
    case "research":
      return [views, [["⌘↵"], "run"], [["X"], "stop run"], [["C"], "compare"], [["J", "K"], "trade"], [["T"], "trials"], halt, all];
    case "risk":
      return [views, [["L"], "change limits"], halt, all];
    default:
      return [
        views,
        [["J", "K"], "row"],
        [["↵"], "open"],
        [["S"], "start/stop"],
        [["P"], "params"],
        [["B"], "book"],
        [["N"], "new"],
        halt,
        all,
      ];
  }
}

export function Footer() {
  const user = session.value.phase === "in" ? session.value.user : null;
  const health = sections.health.value;
  const lost = link.value.phase === "lost";
  return (
    <footer class="foot">
      {hints().map(([keys, text]) => (
        <span class="foot-key" key={text}>
          {keys.map((key) => (
            <Kbd key={key}>{key}</Kbd>
          ))}
          {text}
        </span>
      ))}
      <span class="grow" />
      <span class={lost ? "crit" : ""} style={{ minWidth: "84px", textAlign: "right" }}>
        <Mark form={lost ? "diamond" : "small"} />{" "}
        {lost ? "stream lost" : link.value.phase === "live" ? `stream ${streamRate.value} Hz` : "connecting"}
      </span>
      <span>{streamGaps.value === 1 ? "1 gap" : `${number(streamGaps.value)} gaps`}</span>
      {health !== null && <span class={health.journalOk ? "" : "crit"}>journal {number(health.journalP50Ms, 1)} ms</span>}
      <button type="button" onClick={() => (dialog.value = { kind: "settings" })}>
        {user?.name ?? ""}, settings
      </button>
      <button type="button" onClick={() => void logout().catch(() => undefined)}>
        Sign out
      </button>
      <span style={{ minWidth: "124px", textAlign: "right" }}>{nowMs.value > 0 ? `${dayTime(nowMs.value)} UTC` : ""}</span>
    </footer>
  );
}
