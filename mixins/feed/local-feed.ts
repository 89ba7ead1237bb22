/**
 * The feed inside one process: a Map look-up and a call for each subscriber, in subscription order. Messages are
 * shared by reference and never changed after publishing. A listener that throws harms neither the publisher nor the
 * listeners after it: what it threw goes to `onError`.
 */
import type { Feed } from "../../domain/contract/subjects.ts";

type Listener = (message: unknown) => void;

export class LocalFeed implements Feed {
  readonly #listeners = new Map<string, Listener[]>();
  readonly #onError: (subject: string, error: unknown) => void;

  constructor(onError: (subject: string, error: unknown) => void) {
    this.#onError = onError;
  }

  publish(subject: string, message: unknown): void {
    const listeners = this.#listeners.get(subject);
    if (!listeners) return;
    for (const listener of listeners) {
      try {
        listener(message);
      } catch (error) {
        this.#onError(subject, error);
      }
    }
  }

  subscribe(subject: string, listener: Listener): () => void {
    // Replaced, not mutated: a publish under way goes on over the list it began with.
    this.#listeners.set(subject, [...(this.#listeners.get(subject) ?? []), listener]);
    return () => {
      const rest = (this.#listeners.get(subject) ?? []).filter((other) => other !== listener);
      if (rest.length > 0) this.#listeners.set(subject, rest);
      else this.#listeners.delete(subject);
    };
  }

  /** Within a process nothing is lost. */
  onGap(): () => void {
    return () => undefined;
  }

  /** Whether anybody would hear it: lets a sender skip decoding. */
  hasListeners(subject: string): boolean {
    return this.#listeners.has(subject);
  }
}
