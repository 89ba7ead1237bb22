/**
 * What a person chose about looks, kept in this browser: theme (the system's until chosen) and the colours of gain and
 * loss. Written to the root element, where the style sheets read it; `looks` tells canvases to repaint.
 */
import { effect, signal } from "@preact/signals";

export type Theme = "system" | "dark" | "light";
export type Pair = "default" | "green-red" | "red-up";

const THEMES: readonly Theme[] = ["system", "dark", "light"];
const PAIRS: readonly Pair[] = ["default", "green-red", "red-up"];

export const theme = signal<Theme>(read("dsta.theme", THEMES, "system"));
export const pair = signal<Pair>(read("dsta.pair", PAIRS, "default"));
/** Rises whenever colours change. */
export const looks = signal(0);

const systemLight = matchMedia("(prefers-color-scheme: light)");

export function startSettings(): void {
  const apply = (): void => {
    const light = theme.value === "light" || (theme.value === "system" && systemLight.matches);
    document.documentElement.dataset["theme"] = light ? "light" : "dark";
    document.documentElement.dataset["pair"] = pair.value;
    looks.value = looks.peek() + 1;
  };
  effect(apply);
  systemLight.addEventListener("change", apply);
  effect(() => keep("dsta.theme", theme.value));
  effect(() => keep("dsta.pair", pair.value));
}

/** The present value of a colour token, for canvases. */
export function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

function read<T extends string>(key: string, allowed: readonly T[], otherwise: T): T {
  const kept = localStorage.getItem(key);
  return allowed.find((value) => value === kept) ?? otherwise;
}

function keep(key: string, value: string): void {
  localStorage.setItem(key, value);
}
