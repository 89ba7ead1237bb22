/** How far a job is, as one line: rewritten on a terminal, every ten seconds where the output is kept. */
import type { Clock } from "../../domain/kernel/clock.ts";
import type { JobProgress } from "../../research/jobs/job.ts";
import { ratioText, paramsText } from "../../research/report/number-text.ts";
import type { Terminal } from "../terminal.ts";

const REWRITE_MS = 200;
const LINE_MS = 10_000;
const CLEAR = "\r\u001b[K";

export class ProgressLine {
  readonly #terminal: Terminal;
  readonly #clock: Clock;
  readonly #unit: string;
  #shownAtMs: number;
  #isOpen = false;

  constructor(terminal: Terminal, clock: Clock, unit: string) {
    this.#terminal = terminal;
    this.#clock = clock;
    this.#unit = unit;
    this.#shownAtMs = clock.now();
  }

  show(progress: JobProgress): void {
    const { interactive } = this.#terminal;
    const nowMs = this.#clock.now();
    if (nowMs - this.#shownAtMs < (interactive ? REWRITE_MS : LINE_MS)) return;
    this.#shownAtMs = nowMs;
    this.#isOpen = interactive;
    this.#terminal.err(interactive ? `${CLEAR}${progressText(progress, this.#unit)}` : `${progressText(progress, this.#unit)}\n`);
  }

  /** What follows begins on a line of its own. */
  end(): void {
    if (this.#isOpen) this.#terminal.err(CLEAR);
    this.#isOpen = false;
  }
}

export function progressText(
  { done, total, running, skipped, etaMs, barsPerSecond, bestParams, bestMetrics }: JobProgress,
  unit: string,
): string {
  const sharpe = bestMetrics?.["sharpe"];
  const parts = [
    unit === "" ? `${total === 0 ? 0 : Math.floor((done / total) * 100)} %` : `${grouped(done)} of ${grouped(total)} ${unit}`,
    skipped > 0 ? `${grouped(skipped)} skipped` : "",
    running > 0 ? `${running} running` : "",
    barsPerSecond === null ? "" : `${speed(barsPerSecond)} bars/s`,
    etaMs === null ? "" : `${timeLeft(etaMs)} left`,
    bestParams === null ? "" : `best ${paramsText(bestParams)}${typeof sharpe !== "number" ? "" : ` (Sharpe ${ratioText(sharpe)})`}`,
  ];
  return parts.filter((part) => part !== "").join(", ");
}

function grouped(value: number): string {
  return value.toLocaleString("en-US");
}

function speed(perSecond: number): string {
  return perSecond >= 1e6 ? `${(perSecond / 1e6).toFixed(1)}M` : `${Math.round(perSecond / 1e3)}k`;
}

function timeLeft(ms: number): string {
  const seconds = Math.ceil(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
