/** What is read from bytes is what the texts mean: numbers, times, and whole tables through CSV and back. */
import fc from "fast-check";
import { afterAll, expect, it } from "vitest";
import { BAR_COLUMNS } from "../../domain/market/bar-table.ts";
import { readNumberCell, readNumberText, TimeReader } from "../../research/data/cell-bytes.ts";
import { readTime } from "../../venues/replay/candle-row.ts";
import { MINUTE, openTestFolder, T0 } from "../unit/research-data-files.ts";

const folder = openTestFolder();
afterAll(() => folder.remove());
const bytes = (text: string) => Buffer.from(`,${text},`);

it("a number from bytes is the number of its text, to the last bit", () => {
  const digits = fc.stringMatching(/^-?\d{1,20}(\.\d{0,20})?([eE][+-]?\d{1,3})?$/);
  const texts = fc.oneof(digits, fc.double().map(String), fc.stringMatching(/^[-+.eE\d ]{0,8}$/));
  fc.assert(
    fc.property(texts, (text) => {
      const cell = text.trim();
      expect(readNumberCell(bytes(cell), 1, cell.length + 1)).toBe(readNumberText(cell));
    }),
    { numRuns: 5_000 },
  );
});

it("a time from bytes is the time replay reads in its text", () => {
  const two = fc.integer({ min: 0, max: 70 }).map((value) => String(value).padStart(2, "0"));
  const zone = fc.constantFrom("", "Z", "+00:00", "+02:00", " UTC", "z", "x");
  const iso = fc
    .tuple(
      fc.integer({ min: 1960, max: 2100 }),
      two,
      two,
      fc.constantFrom(" ", "T", "t"),
      two,
      two,
      two,
      fc.stringMatching(/^(\.\d{1,9})?$/),
      zone,
    )
    .chain(([year, month, day, mark, hour, minute, second, fraction, end]) =>
      fc.constantFrom(
        `${year}-${month}-${day}`,
        `${year}-${month}-${day}${mark}${hour}:${minute}${end}`,
        `${year}-${month}-${day}${mark}${hour}:${minute}:${second}${fraction}${end}`,
      ),
    );
  const sound = fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true }).map((date) => date.toISOString());
  const texts = fc.oneof(iso, sound, fc.stringMatching(/^\d{1,20}(\.\d{1,6})?$/), fc.string({ maxLength: 25 }));
  const reader = new TimeReader();
  fc.assert(
    fc.property(texts, (text) => {
      const cell = text.trim();
      const raw = bytes(cell);
      expect(reader.read(raw, 1, raw.length - 1)).toBe(readTime(cell));
    }),
    { numRuns: 10_000 },
  );
});

it("bars written as CSV are read as they were, in any grouping into files", async () => {
  const price = fc.double({ min: 1e-9, max: 1e9, noNaN: true });
  const bar = fc.tuple(fc.integer({ min: 1, max: 5 }), price, price, price, price, fc.double({ min: 0, max: 1e12, noNaN: true }));
  await fc.assert(
    fc.asyncProperty(
      fc.array(bar, { minLength: 2, maxLength: 60 }),
      fc.array(fc.nat({ max: 2 }), { minLength: 60, maxLength: 60 }),
      async (steps, fileOf) => {
        let timeMs = T0;
        const rows = steps.map(([step, a, b, c, d, volume]) => {
          const [low, open, close, high] = [a, b, c, d].toSorted((x, y) => x - y) as [number, number, number, number];
          return [(timeMs += step * MINUTE), open, high, low, close, volume];
        });
        const whole = await load([rows]);
        for (const [column, name] of BAR_COLUMNS.entries()) expect([...whole.tables[0]![name]]).toEqual(rows.map((row) => row[column]));
        expect(whole.findings.filter(({ kind }) => !["gap", "off-grid", "zero-volume"].includes(kind))).toEqual([]);
        const parts = [0, 1, 2].map((file) => rows.filter((_, row) => fileOf[row] === file)).filter((part) => part.length > 0);
        const joined = await load(parts).catch((error: unknown) => error);
        // Of rows dealt out among files, one may be left without any neighbours: it looks like another interval.
        if (joined instanceof Error) expect(joined.message).toMatch(/expected bars of BTC\/USDT every/);
        else expect((joined as typeof whole).hash).toBe(whole.hash);
      },
    ),
    { numRuns: 60 },
  );
});

function load(parts: readonly (readonly (readonly number[])[])[]) {
  const files = parts.map((rows, index) => {
    const lines = rows.map((row) => row.join(","));
    return folder.write(`btcusdt-${index}.csv`, ["time,open,high,low,close,volume", ...lines].join("\n"));
  });
  return folder.load({ files });
}
