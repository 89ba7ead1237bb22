/** Tables of a report as markup: columns by name, numbers to the right, gains and losses with a sign and a colour. */
import { html, type Markup, type Piece } from "./markup.ts";

export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => Piece;
  readonly right?: boolean;
  /** Long text that may wrap. */
  readonly text?: boolean;
}

export function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[], isBest?: (row: Row) => boolean): Markup {
  const heads = columns.map(({ title, right }) => html`<th class="${right ? "right" : ""}" scope="col">${title}</th>`);
  const lines = rows.map(
    (row) =>
      html`<tr class="${isBest?.(row) ? "best" : ""}">
        ${columns.map(({ cell, right, text }) => html`<td class="${right ? "right" : text ? "text" : ""}">${cell(row)}</td>`)}
      </tr> `,
  );
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          ${heads}
        </tr>
      </thead>
      <tbody>
        ${lines}
      </tbody>
    </table>
  </div>`;
}

/** A number as text, coloured by its sign. */
export function signed(value: number | null, text: string): Markup {
  const look = value === null ? "dim" : value > 0 ? "up" : value < 0 ? "dn" : "";
  return html`<span class="${look}">${text}</span>`;
}

export function facts(rows: readonly (readonly [name: string, value: Piece])[]): Markup {
  return html`<dl>
    ${rows.map(
      ([name, value]) =>
        html`<dt>${name}</dt>
          <dd>${value}</dd>`,
    )}
  </dl>`;
}
