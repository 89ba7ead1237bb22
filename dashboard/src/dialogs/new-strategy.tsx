/** Start a new strategy: definition, market, id, and the parameters its definition declares. */
import { useMemo, useState } from "preact/hooks";
import type { ParamValues, StrategyDefinitionView } from "../../../domain/contract/views.ts";
import { openStrategy } from "../panels/strategies.tsx";
import { Button, Kbd } from "../parts/basics.tsx";
import { closeDialog, Modal } from "../parts/dialog.tsx";
import { Await } from "../parts/panel.tsx";
import { ParamForm, readTexts, textsOf, type ParamTexts } from "../parts/param-form.tsx";
import { useAsk } from "../state/ask.ts";
import { lockedFor } from "../state/commands.ts";
import { live, strategies } from "../state/floor.ts";
import { instruments } from "../state/instruments.ts";
import { createStrategy } from "../state/strategy-commands.ts";

const ID = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/;

function freeId(definition: string, symbol: string): string {
  const base = `${definition}-${(symbol.split("/")[0] ?? "x").toLowerCase()}`;
  const taken = new Set(strategies.peek().map((row) => row.id));
  let number = 1;
  while (taken.has(`${base}-${number}`)) number += 1;
  return `${base}-${number}`;
}

/** `params` fills the form of `definition` in; null leaves its defaults. */
export function NewStrategyDialog({ definition, params }: { definition: string | null; params: ParamValues | null }) {
  const asked = useAsk<{ items: StrategyDefinitionView[] }>("strategies/definitions");
  const items = asked.value.value?.items;
  if (items === undefined || items.length === 0) {
    return (
      <Modal
        title="Start a strategy"
        foot={
          <Button tone="big" onClick={closeDialog}>
            Back <Kbd>Esc</Kbd>
          </Button>
        }
      >
        <Await value={items === undefined ? null : items} problem={asked.problem.value} retry={asked.again} columns={[120, 200]}>
          {() => <p>No strategy definition is installed.</p>}
        </Await>
      </Modal>
    );
  }
  return <Choose items={items} first={items.find((item) => item.name === definition) ?? items[0]!} params={params} />;
}

/** What is still needed; null when it can be started. */
function missing(id: string, symbol: string, wrong: readonly string[]): string | null {
  if (!ID.test(id)) return "an id of 1 to 64 letters, digits, '.', '_', ':' or '-'";
  if (strategies.value.some((row) => row.id === id)) return "an id that is not taken";
  if (symbol === "") return "a market";
  return wrong.length > 0 ? `a valid ${wrong.join(", ")}` : null;
}

interface ChooseProps {
  readonly items: readonly StrategyDefinitionView[];
  readonly first: StrategyDefinitionView;
  readonly params: ParamValues | null;
}

function Choose({ items, first, params }: ChooseProps) {
  const markets = useMemo(() => instruments.value.map((item) => `${item.venue} ${item.symbol}`), [instruments.value]);
  const [chosen, setChosen] = useState(first);
  const [market, setMarket] = useState(markets[0] ?? "");
  const [ownId, setOwnId] = useState<string | null>(null);
  const [texts, setTexts] = useState<ParamTexts>(textsOf(first.fields, params));
  const [venue = "", symbol = ""] = market.split(" ");
  const id = ownId ?? freeId(chosen.name, symbol);
  const { values, wrong } = readTexts(chosen.fields, texts);
  const problem = missing(id, symbol, wrong);
  const locked = lockedFor("strategy:write") ?? (problem === null ? null : `needs ${problem}`);
  const create = async (start: boolean): Promise<void> => {
    closeDialog();
    if (await createStrategy({ id, strategy: chosen.name, venue, symbol, params: values, start })) openStrategy(id);
  };
  const choose = (name: string): void => {
    const next = items.find((item) => item.name === name) ?? first;
    setChosen(next);
    setTexts(textsOf(next.fields, null));
  };
  return (
    <Modal title="Start a strategy" foot={<Foot locked={locked} create={create} />}>
      <div class="split">
        <div class="field">
          <span>Definition</span>
          <select class="input" aria-label="Definition" value={chosen.name} onChange={(event) => choose(event.currentTarget.value)}>
            {items.map((item) => (
              <option key={item.name} value={item.name}>{`${item.name} v${item.version}: ${item.title}`}</option>
            ))}
          </select>
        </div>
        <div class="field">
          <span>Venue and symbol</span>
          <select class="input" aria-label="Venue and symbol" value={market} onChange={(event) => setMarket(event.currentTarget.value)}>
            {markets.map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </div>
      </div>
      <label class="field">
        <span>Id</span>
        <input class="input" value={id} autocomplete="off" spellcheck={false} onInput={(event) => setOwnId(event.currentTarget.value)} />
      </label>
      <ParamForm
        idPrefix="new"
        fields={chosen.fields}
        texts={texts}
        current={null}
        onText={(name, text) => setTexts((before) => ({ ...before, [name]: text }))}
      />
      {problem !== null && (
        <p class="warn" role="status">
          Needs {problem}.
        </p>
      )}
    </Modal>
  );
}

function Foot({ locked, create }: { locked: string | null; create: (start: boolean) => Promise<void> }) {
  return (
    <>
      <Button tone="big" onClick={closeDialog}>
        Back <Kbd>Esc</Kbd>
      </Button>
      <Button tone="big" locked={locked} onClick={() => void create(false)}>
        Create stopped
      </Button>
      <Button tone="big primary" locked={locked} onClick={() => void create(true)}>
        {live.value ? "Start with real money" : "Start on paper"}
      </Button>
    </>
  );
}
