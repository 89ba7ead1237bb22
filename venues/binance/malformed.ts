/**
 * The one error of this folder: a frame that is not what Binance documents. It says which field is wrong and shows the
 * start of the frame, because the stream that carries it cannot be asked again.
 */
import { DstaError } from "../../domain/kernel/errors.ts";

const EXCERPT_CHARACTERS = 120;

/** @returns the error MALFORMED_FRAME, with `data` { field, expected, got, frame }. */
export function malformed(frame: string, field: string, expected: string, got: unknown): DstaError {
  const shown = shorten(got);
  return new DstaError("MALFORMED_FRAME", `${field}: expected ${expected}, got ${shown}`, {
    code: 502,
    data: { field, expected, got: shown, frame: frame.slice(0, EXCERPT_CHARACTERS) },
  });
}

function shorten(value: unknown): string {
  const text = value === undefined ? "nothing" : JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
