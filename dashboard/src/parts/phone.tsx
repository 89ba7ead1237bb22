/** The small screen's own frame: a short top with mode and health; switch and tabs at the thumb. */
import { number } from "../model/format.ts";
import { dialog } from "../state/choice.ts";
import { sections, streamRate } from "../state/floor.ts";
import { PhoneSwitch } from "./switch.tsx";
import { ClockOffset, isCurrent, Mode, Share, shownTabs } from "./topbar.tsx";

export function PhoneTop() {
  const health = sections.health.value;
  const replay = sections.floor.value?.replay ?? null;
  return (
    <header class="top phone-top">
      <div class="brand">
        <Mode />
      </div>
      <span class="grow" />
      <dl class="phone-health">
        <div>
          <dt>Nodes</dt>
          <dd>{health === null ? "—" : <Share up={health.nodesUp} total={health.nodesTotal} />}</dd>
        </div>
        <div>
          <dt>Clock</dt>
          <dd>
            <ClockOffset />
          </dd>
        </div>
        <div>
          <dt>Feeds</dt>
          <dd>{health === null ? "—" : <Share up={health.feedsLive} total={health.feedsTotal} />}</dd>
        </div>
        <div>
          <dt>{replay === null ? "stream" : "replay"}</dt>
          <dd>{replay === null ? `${streamRate.value} Hz` : `${number(replay.progressRatio * 100)} %`}</dd>
        </div>
      </dl>
    </header>
  );
}

export function PhoneBar() {
  return (
    <footer class="phone-bar">
      <PhoneSwitch />
      <nav class="phone-tabs" aria-label="Views">
        {shownTabs().map((tab) => (
          <a key={tab.view} href={`#/${tab.view}`} aria-current={isCurrent(tab.view) ? "page" : undefined}>
            {tab.name}
          </a>
        ))}
        <button type="button" onClick={() => (dialog.value = { kind: "settings" })}>
          More
        </button>
      </nav>
    </footer>
  );
}
