/** The page: login or floor, the frame around every view, and the dialog of the moment. */
import { useEffect } from "preact/hooks";
import { signal } from "@preact/signals";
import { KeysDialog, SettingsDialog } from "../dialogs/keys.tsx";
import { LimitsDialog } from "../dialogs/limits.tsx";
import { NewStrategyDialog } from "../dialogs/new-strategy.tsx";
import { DrainDialog, MoveDialog } from "../dialogs/nodes.tsx";
import { ResumeDialog } from "../dialogs/resume.tsx";
import { ApplyDialog, CancelAllDialog, RestartDialog, StopDialog } from "../dialogs/small.tsx";
import { Banners } from "../parts/banners.tsx";
import { Footer } from "../parts/footer.tsx";
import { Notices } from "../parts/notices.tsx";
import { PhoneBar, PhoneTop } from "../parts/phone.tsx";
import { shownTabs, TopBar } from "../parts/topbar.tsx";
import { dialog, type Dialog } from "../state/choice.ts";
import { closeFloor, link, openFloor, sections, tellVisible } from "../state/floor.ts";
import { loadInstruments } from "../state/instruments.ts";
import { closeMarket, tellMarketVisible } from "../state/market.ts";
import { session } from "../state/session.ts";
import { ActorsView } from "../views/actors.tsx";
import { FloorView } from "../views/floor.tsx";
import { LoginView } from "../views/login.tsx";
import { ResearchView } from "../views/research.tsx";
import { RiskView } from "../views/risk.tsx";
import { StrategyView } from "../views/strategy.tsx";
import { useKeys } from "./keys.ts";
import { go, route } from "./route.ts";

const narrow = matchMedia("(max-width: 767px)");
const phone = signal(narrow.matches);
narrow.addEventListener("change", () => (phone.value = narrow.matches));

export function App() {
  const now = session.value;
  if (now.phase === "starting")
    return (
      <main class="login t2" aria-busy="true">
        Opening the floor…
      </main>
    );
  if (now.phase === "out") return <LoginView notice={now.notice} />;
  return <Floor />;
}

function Floor() {
  useEffect(() => {
    openFloor();
    void loadInstruments();
    const onVisible = (): void => {
      tellVisible(!document.hidden);
      tellMarketVisible(!document.hidden);
    };
    document.addEventListener("visibilitychange", onVisible);
    return () => {
      document.removeEventListener("visibilitychange", onVisible);
      dialog.value = null;
      closeMarket();
      closeFloor();
    };
  }, []);
  useKeys({
    1: () => openTab(0),
    2: () => openTab(1),
    3: () => openTab(2),
    4: () => openTab(3),
    "?": () => (dialog.value = { kind: "keys" }),
    Escape: () => (document.activeElement as HTMLElement | null)?.blur(),
  });
  const small = phone.value;
  const mode = sections.floor.value?.mode ?? "";
  return (
    <div class={`frame ${link.value.phase === "lost" ? "lost" : ""}`} data-mode={mode} data-view={route.value.view}>
      <a class="skip" href="#main" onClick={(event) => skip(event)}>
        Skip to the panels
      </a>
      {small ? <PhoneTop /> : <TopBar />}
      <Banners />
      <View small={small} />
      {small ? <PhoneBar /> : <Footer />}
      <Notices />
      {dialog.value !== null && <Opened key={JSON.stringify(dialog.value)} open={dialog.value} />}
    </div>
  );
}

function skip(event: Event): void {
  event.preventDefault();
  document.getElementById("main")?.focus();
}

function openTab(at: number): void {
  const tab = shownTabs()[at];
  if (tab !== undefined) go(tab.view === "research" ? { view: "research", run: null } : { view: tab.view });
}

function View({ small }: { small: boolean }) {
  const now = route.value;
  switch (now.view) {
    case "actors":
      return <ActorsView />;
    case "risk":
      return <RiskView phone={small} />;
    case "research":
      return <ResearchView run={now.run} phone={small} />;
    case "strategy":
      return <StrategyView id={now.id} phone={small} />;
    case "floor":
      return <FloorView phone={small} />;
  }
}

function Opened({ open }: { open: Dialog }) {
  switch (open.kind) {
    case "keys":
      return <KeysDialog />;
    case "settings":
      return <SettingsDialog />;
    case "new":
      return <NewStrategyDialog definition={open.definition} params={open.params ?? null} />;
    case "resume":
      return <ResumeDialog />;
    case "stop":
      return <StopDialog id={open.id} />;
    case "cancel-all":
      return <CancelAllDialog />;
    case "restart":
      return <RestartDialog actorId={open.actorId} />;
    case "move":
      return <MoveDialog actorId={open.actorId} />;
    case "drain":
      return <DrainDialog node={open.node} />;
    case "limits":
      return <LimitsDialog />;
    case "apply":
      return <ApplyDialog {...open} />;
  }
}
