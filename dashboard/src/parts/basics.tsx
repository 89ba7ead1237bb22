/**
 * The smallest parts: button, key cap, segmented choice, P&L figure, age, skeleton, limit bar, spark line.
 * A locked button stays focusable and says why it is locked.
 */
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { age, decimal, signOf } from "../model/format.ts";
import { nowMs } from "../state/floor.ts";

export function Kbd({ children }: { children: ComponentChildren }) {
  return <kbd class="kbd">{children}</kbd>;
}

interface ButtonProps {
  readonly children: ComponentChildren;
  readonly onClick: () => void;
  readonly tone?: string;
  /** Why it cannot be used; null or absent when it can. */
  readonly locked?: string | null;
  readonly label?: string;
  readonly type?: "button" | "submit";
}

export function Button({ children, onClick, tone = "", locked = null, label, type = "button" }: ButtonProps) {
  return (
    <button
      type={type}
      class={`btn ${tone}`}
      aria-disabled={locked !== null}
      aria-label={label === undefined ? undefined : locked === null ? label : `${label}: locked, ${locked}`}
      title={locked ?? label}
      onClick={(event) => {
        event.stopPropagation();
        if (locked === null) onClick();
        else event.preventDefault();
      }}
    >
      {children}
    </button>
  );
}

export interface Choice<T extends string> {
  readonly value: T;
  readonly text: ComponentChildren;
}

export function Segments<T extends string>(props: {
  label: string;
  choices: readonly Choice<T>[];
  value: T;
  onChoose: (value: T) => void;
}) {
  return (
    <div class="seg" role="group" aria-label={props.label}>
      {props.choices.map((choice) => (
        <button type="button" key={choice.value} aria-pressed={choice.value === props.value} onClick={() => props.onChoose(choice.value)}>
          {choice.text}
        </button>
      ))}
    </div>
  );
}

const TINT_EVERY_MS = 333;

/** A figure that tints for 150 ms when it changes, at most three times a second; still for reduced motion. */
export function Figure({ text, tone = "" }: { text: string; tone?: string }) {
  const element = useRef<HTMLSpanElement>(null);
  const last = useRef({ text, tintedMs: 0 });
  useEffect(() => {
    const before = last.current;
    if (before.text === text) return;
    const nowAt = performance.now();
    const due = nowAt - before.tintedMs >= TINT_EVERY_MS && !matchMedia("(prefers-reduced-motion: reduce)").matches;
    last.current = { text, tintedMs: due ? nowAt : before.tintedMs };
    if (due)
      element.current?.animate([{ backgroundColor: "rgb(116 171 255 / 22%)" }, { backgroundColor: "transparent" }], { duration: 150 });
  }, [text]);
  return (
    <span ref={element} class={tone}>
      {text}
    </span>
  );
}

/** Signed money, coloured by its sign; `stale` takes the colour away and says about. */
export function Pnl({ value, places = 2, stale = false }: { value: string | null; places?: number; stale?: boolean }) {
  const sign = signOf(value);
  const text = decimal(value, { places, signed: true });
  if (value === null) return <span class="t3">{text}</span>;
  if (stale) return <Figure text={`≈ ${text}`} tone="t1" />;
  return <Figure text={text} tone={sign > 0 ? "up" : sign < 0 ? "dn" : "t2"} />;
}

export function Age({ atMs }: { atMs: number }) {
  return <>{age(nowMs.value - atMs)}</>;
}

export function Skeleton({ width }: { width: number }) {
  return <span class="skeleton" style={{ width: `${width}px` }} />;
}

/** Use of a limit with ticks at 80 and 100 %; the bar ends at 110 %. */
export function LimitBar({ ratio, label }: { ratio: number; label: string }) {
  const tone = ratio >= 1 ? "breach" : ratio >= 0.8 ? "warn" : "";
  const at = (share: number): string => `${(Math.min(1.1, Math.max(0, share)) / 1.1) * 100}%`;
  return (
    <div
      class={`limit ${tone}`}
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={110}
      aria-valuenow={Math.round(ratio * 100)}
    >
      <i style={{ width: at(ratio) }} />
      <b style={{ left: at(0.8) }} />
      <b style={{ left: at(1) }} />
    </div>
  );
}

/** The last samples of a strategy's P&L; decoration, the figure beside it says the value. */
export function Spark({ values }: { values: readonly number[] }) {
  if (values.length < 2) return null;
  const low = Math.min(...values);
  const span = Math.max(...values) - low || 1;
  const points = values.map(
    (value, at) => `${((at / (values.length - 1)) * 44).toFixed(1)},${(13 - ((value - low) / span) * 11).toFixed(1)}`,
  );
  return (
    <svg width="44" height="14" viewBox="0 0 44 14" aria-hidden="true" style={{ verticalAlign: "middle" }}>
      <polyline points={points.join(" ")} fill="none" stroke="var(--t3)" stroke-width="1" />
    </svg>
  );
}
