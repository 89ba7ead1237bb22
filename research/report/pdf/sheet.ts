/**
 * A PDF page by page: headings, lines of text, figures, tables that go on over pages, vector curves. Owns layout on A4 and
 * the form of text; knows nothing of reports. Black on white with the light tokens of the house.
 *
 * Type is the reader's own Helvetica and Courier (not embedded), which know Western European signs only: a sign they lack
 * is written by its nearest form, else as a question mark.
 */
import PdfKit from "pdfkit";
import { drawCurves, type PdfCurve } from "./curves.ts";
import { printable } from "./printable.ts";

const MARGIN = 40;
const ROW = 14;
const INK = { text: "#13171c", dim: "#5a6571", line: "#d9dee4", warn: "#855600", crit: "#b3152b" } as const;

export interface PdfColumn<Row> {
  readonly title: string;
  readonly cell: (row: Row) => string;
  /** Share of the width. */
  readonly width: number;
  readonly right?: boolean;
}

export class PdfSheet {
  readonly #doc: PDFKit.PDFDocument;
  readonly #body: Promise<Buffer>;

  /** @param madeAtMs the document's date: equal reports give equal bytes. */
  constructor(title: string, madeAtMs: number) {
    const date = new Date(madeAtMs);
    const info = { Title: title, Creator: "DSTA", Producer: "DSTA", CreationDate: date, ModDate: date };
    this.#doc = new PdfKit({ size: "A4", margin: MARGIN, bufferPages: true, info });
    const parts: Buffer[] = [];
    this.#doc.on("data", (part: Buffer) => parts.push(part));
    this.#body = new Promise((resolve, reject) => {
      this.#doc.on("end", () => resolve(Buffer.concat(parts)));
      this.#doc.on("error", reject);
    });
    this.#doc.font("Helvetica-Bold").fontSize(17).fillColor(INK.text).text(printable(title)).moveDown(0.2);
  }

  get #width(): number {
    return this.#doc.page.width - 2 * MARGIN;
  }

  /** Starts a new page unless so much is left on this one. */
  #room(height: number): void {
    if (this.#doc.y + height > this.#doc.page.height - MARGIN - ROW) this.#doc.addPage();
  }

  heading(text: string, note = ""): void {
    this.#room(4 * ROW);
    this.#doc
      .moveDown(0.8)
      .font("Helvetica-Bold")
      .fontSize(11)
      .fillColor(INK.text)
      .text(printable(text), MARGIN, undefined, { continued: note !== "" });
    if (note !== "")
      this.#doc
        .font("Helvetica")
        .fontSize(8)
        .fillColor(INK.dim)
        .text(`   ${printable(note)}`);
    this.#doc.moveDown(0.3);
  }

  line(text: string, look: "text" | "dim" | "warn" | "crit" = "text"): void {
    const options = { width: this.#width };
    this.#doc.font("Helvetica").fontSize(9);
    this.#room(this.#doc.heightOfString(printable(text), options));
    this.#doc.fillColor(INK[look]).text(printable(text), MARGIN, undefined, options);
  }

  code(text: string): void {
    this.#room(ROW);
    this.#doc.font("Courier").fontSize(8).fillColor(INK.dim).text(printable(text), MARGIN, undefined, { width: this.#width });
  }

  /** Large numbers with their names above them, in one row. */
  figures(rows: readonly (readonly [name: string, value: string])[]): void {
    this.#room(40);
    const top = this.#doc.y + 6;
    const width = this.#width / Math.max(1, rows.length);
    for (const [index, [name, value]] of rows.entries()) {
      const left = MARGIN + index * width;
      const options = { width: width - 6, lineBreak: false };
      this.#doc.font("Helvetica").fontSize(8).fillColor(INK.dim).text(printable(name), left, top, options);
      this.#doc
        .font("Helvetica-Bold")
        .fontSize(13)
        .fillColor(INK.text)
        .text(printable(value), left, top + 11, options);
    }
    this.#doc.x = MARGIN;
    this.#doc.y = top + 32;
  }

  curves(curves: readonly PdfCurve[], height: number, valueText: (value: number) => string): void {
    this.#room(height + 2 * ROW);
    drawCurves(this.#doc, { left: MARGIN, top: this.#doc.y, width: this.#width, height }, curves, valueText);
    this.#doc.x = MARGIN;
    this.#doc.y += height + ROW;
  }

  /** Goes on over as many pages as it needs, its head on each. */
  table<Row>(columns: readonly PdfColumn<Row>[], rows: readonly Row[]): void {
    this.#tableHead(columns);
    for (const row of rows) {
      if (this.#doc.y + ROW > this.#doc.page.height - MARGIN - ROW) {
        this.#doc.addPage();
        this.#tableHead(columns);
      }
      this.#tableLine(columns, (column) => column.cell(row), "Helvetica", INK.text);
      this.#rule(INK.line, 0.4);
    }
    this.#doc.moveDown(0.4);
  }

  #tableHead<Row>(columns: readonly PdfColumn<Row>[]): void {
    this.#room(3 * ROW);
    this.#tableLine(columns, (column) => column.title, "Helvetica", INK.dim);
    this.#rule(INK.dim, 0.6);
  }

  #tableLine<Row>(columns: readonly PdfColumn<Row>[], cell: (column: PdfColumn<Row>) => string, font: string, colour: string): void {
    const top = this.#doc.y + 3;
    const total = columns.reduce((sum, column) => sum + column.width, 0);
    let left = MARGIN;
    this.#doc.font(font).fontSize(8).fillColor(colour);
    for (const column of columns) {
      const width = (column.width / total) * this.#width;
      const shown = this.#fitting(printable(cell(column)), width - 6);
      this.#doc.text(shown, left, top, { width: width - 6, align: column.right ? "right" : "left", lineBreak: false });
      left += width;
    }
    this.#doc.x = MARGIN;
    this.#doc.y = top + ROW - 3;
  }

  /** The text, cut with an ellipsis where the cell is narrower. */
  #fitting(text: string, width: number): string {
    if (this.#doc.widthOfString(text) <= width) return text;
    let end = text.length;
    while (end > 1 && this.#doc.widthOfString(`${text.slice(0, end)}…`) > width) end -= 1;
    return `${text.slice(0, end)}…`;
  }

  #rule(colour: string, weight: number): void {
    const { y } = this.#doc;
    this.#doc
      .moveTo(MARGIN, y)
      .lineTo(MARGIN + this.#width, y)
      .lineWidth(weight)
      .strokeColor(colour)
      .stroke();
  }

  /** Writes the foot of every page and ends the document. */
  async end(foot: string): Promise<Buffer> {
    const { start, count } = this.#doc.bufferedPageRange();
    for (let page = start; page < start + count; page++) {
      this.#doc.switchToPage(page);
      const { margins, height } = this.#doc.page;
      // Below the margin: without this the line would open a page of its own.
      margins.bottom = 0;
      const text = `${printable(foot)} - page ${page - start + 1} of ${count}`;
      this.#doc
        .font("Helvetica")
        .fontSize(7)
        .fillColor(INK.dim)
        .text(text, MARGIN, height - MARGIN + 12, { lineBreak: false });
    }
    this.#doc.end();
    return this.#body;
  }
}
