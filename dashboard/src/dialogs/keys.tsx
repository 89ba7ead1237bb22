/** All keys, and the settings of this browser. */
import { pair, theme, type Pair, type Theme } from "../app/settings.ts";
import { Button, Kbd, Segments } from "../parts/basics.tsx";
import { closeDialog, Modal } from "../parts/dialog.tsx";
import { sections } from "../state/floor.ts";
import { logout, session } from "../state/session.ts";

const KEYS: readonly (readonly [keys: readonly string[], text: string])[] = [
  [["1", "2", "3", "4"], "Floor, Actors, Risk, Research"],
  [["/"], "filter actors"],
  [["J", "K"], "next, previous row; in Research the trade"],
  [["↵"], "open the selected strategy"],
  [["Esc"], "back, close"],
  [["S"], "start or stop the selected strategy"],
  [["P"], "its parameters"],
  [["B"], "to the book"],
  [["N"], "start a new strategy"],
  [["E"], "events: all, warn, error, critical"],
  [["[", "]"], "previous, next strategy"],
  [["R"], "restart the selected actor"],
  [["L"], "change limits (Risk)"],
  [["⌘↵"], "run the form (Research)"],
  [["X"], "stop the run at work (Research)"],
  [["C"], "compare the ticked runs (Research)"],
  [["T"], "trials as a table (Research)"],
  [["⌘S"], "apply parameters (or Ctrl S)"],
  [["⇧X"], "cancel all orders"],
  [["⇧R"], "hold 1 s: reducing only"],
  [["⇧H"], "hold 1 s: halt"],
  [["Ctrl", "⇧H"], "the same inside a field"],
  [["← →"], "on the chart: walk the fills"],
  [["?"], "this list"],
];

const back = (
  <Button tone="big" onClick={closeDialog}>
    Close <Kbd>Esc</Kbd>
  </Button>
);

export function KeysDialog() {
  return (
    <Modal title="Keys" foot={back}>
      <div class="keys-list">
        {KEYS.map(([keys, text]) => (
          <>
            <span class="row" key={text} style={{ gap: "4px" }}>
              {keys.map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </span>
            <span class="t2">{text}</span>
          </>
        ))}
      </div>
      <p class="t3">Single keys rest inside fields. Charts: Lightweight Charts™, © TradingView, Inc., tradingview.com.</p>
    </Modal>
  );
}

const THEMES: readonly { value: Theme; text: string }[] = [
  { value: "system", text: "As the system" },
  { value: "dark", text: "Dark" },
  { value: "light", text: "Light" },
];
const PAIRS: readonly { value: Pair; text: string }[] = [
  { value: "default", text: "Teal and orange" },
  { value: "green-red", text: "Green and red" },
  { value: "red-up", text: "Red is up" },
];

export function SettingsDialog() {
  const user = session.value.phase === "in" ? session.value.user : null;
  return (
    <Modal
      narrow
      title="Settings"
      foot={
        <>
          <Button tone="big" onClick={() => void logout().catch(() => undefined)}>
            Sign out
          </Button>
          {back}
        </>
      }
    >
      <div class="field">
        <span>Theme</span>
        <Segments label="Theme" choices={THEMES} value={theme.value} onChoose={(value) => (theme.value = value)} />
      </div>
      <div class="field">
        <span>Gain and loss</span>
        <Segments label="Gain and loss" choices={PAIRS} value={pair.value} onChoose={(value) => (pair.value = value)} />
      </div>
      <p class="row">
        <b class="up">+502.31</b> <b class="dn">−118.40</b>
      </p>
      <p class="t2">
        Signed in as {user?.name ?? "nobody"} ({user?.role ?? "no role"}). DSTA {sections.floor.value?.version ?? ""}.
      </p>
    </Modal>
  );
}
