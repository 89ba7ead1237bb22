/** Curves over time as vector paths: axes with a few round values, a legend in the curves' own colours, holes left open. */
import { printable } from "./printable.ts";

export interface PdfCurve {
  readonly label: string;
  readonly colour: string;
  readonly dash?: number;
  readonly fill?: boolean;
  readonly points: readonly { readonly time: number; readonly value: number }[];
}

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

const AXIS_WIDTH = 62;
const DIM = "#5a6571";
const GRID = "#e6e9ee";

export function drawCurves(doc: PDFKit.PDFDocument, box: Box, curves: readonly PdfCurve[], valueText: (value: number) => string): void {
  const points = curves.flatMap((curve) => curve.points);
  if (points.length === 0) return;
  const plot = { left: box.left + AXIS_WIDTH, top: box.top + 12, width: box.width - AXIS_WIDTH, height: box.height - 26 };
  const times = points.map(({ time }) => time);
  const values = points.map(({ value }) => value);
  const fromMs = lowest(times);
  const spanMs = -lowest(times.map((time) => -time)) - fromMs || 1;
  const steps = roundSteps(lowest(values), -lowest(values.map((value) => -value)));
  const low = steps[0]!;
  const span = steps.at(-1)! - low || 1;
  const x = (time: number) => plot.left + ((time - fromMs) / spanMs) * plot.width;
  const y = (value: number) => plot.top + plot.height - ((value - low) / span) * plot.height;

  doc.save();
  doc.font("Helvetica").fontSize(7).lineWidth(0.4);
  for (const step of steps) {
    doc
      .moveTo(plot.left, y(step))
      .lineTo(plot.left + plot.width, y(step))
      .strokeColor(GRID)
      .stroke();
    doc.fillColor(DIM).text(printable(valueText(step)), box.left, y(step) - 3, { width: AXIS_WIDTH - 6, align: "right", lineBreak: false });
  }
  for (let part = 0; part <= 4; part++) {
    const time = fromMs + (spanMs * part) / 4;
    const text = new Date(time).toISOString().slice(0, 10);
    const left = Math.min(x(time) - 20, plot.left + plot.width - 40);
    doc.fillColor(DIM).text(text, Math.max(plot.left, left), plot.top + plot.height + 4, { lineBreak: false });
  }
  for (const curve of curves) drawCurve(doc, curve, x, y, y(Math.min(Math.max(0, low), steps.at(-1)!)));
  let left = plot.left;
  for (const { label, colour } of curves) {
    doc.fillColor(colour).text(printable(label), left, box.top, { lineBreak: false });
    left += doc.widthOfString(printable(label)) + 14;
  }
  doc.restore();
}

function drawCurve(
  doc: PDFKit.PDFDocument,
  { points, colour, dash, fill }: PdfCurve,
  x: (time: number) => number,
  y: (value: number) => number,
  zero: number,
): void {
  const trace = () => {
    for (const [index, { time, value }] of points.entries()) {
      if (index === 0) doc.moveTo(x(time), y(value));
      else doc.lineTo(x(time), y(value));
    }
  };
  if (points.length === 0) return;
  if (fill) {
    trace();
    doc
      .lineTo(x(points.at(-1)!.time), zero)
      .lineTo(x(points[0]!.time), zero)
      .fillOpacity(0.15)
      .fill(colour)
      .fillOpacity(1);
  }
  trace();
  doc.lineWidth(0.8).strokeColor(colour);
  if (dash === undefined) doc.undash();
  else doc.dash(dash, { space: dash });
  doc.stroke().undash();
}

/** About five round values that span the range. */
function roundSteps(low: number, high: number): readonly number[] {
  const raw = (high - low || Math.abs(high) || 1) / 4;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((size) => size >= raw)!;
  const first = Math.floor(low / step);
  const last = Math.max(first + 1, Math.ceil(high / step));
  return Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step);
}

function lowest(values: readonly number[]): number {
  return values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
}
