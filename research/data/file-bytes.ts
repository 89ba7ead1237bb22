/**
 * The bytes of a data file, decompressed, told by their first bytes and not by the name: plain text, gzip, zstd or
 * Parquet. Text comes as a stream of chunks, so memory does not grow with the file. Refuses what is missing, empty,
 * no regular file, or of another format.
 */
import { createReadStream } from "node:fs";
import { open, stat } from "node:fs/promises";
import { pipeline, type Readable } from "node:stream";
import { createGunzip, createZstdDecompress } from "node:zlib";
import { isExpected, messageOf } from "../../domain/kernel/errors.ts";
import { type DataFile, dataEmpty, dataNotFound, dataUnreadable } from "./data-errors.ts";

export type FileForm = "plain" | "gzip" | "zstd" | "parquet";

export interface FileFacts {
  readonly form: FileForm;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
}

const EXPECTED = "expected CSV (plain, gzip or zstd) or Parquet";
const CHUNK_BYTES = 262_144;
const MAGICS: readonly (readonly [form: string, bytes: readonly number[]])[] = [
  ["gzip", [0x1f, 0x8b]],
  ["zstd", [0x28, 0xb5, 0x2f, 0xfd]],
  ["parquet", [0x50, 0x41, 0x52, 0x31]],
  ["a zip archive", [0x50, 0x4b, 0x03, 0x04]],
  ["a Feather (Arrow) file", [0x41, 0x52, 0x52, 0x4f, 0x57]],
  ["a Feather file", [0x46, 0x45, 0x41, 0x31]],
  ["an HDF5 file", [0x89, 0x48, 0x44, 0x46]],
  ["an xz archive", [0xfd, 0x37, 0x7a, 0x58]],
  ["a bzip2 archive", [0x42, 0x5a, 0x68]],
];

/** @throws {DstaError} DATA_NOT_FOUND, DATA_EMPTY or DATA_UNREADABLE naming the file. */
export async function factsOf(file: DataFile): Promise<FileFacts> {
  const info = await stat(file.path).catch((error: unknown) => {
    throw isMissing(error) ? dataNotFound(file.name, undefined, error) : dataUnreadable(file.name, reasonOf(error), { cause: error });
  });
  if (!info.isFile()) throw dataUnreadable(file.name, "expected a file, got a folder or a device");
  if (info.size === 0) throw dataEmpty(file.name, "the file is empty, expected rows of bars");
  return { form: await formOf(file), sizeBytes: info.size, modifiedMs: info.mtimeMs };
}

/** Decompressed chunks of a text file. @throws {DstaError} DATA_UNREADABLE */
export async function* chunksOf(file: DataFile, form: FileForm): AsyncGenerator<Buffer> {
  const stream = textStream(file.path, form);
  try {
    for await (const chunk of stream) yield chunk as Buffer;
  } catch (error) {
    if (isExpected(error) && error.type.startsWith("DATA_")) throw error;
    throw dataUnreadable(file.name, reasonOf(error), { cause: error });
  } finally {
    stream.destroy();
  }
}

function textStream(path: string, form: FileForm): Readable {
  const bytes = createReadStream(path, { highWaterMark: CHUNK_BYTES });
  if (form === "plain") return bytes;
  const expand = form === "gzip" ? createGunzip({ chunkSize: CHUNK_BYTES }) : createZstdDecompress({ chunkSize: CHUNK_BYTES });
  // The callback exists because pipeline wants one: the error itself reaches whoever reads the last stream.
  return pipeline(bytes, expand, () => undefined);
}

async function formOf(file: DataFile): Promise<FileForm> {
  const first = await firstBytes(file);
  const known = MAGICS.find(([, magic]) => magic.every((byte, index) => first[index] === byte))?.[0];
  if (known === undefined) {
    if (first.includes(0)) throw dataUnreadable(file.name, `${EXPECTED}, got binary data`);
    return "plain";
  }
  if (known !== "gzip" && known !== "zstd" && known !== "parquet") throw dataUnreadable(file.name, `${EXPECTED}, got ${known}`);
  return known;
}

async function firstBytes(file: DataFile): Promise<Buffer> {
  try {
    const handle = await open(file.path);
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(64), 0, 64, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw dataUnreadable(file.name, reasonOf(error), { cause: error });
  }
}

/** Why, without the path that messages of the file system carry. */
function reasonOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code.startsWith("Z")) return `the compressed data is corrupt or cut short (${messageOf(error)})`;
  if (code === "EACCES" || code === "EPERM") return "expected a file that may be read";
  return code === "" ? messageOf(error) : `cannot be read (${code})`;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR");
}
