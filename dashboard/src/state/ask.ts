/**
 * A GET whose answer a panel shows: loading, ready or failed with its reason, asked again on demand or on an interval.
 * The last good answer stays while a newer one is asked.
 */
import { useEffect, useMemo } from "preact/hooks";
import { signal, type Signal } from "@preact/signals";
import { asApiError, call, type ApiError } from "./api.ts";

export interface Asked<T> {
  readonly value: Signal<T | null>;
  readonly problem: Signal<ApiError | null>;
  readonly again: () => void;
}

/** `path` null asks nothing. `everyMs` 0 asks once. */
export function useAsk<T>(path: string | null, everyMs = 0): Asked<T> {
  const asked = useMemo(() => ({ value: signal<T | null>(null), problem: signal<ApiError | null>(null) }), [path]);
  const ask = useMemo(() => {
    let current = 0;
    return () => {
      if (path === null || document.hidden) return;
      current += 1;
      const mine = current;
      call<T>("GET", path).then(
        (answer) => {
          if (mine !== current) return;
          asked.value.value = answer;
          asked.problem.value = null;
        },
        (error: unknown) => {
          if (mine === current) asked.problem.value = asApiError(error);
        },
      );
    };
  }, [path, asked]);
  useEffect(() => {
    ask();
    if (everyMs === 0) return undefined;
    const timer = setInterval(ask, everyMs);
    return () => clearInterval(timer);
  }, [ask, everyMs]);
  return { ...asked, again: ask };
}
