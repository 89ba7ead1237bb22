/** Refused and unseen commands: the reason code, what it means, what can be done. They stay until dismissed. */
import { go } from "../app/route.ts";
import { clockTime } from "../model/format.ts";
import { dismiss, notices, type Notice } from "../state/commands.ts";
import { Button } from "./basics.tsx";
import { Mark } from "./mark.tsx";

export function Notices() {
  return (
    <div class="notices" role="alert">
      {notices.value.map((notice) => (
        <Card key={notice.id} notice={notice} />
      ))}
    </div>
  );
}

function Card({ notice }: { notice: Notice }) {
  const refused = notice.kind === "refused";
  const report = `${clockTime(notice.atMs)} ${notice.label}: ${notice.code} ${notice.text}`;
  return (
    <div class="notice-card">
      <div class="row">
        <b>{notice.label}</b>
        <span class="t2">{clockTime(notice.atMs)}</span>
        <span class="grow" />
        <span class={`chip ${refused ? "crit" : "warn"}`}>
          <Mark form={refused ? "diamond" : "unknown"} /> {refused ? "refused" : "not seen yet"}
        </span>
      </div>
      <p class={`notice ${refused ? "" : "warn-notice"}`}>
        <b class={refused ? "crit" : "warn"}>{notice.code}</b> {notice.text}
      </p>
      <div class="row">
        {notice.strategyId !== null && (
          <Button onClick={() => go({ view: "strategy", id: notice.strategyId ?? "" })}>Open {notice.strategyId}</Button>
        )}
        <Button onClick={() => void navigator.clipboard.writeText(report)}>Copy for a report</Button>
        <Button onClick={() => dismiss(notice.id)}>Dismiss</Button>
      </div>
    </div>
  );
}
