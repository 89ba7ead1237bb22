/**
 * The keyboard. Views bind keys while they are mounted; the newest binding wins. Single keys rest inside fields and
 * while a dialog is open; a focused button keeps Enter and Space for itself.
 * Names: "j", "Enter", "Shift+X", "Mod+s" (Ctrl or ⌘).
 */
import { useEffect, useRef } from "preact/hooks";

export type Bindings = Readonly<Record<string, (event: KeyboardEvent) => void>>;

const stack: { current: Bindings }[] = [];

export function useKeys(bindings: Bindings): void {
  const holder = useRef(bindings);
  holder.current = bindings;
  useEffect(() => {
    stack.push(holder);
    return () => {
      stack.splice(stack.indexOf(holder), 1);
    };
  }, []);
}

export function keyName(event: KeyboardEvent): string {
  const mod = event.ctrlKey || event.metaKey;
  const letter = /^[a-zA-Z]$/.test(event.key);
  const key = letter && (mod || !event.shiftKey) ? event.key.toLowerCase() : event.key;
  const shift = event.shiftKey && letter ? "Shift+" : "";
  return `${mod ? "Mod+" : ""}${shift}${letter && event.shiftKey ? event.key.toUpperCase() : key}`;
}

export function startKeys(): void {
  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.altKey || (event.repeat && !/^[jk]$/i.test(event.key))) return;
    const name = keyName(event);
    if (!name.startsWith("Mod+") && (inField(event.target) || dialogOpen() || ownKey(event))) return;
    for (let at = stack.length - 1; at >= 0; at -= 1) {
      const run = stack[at]?.current[name];
      if (run === undefined) continue;
      event.preventDefault();
      run(event);
      return;
    }
  });
}

export function inField(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("input:not([type=range], [type=checkbox]), textarea, select, [contenteditable]");
}

function dialogOpen(): boolean {
  return document.querySelector("dialog[open]") !== null;
}

function ownKey(event: KeyboardEvent): boolean {
  if (event.key !== "Enter" && event.key !== " ") return false;
  return event.target instanceof HTMLElement && event.target.matches("button, a, summary, [role=tab]");
}
