/** A modal dialog on the platform's own element: focus stays inside, Esc leaves it, what had focus gets it back. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { dialog } from "../state/choice.ts";

export function closeDialog(): void {
  dialog.value = null;
}

export function Modal({
  title,
  narrow = false,
  children,
  foot,
}: {
  title: string;
  narrow?: boolean;
  children: ComponentChildren;
  foot: ComponentChildren;
}) {
  const element = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const box = element.current;
    const before = document.activeElement;
    box?.showModal();
    return () => {
      box?.close();
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={element}
      class={narrow ? "narrow" : ""}
      aria-label={title}
      onCancel={(event) => {
        event.preventDefault();
        closeDialog();
      }}
    >
      <div class="dialog-body">
        <h2>{title}</h2>
        {children}
      </div>
      <div class="dialog-foot">{foot}</div>
    </dialog>
  );
}
