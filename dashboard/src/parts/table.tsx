/**
 * The table of every list: fixed columns, rows of one height, head and totals in place, one tab stop with arrows
 * inside. Past 200 rows only those in sight (and a screen around them) exist.
 */
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

export interface Column<T> {
  readonly key: string;
  readonly head: ComponentChildren;
  /** Pixels; one column without a width takes the rest. */
  readonly width?: number;
  readonly num?: boolean;
  readonly cls?: string;
  /** Left out below 1360 px. */
  readonly wide?: boolean;
  readonly cell: (row: T) => ComponentChildren;
  /** The whole text of a cell that may be cut. */
  readonly whole?: (row: T) => string;
}

interface TableProps<T> {
  readonly label: string;
  readonly columns: readonly Column<T>[];
  readonly rows: readonly T[];
  readonly rowKey: (row: T) => string;
  readonly rowClass?: (row: T) => string;
  readonly selected?: string | null;
  readonly onSelect?: (row: T) => void;
  readonly onOpen?: (row: T) => void;
  readonly foot?: readonly ComponentChildren[];
  readonly minWidth?: number;
}

const ROW_PX = 22;
const THUMB_ROW_PX = 44;
/** As the style sheets draw it: rows grow for thumbs below 768 px. */
const rowPx = (): number => (matchMedia("(max-width: 767px)").matches ? THUMB_ROW_PX : ROW_PX);
const VIRTUAL_PAST = 200;

export function Table<T>(props: TableProps<T>) {
  const scroller = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const height = scroller.current?.clientHeight ?? 600;
  const all = props.rows.length;
  const virtual = all > VIRTUAL_PAST;
  const from = virtual ? Math.max(0, Math.floor((top - height) / rowPx())) : 0;
  const to = virtual ? Math.min(all, Math.ceil((top + 2 * height) / rowPx())) : all;
  useSelectedInSight(scroller, props);
  return (
    <div
      ref={scroller}
      class="table-scroll"
      onScroll={virtual ? (event) => setTop(event.currentTarget.scrollTop) : undefined}
      tabIndex={props.onSelect === undefined ? 0 : undefined}
      role={props.onSelect === undefined ? "region" : undefined}
      aria-label={props.onSelect === undefined ? props.label : undefined}
    >
      <table
        class="grid"
        aria-label={props.label}
        aria-rowcount={all}
        style={props.minWidth === undefined ? undefined : { "--table-min": `${props.minWidth}px` }}
      >
        <colgroup>
          {props.columns.map((column) => (
            <col
              key={column.key}
              class={column.wide === true ? "wide-col" : ""}
              style={column.width === undefined ? undefined : { width: `${column.width}px` }}
            />
          ))}
        </colgroup>
        <thead>
          <tr>
            {props.columns.map((column) => (
              <th
                key={column.key}
                scope="col"
                class={`${column.num === true ? "num" : (column.cls ?? "")} ${column.wide === true ? "wide-col" : ""}`}
              >
                {column.head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <Spacer rows={from} columns={props.columns.length} />
          {props.rows.slice(from, to).map((row) => (
            <Row key={props.rowKey(row)} row={row} table={props} first={props.rows[0] === row} />
          ))}
          <Spacer rows={all - to} columns={props.columns.length} />
        </tbody>
        {props.foot !== undefined && <Foot cells={props.foot} columns={props.columns} />}
      </table>
    </div>
  );
}

function Foot<T>({ cells, columns }: { cells: readonly ComponentChildren[]; columns: readonly Column<T>[] }) {
  return (
    <tfoot>
      <tr>
        {cells.map((cell, at) => (
          <td key={at} class={`${columns[at]?.num === true ? "num" : ""} ${columns[at]?.wide === true ? "wide-col" : ""}`}>
            {cell}
          </td>
        ))}
      </tr>
    </tfoot>
  );
}

function Spacer({ rows, columns }: { rows: number; columns: number }) {
  if (rows <= 0) return null;
  return (
    <tr class="spacer" aria-hidden="true">
      <td colSpan={columns} style={{ height: `${rows * rowPx()}px` }} />
    </tr>
  );
}

function Row<T>({ row, table, first }: { row: T; table: TableProps<T>; first: boolean }) {
  const { onSelect, onOpen } = table;
  const chosen = onSelect !== undefined && table.selected === table.rowKey(row);
  const selectable =
    onSelect === undefined
      ? {}
      : {
          "aria-selected": chosen,
          tabIndex: chosen || (first && (table.selected ?? null) === null) ? 0 : -1,
          onClick: () => onSelect(row),
          onDblClick: onOpen === undefined ? undefined : () => onOpen(row),
          onKeyDown: (event: KeyboardEvent & { currentTarget: HTMLTableRowElement }) => rowKeys(event, row, table),
        };
  return (
    <tr class={table.rowClass?.(row) ?? ""} data-key={table.rowKey(row)} {...selectable}>
      {table.columns.map((column) => (
        <td
          key={column.key}
          class={`${column.num === true ? "num" : ""} ${column.cls ?? ""} ${column.wide === true ? "wide-col" : ""}`}
          title={column.whole?.(row)}
        >
          {column.cell(row)}
        </td>
      ))}
    </tr>
  );
}

function rowKeys<T>(event: KeyboardEvent & { currentTarget: HTMLTableRowElement }, row: T, table: TableProps<T>): void {
  if (event.target !== event.currentTarget) return;
  if (event.key === "Enter" && table.onOpen !== undefined) {
    event.preventDefault();
    table.onOpen(row);
    return;
  }
  const by = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  const next = by === 0 ? undefined : table.rows[table.rows.indexOf(row) + by];
  if (next === undefined) return;
  event.preventDefault();
  table.onSelect?.(next);
  const sibling = by > 0 ? event.currentTarget.nextElementSibling : event.currentTarget.previousElementSibling;
  if (sibling instanceof HTMLElement) sibling.focus();
}

/** A row selected from elsewhere (J, K) comes into sight. */
function useSelectedInSight<T>(scroller: { current: HTMLDivElement | null }, props: TableProps<T>): void {
  const selected = props.onSelect === undefined ? null : (props.selected ?? null);
  useEffect(() => {
    const box = scroller.current;
    if (box === null || selected === null) return;
    const at = props.rows.findIndex((row) => props.rowKey(row) === selected);
    if (at < 0) return;
    const each = rowPx();
    const rowTop = at * each;
    const room = box.clientHeight - 2 * ROW_PX;
    if (rowTop < box.scrollTop) box.scrollTop = rowTop;
    else if (rowTop + each > box.scrollTop + room) box.scrollTop = rowTop + each - room;
  }, [selected]);
}
