/** Actors: what runs where, what died, what could not be delivered. */
import { useMemo } from "preact/hooks";
import type { ActorRow, DeadLetterRow } from "../../../domain/contract/views.ts";
import { ActorsPanel, selectedActor } from "../panels/actor-table.tsx";
import { NodesPanel } from "../panels/nodes.tsx";
import { clockTime, decimal, latency, number } from "../model/format.ts";
import { Age } from "../parts/basics.tsx";
import { ActorStateMark, Mark } from "../parts/mark.tsx";
import { Empty, Loading, Panel } from "../parts/panel.tsx";
import { sections } from "../state/floor.ts";

export function ActorsView() {
  const known = sections.actors.value;
  const actors = useMemo(() => Object.values(known ?? {}), [known]);
  const chosen = actors.find((actor) => actor.actorId === selectedActor.value);
  return (
    <main class="actors" id="main" tabIndex={-1}>
      <NodesPanel actors={actors} />
      <ActorPanel actor={chosen} />
      <ActorsPanel actors={actors} />
      <LettersPanel letters={sections.deadLetters.value} />
    </main>
  );
}

function ActorPanel({ actor }: { actor: ActorRow | undefined }) {
  if (actor === undefined) {
    return (
      <Panel title="Actor" area="actor">
        <Empty title="No actor chosen">
          <span>Choose a row to see its supervision and its last error in full.</span>
        </Empty>
      </Panel>
    );
  }
  const facts: readonly (readonly [string, preact.ComponentChild])[] = [
    ["state", <ActorStateMark actor={actor} />],
    ["node", actor.node],
    ["epoch", decimal(actor.epoch)],
    ["mailbox", `${number(actor.mailbox)} of ${number(actor.mailboxCapacity)}`],
    ["handled", number(actor.processed)],
    ["messages a second", number(actor.messagesPerSecond)],
    ["p99", latency(actor.p99Us)],
    ["restarts", number(actor.restarts)],
    ["supervision", actor.supervision],
  ];
  return (
    <Panel title={actor.kind} note={actor.key} area="actor">
      <dl class="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt class="t2">{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {actor.lastError !== null && (
        <p class="notice">
          <b class="crit">Last error</b>
          {actor.lastErrorAtMs !== null && (
            <span class="t2">
              {" "}
              <Age atMs={actor.lastErrorAtMs} /> ago
            </span>
          )}
          <br />
          {actor.lastError}
        </p>
      )}
    </Panel>
  );
}

function LettersPanel({ letters }: { letters: readonly DeadLetterRow[] | null }) {
  const total = (letters ?? []).reduce((sum, letter) => sum + letter.count, 0);
  const note =
    total > 0 ? (
      <span class="chip warn">
        <Mark form="triangle" /> {number(total)}
      </span>
    ) : null;
  return (
    <Panel title="Dead letters" note={note} area="letters">
      {letters === null ? (
        <Loading columns={[60, 140, 20]} />
      ) : letters.length === 0 ? (
        <Empty title="None">
          <span>Every message was delivered.</span>
        </Empty>
      ) : (
        <ul class="letters">
          {letters.map((letter) => (
            <li key={letter.letterId} tabIndex={0}>
              <span class="t2">{clockTime(letter.atMs)}</span>
              <span>
                <b>{letter.actorId}</b>
                <br />
                {letter.message}: <span class="t2">{letter.reason}</span>
              </span>
              <span class="num">{number(letter.count)}</span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
