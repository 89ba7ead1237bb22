/**
 * Whether an error leaves open what became of a request. On a mesh the answer can be lost after the deed was done: then
 * neither "it failed" nor "do it again" is true, and only a question to whoever holds the record tells.
 *
 * Errors a handler gave on purpose (a refusal, bad input) are answers. Those of the way there and back, of a journal that
 * could not be reached and of an actor that ended meanwhile are not.
 */
import { isExpected } from "./errors.ts";

/** Not retryable by themselves: the same request may have been done already. */
const UNKNOWN: ReadonlySet<string> = new Set([
  "NODE_LOST",
  "FENCED",
  "VERSION_CONFLICT",
  "ACTIVATION_ENDED",
  "DIRECTORY_INVALID",
  "POISON",
]);

/** True for every failure after which the request may have taken effect, or may yet. */
export function isOutcomeUnknown(error: unknown): boolean {
  return isExpected(error) && (error.retryable || UNKNOWN.has(error.type));
}
