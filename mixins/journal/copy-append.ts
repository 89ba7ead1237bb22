/**
 * The fast way of a batch of appends: all of them or none, as one implicit transaction in one round trip.
 *
 * The heads are advanced by `dsta.advance`, which refuses the whole batch unless every stream stands where its group
 * expects it; the events follow as COPY, which costs half of an INSERT from arrays (bench/journal.bench.ts). Everything is
 * sent at once and ended by one Sync: what comes after a refusal, the server leaves unread.
 * Source: PostgreSQL manual 55.2.3 (extended query) and 55.2.6 (COPY); a pipeline without BEGIN commits at Sync.
 */
import type pg from "pg";
import type { Append } from "./append.ts";

/** SQLSTATE of our own by which `dsta.advance` refuses (class DS is not the standard's). */
export const REFUSED = "DS001";

const ADVANCE = "select dsta.advance($1::text[], $2::bigint[], $3::bigint[], $4::bigint[])";
const COPY = "copy dsta.journal (stream, version, epoch, type, schema, at_ms, causation_id, correlation_id, data) from stdin (format text)";

/** Connections that have both statements prepared. */
const prepared = new WeakSet<pg.Connection>();

/** Resolves true when all is durable, false when one of the groups was refused and nothing was written. */
export function copyAppends(client: pg.Client, heads: readonly string[], batch: readonly Append[]): Promise<boolean> {
  const rows = Buffer.from(copyRows(batch));
  return new Promise((resolve, reject) => {
    client.query(
      new CopyAppend(heads, rows, (error) => {
        if (error === null) resolve(true);
        else if (error.code === REFUSED) resolve(false);
        else reject(error);
      }),
    );
  });
}

/** A query that node-postgres runs in its queue, given the connection; its other members are the library's callbacks. */
class CopyAppend implements pg.Submittable {
  readonly #heads: readonly string[];
  readonly #rows: Buffer;
  readonly #done: (error: (Error & { readonly code?: string }) | null) => void;

  constructor(heads: readonly string[], rows: Buffer, done: (error: (Error & { readonly code?: string }) | null) => void) {
    this.#heads = heads;
    this.#rows = rows;
    this.#done = done;
  }

  submit(connection: pg.Connection): void {
    const { stream } = connection;
    stream.cork();
    if (!prepared.has(connection)) {
      connection.parse({ name: "dsta-advance", text: ADVANCE, types: [] }, true);
      connection.parse({ name: "dsta-copy", text: COPY, types: [] }, true);
      prepared.add(connection);
    }
    connection.bind({ statement: "dsta-advance", values: [...this.#heads] }, true);
    connection.execute(null, true);
    connection.bind({ statement: "dsta-copy" }, true);
    connection.execute(null, true);
    stream.write(header("d", this.#rows.length));
    stream.write(this.#rows);
    stream.write(header("c", 0));
    connection.sync();
    stream.uncork();
  }

  handleError(error: Error): void {
    this.#done(error);
  }

  handleReadyForQuery(): void {
    this.#done(null);
  }

  // What the two statements say on their way tells nothing that the end does not.
  handleDataRow(): void {}
  handleCommandComplete(): void {}
  handleCopyInResponse(): void {}
}

/** Type and length of a protocol message; the length counts itself. */
function header(type: "c" | "d", bodyBytes: number): Buffer {
  const bytes = Buffer.allocUnsafe(5);
  bytes.write(type, 0, "latin1");
  bytes.writeInt32BE(bodyBytes + 4, 1);
  return bytes;
}

/** In the batch's order, which is that of positions. Names and JSON texts hold no control character: tabs and newlines are ours. */
function copyRows(batch: readonly Append[]): string {
  let rows = "";
  for (const { stream, epoch, base, events, texts } of batch) {
    const name = escaped(stream);
    for (let index = 0; index < events.length; index++) {
      const { type, schema, atMs, causationId, correlationId } = events[index]!;
      const ids = `${idOrNull(causationId)}\t${idOrNull(correlationId)}`;
      rows += `${name}\t${base + index + 1}\t${epoch}\t${escaped(type)}\t${schema}\t${atMs}\t${ids}\t${escaped(texts[index]!)}\n`;
    }
  }
  return rows;
}

function idOrNull(id: string | undefined): string {
  return id === undefined ? "\\N" : escaped(id);
}

function escaped(text: string): string {
  return text.includes("\\") ? text.replaceAll("\\", "\\\\") : text;
}
