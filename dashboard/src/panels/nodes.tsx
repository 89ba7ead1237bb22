/**
 * Nodes and the actors on them, one square each: filled is active, hollow sleeps, framed wakes, a diamond fails.
 * One path per form and group, so thousands of squares cost a handful of elements.
 */
import { signal } from "@preact/signals";
import type { ActorRow, NodeRow } from "../../../domain/contract/views.ts";
import { age, number, percent } from "../model/format.ts";
import { squareBoard, type SquareForm, type SquareGroup } from "../model/actors.ts";
import { Button, Segments } from "../parts/basics.tsx";
import { Mark } from "../parts/mark.tsx";
import { Empty, Loading, Panel } from "../parts/panel.tsx";
import { dialog } from "../state/choice.ts";
import { isSending, lockedFor } from "../state/commands.ts";
import { sections } from "../state/floor.ts";

const by = signal<"node" | "kind">("node");
const LOOP_WARN_MS = 10;
const CPU_WARN_RATIO = 0.9;
const ACROSS = 11;
const PITCH = 8;

export function NodesPanel({ actors }: { actors: readonly ActorRow[] }) {
  const nodes = sections.nodes.value;
  const health = sections.health.value;
  const board = squareBoard(actors, by.value);
  const dead = health === null ? 0 : health.nodesTotal - health.nodesUp;
  const note = health === null ? "" : `${health.nodesUp} alive, ${dead > 0 ? `${dead} dead, ` : ""}${number(actors.length)} actors`;
  const right = (
    <>
      <span class="row legend panel-note wide-only">
        <Legend form="active" text="active" />
        <Legend form="passive" text="passive" />
        <Legend form="waking" text="waking" />
        <Legend form="failing" text="failing" />
        {board.each > 1 && <span>one stands for {board.each}</span>}
      </span>
      <Segments
        label="Grouped"
        choices={[
          { value: "node", text: "By node" },
          { value: "kind", text: "By kind" },
        ]}
        value={by.value}
        onChoose={(value) => (by.value = value)}
      />
    </>
  );
  const names =
    by.value === "node" ? [...new Set([...Object.keys(nodes ?? {}), ...board.columns.keys()])].sort() : [...board.columns.keys()];
  return (
    <Panel title="Nodes and actors" note={note} right={right} area="nodes">
      {nodes === null ? (
        <Loading columns={[120, 120, 120, 120]} />
      ) : names.length === 0 ? (
        <Empty title="No node has reported yet" />
      ) : (
        <div class="nodes">
          {names.map((name) => (
            <div key={name} class="node">
              {by.value === "node" ? <NodeFacts name={name} node={nodes[name]} /> : <b class="node-name">{name}</b>}
              <div class="groups">
                {(board.columns.get(name) ?? []).map((group) => (
                  <Group key={group.name} group={group} />
                ))}
              </div>
            </div>
          ))}
        </div>
      )}
    </Panel>
  );
}

function NodeFacts({ name, node }: { name: string; node: NodeRow | undefined }) {
  if (node === undefined) {
    return (
      <div class="node-facts">
        <b class="node-name">
          <Mark form="diamond" tone="crit" /> {name}
        </b>
        <span class="crit">not heard from</span>
      </div>
    );
  }
  const isOneOfSeveral = Object.keys(sections.nodes.value ?? {}).length > 1;
  const cpuWarn = node.cpuRatio >= CPU_WARN_RATIO;
  const loopWarn = node.loopP99Ms >= LOOP_WARN_MS;
  const facts: readonly (readonly [string, string, boolean])[] = [
    ["cpu", percent(node.cpuRatio, 0), cpuWarn],
    ["loop p99", `${number(node.loopP99Ms, 1)} ms`, loopWarn],
    ["heap", `${number(node.heapMb)} MB`, false],
    ["rss", `${number(node.rssMb)} MB`, false],
    ["up", age(node.upMs), false],
    ["waiting", number(node.waiting), false],
    ["books", `${number(node.feedsLive)} of ${number(node.feedsTotal)}`, node.feedsLive < node.feedsTotal],
  ];
  return (
    <div class="node-facts">
      <b class="node-name">
        <Mark form={node.draining ? "arrow" : "dot"} /> {name}
        {isOneOfSeveral && !node.draining && (
          <Button
            tone="node-drain"
            label={`Drain ${name}`}
            locked={isSending(`node:${name}`) ? "sending" : lockedFor("risk:write")}
            onClick={() => (dialog.value = { kind: "drain", node: name })}
          >
            Drain…
          </Button>
        )}
      </b>
      <span class="t2 cut" title={node.roles.join(", ")}>
        {node.draining ? "draining: " : ""}
        {node.roles.join(", ")}
      </span>
      <dl>
        {facts.map(([fact, value, warn]) => (
          <div key={fact}>
            <dt class="t2">{fact}</dt>
            <dd class={warn ? "warn" : ""}>
              {warn && <Mark form="triangle" />} {value}
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

function Group({ group }: { group: SquareGroup }) {
  return (
    <div class="group">
      <span class="t2 cut" title={group.name}>
        {group.name}
      </span>
      <b>{number(group.count)}</b>
      <Squares squares={group.squares} label={`${group.name}: ${summary(group)}`} />
    </div>
  );
}

function summary(group: SquareGroup): string {
  const counts = new Map<SquareForm, number>();
  for (const form of group.squares) counts.set(form, (counts.get(form) ?? 0) + 1);
  return [...counts].map(([form, count]) => `${count} ${form}`).join(", ");
}

const DRAWN: Readonly<Record<SquareForm, (x: number, y: number) => string>> = {
  active: (x, y) => `M${x} ${y}h6v6h-6z`,
  passive: (x, y) => `M${x} ${y}h6v6h-6zM${x + 1} ${y + 1}v4h4v-4z`,
  waking: (x, y) => `M${x} ${y}h6v6h-6zM${x + 2} ${y + 2}v2h2v-2z`,
  failing: (x, y) => `M${x + 3} ${y - 0.8}l3.800 3.800l-3.800 3.800l-3.800 -3.800z`,
};

function Squares({ squares, label }: { squares: readonly SquareForm[]; label: string }) {
  const paths: Record<SquareForm, string> = { active: "", passive: "", waking: "", failing: "" };
  squares.forEach((form, at) => {
    paths[form] += DRAWN[form]((at % ACROSS) * PITCH + 1, Math.floor(at / ACROSS) * PITCH + 1);
  });
  const height = Math.max(1, Math.ceil(squares.length / ACROSS)) * PITCH;
  return (
    <svg class="squares" width={ACROSS * PITCH} height={height} viewBox={`0 0 ${ACROSS * PITCH} ${height}`} role="img" aria-label={label}>
      {(Object.keys(paths) as SquareForm[]).map(
        (form) => paths[form] !== "" && <path key={form} class={`square-${form}`} fill-rule="evenodd" d={paths[form]} />,
      )}
    </svg>
  );
}

function Legend({ form, text }: { form: SquareForm; text: string }) {
  return (
    <span class="state">
      <svg width="8" height="8" viewBox="0 0 8 8" aria-hidden="true">
        <path class={`square-${form}`} fill-rule="evenodd" d={DRAWN[form](1, 1)} />
      </svg>
      {text}
    </span>
  );
}
