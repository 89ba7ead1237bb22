/**
 * What has been opened, closed in the opposite order, each once, whatever the others do. A part that does not close
 * keeps none of the others open; the first failure is told at the end.
 */

export class Closers {
  readonly #open: { readonly name: string; readonly close: () => unknown }[] = [];
  #closing: Promise<void> | null = null;

  add(name: string, close: () => unknown): void {
    this.#open.push({ name, close });
  }

  closeAll(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const failures: Error[] = [];
    for (let part = this.#open.pop(); part; part = this.#open.pop()) {
      try {
        await part.close();
      } catch (error) {
        failures.push(new Error(`${part.name} did not close`, { cause: error }));
      }
    }
    if (failures.length > 0) throw failures[0]!;
  }
}
