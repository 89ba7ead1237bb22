/**
 * A panel and its states: loading (skeleton of the content's size), empty (one useful action), stale, failed with the
 * reason code and a retry.
 */
import type { ComponentChildren } from "preact";
import type { ApiError } from "../state/api.ts";
import { Button, Skeleton } from "./basics.tsx";

interface PanelProps {
  readonly title: string;
  readonly note?: ComponentChildren;
  readonly right?: ComponentChildren;
  readonly area?: string;
  readonly fixed?: boolean;
  readonly children: ComponentChildren;
}

export function Panel({ title, note, right, area, fixed = false, children }: PanelProps) {
  return (
    <section
      class={`panel ${area === undefined ? "" : `area-${area}`}`}
      aria-label={title}
      style={area === undefined ? undefined : { gridArea: area }}
    >
      <header class="panel-head">
        <h2>{title}</h2>
        <span class="panel-note grow">{note}</span>
        {right}
      </header>
      <div class={`panel-body ${fixed ? "fixed" : ""}`}>{children}</div>
    </section>
  );
}

export function Loading({ rows = 6, columns }: { rows?: number; columns: readonly number[] }) {
  return (
    <table class="grid" aria-busy="true" aria-label="Loading">
      <tbody>
        {Array.from({ length: rows }, (_, row) => (
          <tr key={row}>
            {columns.map((width, column) => (
              <td key={column} class={column > 1 ? "num" : ""}>
                <Skeleton width={Math.round(width * (0.7 + (((row * 7 + column * 3) % 5) * 0.3) / 5))} />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <strong>{title}</strong>
      {children}
    </div>
  );
}

export function Failed({ problem, retry }: { problem: { readonly type: string; readonly message: string }; retry: () => void }) {
  return (
    <div>
      <p class="notice" role="alert">
        <b class="crit">{problem.type}</b> {problem.message}
      </p>
      <p style={{ padding: "0 10px" }}>
        <Button onClick={retry}>Retry</Button>
      </p>
    </div>
  );
}

/** Ready content, or the skeleton, or the failure of what a panel asked for. */
export function Await<T>(props: {
  value: T | null;
  problem: ApiError | null;
  retry: () => void;
  columns: readonly number[];
  children: (value: T) => ComponentChildren;
}) {
  if (props.value !== null) return <>{props.children(props.value)}</>;
  if (props.problem !== null) return <Failed problem={props.problem} retry={props.retry} />;
  return <Loading columns={props.columns} />;
}
