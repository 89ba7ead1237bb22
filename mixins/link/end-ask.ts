/** Gives the answer that came over the wire to the one who asked. */
import type { Item } from "./item.ts";
import { type PlainError, restoreError } from "./plain-error.ts";
import { notPortable } from "./reply-box.ts";
import type { Answer } from "./reply-frame.ts";
import { decodeValue } from "./value-codec.ts";

export function endAsk({ envelope }: Item, { ok, bytes }: Answer): void {
  let content: unknown;
  try {
    content = decodeValue(bytes);
  } catch (error) {
    return envelope.reject?.(notPortable(`the answer to ${envelope.name}`, error));
  }
  if (ok) envelope.resolve?.(content);
  else envelope.reject?.(restoreError(content as PlainError));
}
