/** Confirmations of what is done to nodes: hand an actor over to one, empty one. */
import { useState } from "preact/hooks";
import { number } from "../model/format.ts";
import { Button, Kbd } from "../parts/basics.tsx";
import { closeDialog, Modal } from "../parts/dialog.tsx";
import { lockedFor } from "../state/commands.ts";
import { sections } from "../state/floor.ts";
import { drainNode, moveActor } from "../state/node-commands.ts";

const keep = (
  <Button tone="big" onClick={closeDialog}>
    Back <Kbd>Esc</Kbd>
  </Button>
);

export function MoveDialog({ actorId }: { actorId: string }) {
  const from = Object.values(sections.actors.value ?? {}).find((row) => row.actorId === actorId)?.node;
  const nodes = sections.nodes.value ?? {};
  const roles = from === undefined ? [] : (nodes[from]?.roles ?? []);
  // The gateway knows which of them hosts its kind, and says so; here those without any role in common are left out.
  const others = Object.values(nodes)
    .filter((node) => node.nodeId !== from && !node.draining && node.roles.some((role) => roles.includes(role)))
    .map((node) => node.nodeId)
    .sort();
  const [chosen, choose] = useState(others[0] ?? "");
  const locked = lockedFor("risk:write") ?? (others.includes(chosen) ? null : "choose a node");
  const send = (): void => {
    closeDialog();
    void moveActor(actorId, chosen);
  };
  return (
    <Modal
      narrow
      title={`Move ${actorId}?`}
      foot={
        <>
          {keep}
          <Button tone="big" locked={locked} onClick={send}>
            Move
          </Button>
        </>
      }
    >
      {others.length === 0 ? (
        <p>No other node shares a role with {from ?? "its node"}.</p>
      ) : (
        <label class="field">
          <span>From {from ?? "—"} to</span>
          <select class="input" aria-label="Node" value={chosen} onChange={(event) => choose(event.currentTarget.value)}>
            {others.map((node) => (
              <option key={node} value={node}>
                {node}
              </option>
            ))}
          </select>
        </label>
      )}
      <p class="t2">It ends after the message it handles, and wakes there from the journal. It stays there while that node lives.</p>
    </Modal>
  );
}

export function DrainDialog({ node }: { node: string }) {
  const actors = sections.nodes.value?.[node]?.actors ?? 0;
  const send = (): void => {
    closeDialog();
    void drainNode(node);
  };
  return (
    <Modal
      narrow
      title={`Drain ${node}?`}
      foot={
        <>
          {keep}
          <Button tone="big" locked={lockedFor("risk:write")} onClick={send}>
            Drain
          </Button>
        </>
      }
    >
      <p>Its actors ({number(actors)}) move to nodes that host their kinds; those that no other node hosts stay.</p>
      <p class="t2">Nothing new is placed on it until it is started again. Trading goes on.</p>
    </Modal>
  );
}
