/**
 * States by form as well as colour: a dot runs, half a dot warms up, an arrow reduces, a diamond failed, an octagon
 * halted, a triangle warns, hollow forms are unknown, passive or stopped.
 */
import type { ActorRow, OrderRow, Severity, StrategyRow } from "../../../domain/contract/views.ts";
import { bookStale } from "../model/strategies.ts";

export type Form =
  | "dot"
  | "half"
  | "arrow"
  | "diamond"
  | "octagon"
  | "triangle"
  | "unknown"
  | "hollow"
  | "square"
  | "bars"
  | "check"
  | "small";

const PATHS: Readonly<Record<Form, string>> = {
  dot: "M5 1.5a3.5 3.5 0 1 0 0 7a3.5 3.5 0 1 0 0-7z",
  half: "M5 1a4 4 0 1 0 0 8a4 4 0 1 0 0-8zm0 1.2v5.6a2.8 2.8 0 0 0 0-5.6z",
  arrow: "M4.3 1h1.4v5l1.8-1.9 1 1L5 9 1.500 5.100l1-1L4.300 6z",
  diamond: "M5 0.500L9.500 5L5 9.500L0.500 5z",
  octagon: "M3.100 0.500h3.800L9.500 3.100v3.800L6.900 9.500H3.100L0.500 6.900V3.100z",
  triangle: "M5 0.800L9.600 9.200H0.400z",
  unknown: "M5 0.400L9.600 5L5 9.600L0.400 5zM5 2.300L2.300 5L5 7.700L7.700 5z",
  hollow: "M5 1.200a3.800 3.800 0 1 0 0 7.600a3.800 3.800 0 1 0 0-7.600zm0 1.400a2.400 2.400 0 1 1 0 4.800a2.400 2.400 0 1 1 0-4.800z",
  square: "M1.200 1.200h7.600v7.600H1.200zM2.600 2.600v4.800h4.800V2.600z",
  bars: "M2 1.200h2.200v7.600H2zM5.800 1.200H8v7.600H5.800z",
  check: "M1 5.300l1.100-1.100 1.900 1.900 3.900-4.100L9 3.100l-5 5.200z",
  small: "M5 3.500a1.500 1.500 0 1 0 0 3a1.500 1.500 0 1 0 0-3z",
};

export function Mark({ form, tone = "" }: { form: Form; tone?: string }) {
  return (
    <svg class={`mark ${tone}`} viewBox="0 0 10 10" fill="currentColor" fill-rule="evenodd" aria-hidden="true">
      <path d={PATHS[form]} />
    </svg>
  );
}

export function State({ form, tone, text }: { form: Form; tone: string; text: string }) {
  return (
    <span class={`state ${tone}`}>
      <Mark form={form} />
      {text}
    </span>
  );
}

const STRATEGY: Readonly<Record<StrategyRow["state"], readonly [Form, string, string]>> = {
  running: ["dot", "", "Running"],
  "warm-up": ["half", "acc", "Warm-up"],
  reducing: ["arrow", "warn", "Reducing"],
  paused: ["bars", "t2", "Paused"],
  stopped: ["square", "t3", "Stopped"],
  failed: ["diamond", "crit", "Failed"],
  halted: ["octagon", "halted-state", "Halted"],
};

export function StrategyStateMark({ row }: { row: StrategyRow }) {
  if (row.state === "running" && bookStale(row)) return <State form="triangle" tone="warn" text="Book stale" />;
  const [form, tone, text] = STRATEGY[row.state];
  return <State form={form} tone={tone} text={text} />;
}

const ORDER: Readonly<Record<OrderRow["status"], readonly [Form, string, string]>> = {
  Pending: ["half", "acc", "Pending"],
  Working: ["dot", "", "Working"],
  PartiallyFilled: ["half", "acc", "Partial"],
  CancelPending: ["arrow", "t2", "Cancelling"],
  Unknown: ["unknown", "warn", "Unknown"],
  Filled: ["check", "t2", "Filled"],
  Canceled: ["square", "t3", "Cancelled"],
  Rejected: ["diamond", "crit", "Rejected"],
  Expired: ["square", "t3", "Expired"],
};

export function OrderStateMark({ status }: { status: OrderRow["status"] }) {
  const [form, tone, text] = ORDER[status];
  return <State form={form} tone={tone} text={text} />;
}

const ACTOR: Readonly<Record<ActorRow["state"], readonly [Form, string, string]>> = {
  activating: ["half", "acc", "Activating"],
  active: ["dot", "", "Active"],
  moving: ["arrow", "acc", "Moving"],
  passive: ["hollow", "t3", "Passive"],
  restarting: ["half", "warn", "Restarting"],
  stopped: ["square", "t3", "Stopped"],
};

export function ActorStateMark({ actor }: { actor: ActorRow }) {
  if (actor.state === "stopped" && actor.lastError !== null) return <State form="diamond" tone="crit" text="Stopped" />;
  const [form, tone, text] = ACTOR[actor.state];
  return <State form={form} tone={tone} text={text} />;
}

const SEVERITY: Readonly<Record<Severity, readonly [Form, string]>> = {
  info: ["small", "t3"],
  warn: ["triangle", "warn"],
  error: ["diamond", "crit"],
  critical: ["octagon", "crit"],
};

export function SeverityMark({ severity }: { severity: Severity }) {
  const [form, tone] = SEVERITY[severity];
  return (
    <>
      <Mark form={form} tone={tone} />
      <span class="unseen">{severity}</span>
    </>
  );
}
