/**
 * What is wrong with data, counted before a run: one finding a kind, symbol and file, with its first time and one example
 * that names file and line. Rows of `malformed`, `bad-ohlc`, `out-of-order` and `duplicate` are left out, never repaired;
 * the other kinds leave every row in. Strict: the first row that would be left out is an error instead.
 */
import { dataBad } from "./data-errors.ts";

export type FindingKind =
  | "gap"
  | "duplicate"
  | "out-of-order"
  | "bad-ohlc"
  | "malformed"
  | "zero-volume"
  /** Bars whose distance from the bar before is no multiple of the interval. */
  | "off-grid"
  | "resampled";

export interface DataFinding {
  readonly kind: FindingKind;
  readonly symbol: string;
  readonly file: string;
  readonly count: number;
  /** UTC ms of the first; null when its time cannot be read. */
  readonly firstMs: number | null;
  readonly example: string;
}

export interface Place {
  readonly symbol: string;
  readonly file: string;
  /** Line of a text file, row of a Parquet file, both from 1. */
  readonly line: number;
}

const LEFT_OUT: ReadonlySet<FindingKind> = new Set(["malformed", "bad-ohlc", "out-of-order", "duplicate"]);

export class FindingLog {
  readonly #isStrict: boolean;
  readonly #found = new Map<string, { -readonly [key in keyof DataFinding]: DataFinding[key] }>();

  constructor(isStrict: boolean) {
    this.#isStrict = isStrict;
  }

  /**
   * A row at fault. `detail` tells sorts of one kind apart; `why` is asked for the example only.
   * @throws {DstaError} DATA_BAD when strict and the row would be left out.
   */
  row(kind: FindingKind, detail: string, place: Place, atMs: number | null, why: () => string): void {
    const key = `${kind} ${detail} ${place.symbol} ${place.file}`;
    const known = this.#found.get(key);
    if (known) {
      known.count++;
      return;
    }
    const { symbol, file, line } = place;
    if (this.#isStrict && LEFT_OUT.has(kind)) throw dataBad(file, `${kind} of ${symbol}: ${why()}`, { line });
    this.#found.set(key, { kind, symbol, file, count: 1, firstMs: atMs, example: `${file}:${line}: ${why()}` });
  }

  /** A finding already counted, over all files of a symbol. */
  add(finding: DataFinding): void {
    this.#found.set(`${finding.kind} ${finding.symbol} ${finding.example}`, { ...finding });
  }

  all(): readonly DataFinding[] {
    return Array.from(this.#found.values(), (finding) => ({ ...finding }));
  }
}
