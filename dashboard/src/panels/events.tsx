/**
 * What the floor said: newest first, repeats joined, filtered by severity. Text that is cut shows whole on focus.
 */
import { useMemo } from "preact/hooks";
import type { EventRow, Severity } from "../../../domain/contract/views.ts";
import { clockTime, dayTime } from "../model/format.ts";
import { atLeast, countOf, eventText, groupEvents, type EventGroup } from "../model/events.ts";
import { Button, Segments } from "../parts/basics.tsx";
import { Mark, SeverityMark } from "../parts/mark.tsx";
import { Empty, Loading, Panel } from "../parts/panel.tsx";
import { severityFilter } from "../state/choice.ts";
import { sections } from "../state/floor.ts";

const count = (events: readonly EventRow[], severity: Severity): string => {
  const found = countOf(events, severity);
  return found === 0 ? "" : ` ${found}`;
};

export function EventsPanel() {
  const events = sections.events.value;
  const chosen = severityFilter.value;
  const groups = useMemo(() => groupEvents(atLeast(events ?? [], chosen)), [events, chosen]);
  const all = events ?? [];
  const choices: readonly { value: Severity; text: preact.ComponentChild }[] = [
    { value: "info", text: "All" },
    {
      value: "warn",
      text: (
        <>
          <Mark form="triangle" tone="warn" /> Warn{count(all, "warn")}
        </>
      ),
    },
    {
      value: "error",
      text: (
        <>
          <Mark form="diamond" tone="crit" /> Error{count(all, "error")}
        </>
      ),
    },
    {
      value: "critical",
      text: (
        <>
          <Mark form="octagon" tone="crit" /> Critical{count(all, "critical")}
        </>
      ),
    },
  ];
  const right = (
    <Segments label="Least severity shown" choices={choices} value={chosen} onChoose={(value) => (severityFilter.value = value)} />
  );
  return (
    <Panel title="Events" right={right} area="events">
      {events === null ? (
        <Loading rows={10} columns={[50, 10, 70, 240]} />
      ) : groups.length === 0 ? (
        <Empty title={chosen === "info" ? "Nothing has happened yet" : "Nothing this severe"}>
          {chosen !== "info" && <Button onClick={() => (severityFilter.value = "info")}>Show all</Button>}
        </Empty>
      ) : (
        <EventList groups={groups} />
      )}
    </Panel>
  );
}

function whole({ newest, subjects }: EventGroup): string {
  return `${dayTime(newest.atMs)} ${newest.source}: ${newest.text}${subjects.length > 1 ? ` (${subjects.join(", ")})` : ""}`;
}

export function EventList({ groups, withSource = true }: { groups: readonly EventGroup[]; withSource?: boolean }) {
  return (
    <ol class={`events ${withSource ? "" : "no-source"}`}>
      {groups.map((group) => (
        <li key={group.newest.eventId} class={group.newest.severity} tabIndex={0} title={whole(group)}>
          <span class="t2">{clockTime(group.newest.atMs)}</span>
          <SeverityMark severity={group.newest.severity} />
          {withSource && <span class="t2 cut">{group.speaker}</span>}
          <span class="event-text">{eventText(group)}</span>
          {group.count > 1 && <span class="t2">×{group.count}</span>}
        </li>
      ))}
    </ol>
  );
}
