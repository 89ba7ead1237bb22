/**
 * The floor as the page knows it: one signal per section of the stream, published once per animation frame.
 * A section that did not change keeps its reference, so only its readers repaint. While the link is lost everything
 * stays as last heard, and `link` says since when.
 */
import { batch, computed, signal, type Signal } from "@preact/signals";
import type { FloorDelta, FloorInfo, FloorState } from "../../../domain/contract/stream.ts";
import type { OrderRow, StrategyRow } from "../../../domain/contract/views.ts";
import { applyFloorDelta } from "../stream/apply.ts";
import { NumberedStream, type StreamPhase } from "../stream/numbered.ts";
import { accessToken, renew, tokenEndsSoon } from "./session.ts";

type Sections = { readonly [S in keyof FloorState]: Signal<FloorState[S] | null> };

export const sections: Sections = {
  floor: signal(null),
  trading: signal(null),
  health: signal(null),
  pnl: signal(null),
  equity: signal(null),
  strategies: signal(null),
  positions: signal(null),
  orders: signal(null),
  fills: signal(null),
  events: signal(null),
  nodes: signal(null),
  actors: signal(null),
  deadLetters: signal(null),
  research: signal(null),
};

export interface Link {
  readonly phase: "connecting" | "live" | "lost";
  /** Page time at which the link was lost; null while it is not. */
  readonly lostAtMs: number | null;
  readonly attempt: number;
  readonly retryAtMs: number;
}

export const link = signal<Link>({ phase: "connecting", lostAtMs: null, attempt: 0, retryAtMs: 0 });
/** Floor time, moving on between messages by at most 2 s: a lost floor stands still. */
export const nowMs = signal(0);
/** Page time, once a second, for what ages on this side. */
export const pageMs = signal(Date.now());
export const streamRate = signal(0);
export const streamGaps = signal(0);

export const loaded = computed(() => sections.floor.value !== null);
export const strategies = computed<StrategyRow[]>(() => Object.values(sections.strategies.value ?? {}));
export const orders = computed<OrderRow[]>(() => Object.values(sections.orders.value ?? {}).sort((a, b) => b.createdAtMs - a.createdAtMs));
export const live = computed(() => sections.floor.value?.mode === "live");
export const deskName = computed(() => sections.floor.value?.desk ?? "");

let stream: NumberedStream<FloorState, FloorDelta> | null = null;
let pendingState: FloorState | null = null;
let frame = 0;
let healthHeardAtMs = 0;
let ticker: ReturnType<typeof setInterval> | undefined;
let counted = 0;

export function socketUrl(path: string): string {
  return `${location.protocol === "https:" ? "wss:" : "ws:"}//${location.host}/api/v1/${path}`;
}

/** False when the login is over and trying again is pointless. */
export async function renewForStream(): Promise<boolean> {
  return tokenEndsSoon() ? (await renew()) !== "ended" : true;
}

export function openFloor(): void {
  stream?.close();
  stream = new NumberedStream<FloorState, FloorDelta>({
    url: () => socketUrl("trading/stream"),
    token: accessToken,
    renew: renewAfterLoss,
    apply: applyFloorDelta,
    onState: publish,
    onPhase: setPhase,
    onError: (type, message) => console.warn(`stream: ${type} ${message}`),
  });
  stream.open();
  ticker = setInterval(tick, 1_000);
}

export function closeFloor(): void {
  stream?.close();
  stream = null;
  clearInterval(ticker);
  cancelAnimationFrame(frame);
  frame = 0;
  pendingState = null;
  batch(() => {
    for (const section of Object.values(sections) as Signal<unknown>[]) section.value = null;
  });
}

export function retryFloor(): void {
  stream?.retryNow();
}

export function tellVisible(visible: boolean): void {
  stream?.tell({ type: "visible", visible });
}

/** A refused upgrade looks like any other loss, so after a failed try the login itself is questioned. */
async function renewAfterLoss(): Promise<boolean> {
  return link.value.attempt > 1 || tokenEndsSoon() ? (await renew()) !== "ended" : true;
}

function setPhase(next: StreamPhase): void {
  if (next.phase === "lost") {
    link.value = { phase: "lost", lostAtMs: link.value.lostAtMs ?? Date.now(), attempt: next.attempt, retryAtMs: next.retryAtMs };
  } else if (next.phase === "live") {
    if (link.value.phase !== "live") link.value = { phase: "live", lostAtMs: null, attempt: 0, retryAtMs: 0 };
    if (document.hidden) tellVisible(false);
  }
}

function publish(state: FloorState): void {
  pendingState = state;
  if (frame === 0) frame = requestAnimationFrame(paint);
}

function paint(): void {
  frame = 0;
  const state = pendingState;
  if (state === null) return;
  batch(() => {
    if (sections.health.value !== state.health) {
      healthHeardAtMs = Date.now();
      nowMs.value = state.health.nowMs;
    }
    for (const name of Object.keys(sections) as (keyof FloorState)[]) assign(name, state);
  });
}

function assign<S extends keyof FloorState>(name: S, state: FloorState): void {
  const target = sections[name] as Signal<FloorState[S] | null>;
  if (target.value !== state[name]) target.value = state[name];
}

function tick(): void {
  batch(() => {
    pageMs.value = Date.now();
    const health = sections.health.value;
    if (health !== null && link.value.phase === "live") nowMs.value = health.nowMs + Math.min(2_000, Date.now() - healthHeardAtMs);
    streamRate.value = (stream?.messages ?? 0) - counted;
    counted = stream?.messages ?? 0;
    streamGaps.value = stream?.gaps ?? 0;
  });
}

/** LIVE, PAPER or DRY RUN. */
export function modeName(mode: FloorInfo["mode"]): string {
  return mode === "live" ? "LIVE" : mode === "paper" ? "PAPER" : "DRY RUN";
}
