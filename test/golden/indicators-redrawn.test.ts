/**
 * What charts redraw once the future is known, made again from our outputs, which never change: swings, zigzag, the lagging
 * span and the last regression line. The references mark the past; a strategy could not have seen it then.
 */
import { describe, expect, it } from "vitest";
import { ichimoku, linearRegression, pivots, zigZag } from "../../domain/indicator/index.ts";
import { expectSame, quotesOf, reference, referenceRows } from "./indicator-reference.ts";

const quotes = quotesOf("default");
const rows = quotes.close.length;

interface Point {
  readonly row: number;
  readonly price: number;
}

/** Straight lines from point to point; a gap where the next is more than `rowsMax` away. */
function lines(points: readonly Point[], rowsMax = rows): Float64Array {
  const drawn = new Float64Array(rows).fill(Number.NaN);
  for (const [index, { row, price }] of points.entries()) {
    drawn[row] = price;
    const before = points[index - 1];
    if (before === undefined || row - before.row > rowsMax) continue;
    for (let at = before.row; at < row; at++) drawn[at] = before.price + ((price - before.price) * (at - before.row)) / (row - before.row);
  }
  return drawn;
}

function marks(points: readonly Point[]): Float64Array {
  const drawn = new Float64Array(rows).fill(Number.NaN);
  for (const { row, price } of points) drawn[row] = price;
  return drawn;
}

describe("pivots(2, 2)", () => {
  const ours = pivots.column(quotes, 2, 2);
  const swings = (price: Float64Array, age: Float64Array): Point[] =>
    Array.from(age, (bars, row) => ({ row: row - 2, price: price[row]!, isNew: bars === 2 })).filter(({ isNew }) => isNew);
  const highs = swings(ours.high, ours.highAge);
  const lows = swings(ours.low, ours.lowAge);
  /** Of the reference's names by number: higher high 0, lower high 1, higher low 2, lower low 3; from the swing before on. */
  const trend = (points: readonly Point[], known: Float64Array, [up, down]: readonly [number, number]) => {
    const drawn = new Float64Array(rows).fill(Number.NaN);
    for (const [index, { row }] of points.entries()) {
      const before = points[index - 1];
      if (before === undefined || row - before.row > 20) continue;
      drawn.fill(known[row + 2]! > 0 ? up : down, before.row + 1, row + 1);
    }
    return drawn;
  };

  it("the same swings, each known two bars later", () => {
    expectSame(marks(highs), reference("pivots", "highPoint"));
    expectSame(marks(lows), reference("pivots", "lowPoint"));
  });

  it("the same lines and trends", () => {
    expectSame(lines(highs, 20), reference("pivots", "highLine"));
    expectSame(lines(lows, 20), reference("pivots", "lowLine"));
    expectSame(trend(highs, ours.highTrend, [0, 1]), reference("pivots", "highTrend"));
    expectSame(trend(lows, ours.lowTrend, [2, 3]), reference("pivots", "lowTrend"));
  });
});

describe("zigZag(5) of closes", () => {
  const ours = zigZag.column(quotes.close, 5);
  const turns: (Point & { isHigh: boolean })[] = [];
  for (let row = 0; row < rows; row++) {
    const direction = ours.direction[row]!;
    if (Number.isNaN(direction) || direction === (ours.direction[row - 1] ?? 0)) continue;
    turns.push({ row: row - ours.pivotAge[row]!, price: ours.pivot[row]!, isHigh: direction < 0 });
  }
  // The reference takes the first bar for a turn and leaves it out; its last point is the last bar, whatever its price.
  const known = turns.slice(1);
  const last = { row: rows - 1, price: quotes.close[rows - 1]!, isHigh: true };

  it("the same turning points", () => {
    const expected = referenceRows("zigzag").flatMap(({ zigZag: price, pointType }, row) =>
      pointType === null ? [] : [{ row, price, isHigh: pointType === "H" }],
    );
    expect(known).toEqual(expected);
    expect(turns[0]).toMatchObject({ isHigh: false });
  });

  it("the same line, its unknown end included", () => {
    expect(ours.direction[rows - 1]).toBe(1);
    expectSame(lines([...known, last]), reference("zigzag", "zigZag"));
  });

  it("the same lines along the highs and along the lows", () => {
    expectSame(lines([...known.filter(({ isHigh }) => isHigh), last]), reference("zigzag", "retraceHigh"));
    expectSame(lines(known.filter(({ isHigh }) => !isHigh)), reference("zigzag", "retraceLow"));
  });
});

describe("drawn elsewhere than known", () => {
  it("the lagging span is the close of 26 bars later", () => {
    expectSame(
      Float64Array.from(quotes.close, (_, row) => quotes.close[row + 26] ?? Number.NaN),
      reference("ichimoku", "chikouSpan"),
    );
  });

  it("the cloud at a bar is the leads of 26 bars before", () => {
    const ours = ichimoku.column(quotes, 9, 26, 52);
    expectSame(
      Float64Array.from(ours.leadA, (_, row) => ours.leadA[row - 26] ?? Number.NaN),
      reference("ichimoku", "senkouSpanA"),
    );
    expectSame(
      Float64Array.from(ours.leadB, (_, row) => ours.leadB[row - 26] ?? Number.NaN),
      reference("ichimoku", "senkouSpanB"),
    );
  });

  it("the regression line drawn at the end is the line of the last bar", () => {
    const { value, slope } = linearRegression.column(quotes.close, 14);
    const [end, step] = [value[rows - 1]!, slope[rows - 1]!];
    const drawn = Float64Array.from(value, (_, row) => (row < rows - 14 ? Number.NaN : end - step * (rows - 1 - row)));
    expectSame(drawn, reference("slope", "line"));
  });
});
