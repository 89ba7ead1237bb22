/** Rows as aligned text: numbers to the right, texts to the left, columns two spaces apart. Without colours. */

export interface Column<T> {
  readonly title: string;
  readonly value: (row: T) => string | number | null;
  readonly right?: boolean;
}

const MAX_WIDTH = 60;

export function renderTable<T>(columns: readonly Column<T>[], rows: readonly T[]): string {
  if (rows.length === 0) return "none\n";
  const cells = rows.map((row) => columns.map((column) => shorten(String(column.value(row) ?? "-"))));
  const widths = columns.map((column, at) => Math.max(column.title.length, ...cells.map((row) => row[at]!.length)));
  const line = (texts: readonly string[]) =>
    texts
      .map((text, at) => (columns[at]!.right ? text.padStart(widths[at]!) : text.padEnd(widths[at]!)))
      .join("  ")
      .trimEnd();
  return `${[line(columns.map((column) => column.title)), ...cells.map(line)].join("\n")}\n`;
}

function shorten(text: string): string {
  // Control characters of a venue's or strategy's text must not reach the terminal.
  const plain = text.replace(/\p{Cc}/gu, " ");
  return plain.length > MAX_WIDTH ? `${plain.slice(0, MAX_WIDTH - 1)}…` : plain;
}
