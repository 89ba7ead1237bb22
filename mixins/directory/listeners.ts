/** Who is told of changes of the directory: every one of them, also when another one fails at it. */
import type { DirectoryChange } from "../hosted/directory.ts";

export class Listeners {
  readonly #listeners = new Set<(change: DirectoryChange) => void>();
  readonly #log: (level: "error", text: string, error: unknown) => void;

  constructor(log: (level: "error", text: string, error: unknown) => void) {
    this.#log = log;
  }

  /** Returns the way out. */
  add(listener: (change: DirectoryChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  tell(change: DirectoryChange): void {
    for (const listener of this.#listeners) {
      try {
        listener(change);
      } catch (error) {
        // The others must hear it too: whoever does not end its actors on "lost" would act without a lease.
        this.#log("error", `a listener failed on ${change.type}`, error);
      }
    }
  }
}
