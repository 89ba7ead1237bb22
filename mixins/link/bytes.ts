/**
 * Writing and reading of frames: numbers big-endian, texts with their length in front. The reader refuses with
 * FrameError what is shorter than it says; it never reads beyond the bytes it was given.
 */

/** The bytes are no frame of ours: counted and dropped by whoever listens. */
export class FrameError extends Error {
  override readonly name = "FrameError";
}

const FIRST_BYTES = 512;
/** Characters. */
const SHORT_TEXT = 24;

export class ByteWriter {
  #buffer = Buffer.allocUnsafe(FIRST_BYTES);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  byte(value: number): void {
    this.#room(1);
    this.#length = this.#buffer.writeUInt8(value, this.#length);
  }

  /** 0 to 4294967295. */
  count(value: number): void {
    this.#room(4);
    this.#length = this.#buffer.writeUInt32BE(value, this.#length);
  }

  /** Any number, exact. */
  double(value: number): void {
    this.#room(8);
    this.#length = this.#buffer.writeDoubleBE(value, this.#length);
  }

  text(value: string): void {
    if (value.length <= SHORT_TEXT && this.#shortText(value)) return;
    const sizeBytes = Buffer.byteLength(value);
    this.#room(4 + sizeBytes);
    this.#length = this.#buffer.writeUInt32BE(sizeBytes, this.#length);
    this.#length += this.#buffer.write(value, this.#length);
  }

  /** Letters of ASCII one by one: cheaper than a call into Node. False for others. */
  #shortText(value: string): boolean {
    this.#room(4 + value.length);
    const buffer = this.#buffer;
    const start = this.#length + 4;
    for (let at = 0; at < value.length; at++) {
      const code = value.charCodeAt(at);
      if (code > 0x7f) return false;
      buffer[start + at] = code;
    }
    buffer.writeUInt32BE(value.length, this.#length);
    this.#length = start + value.length;
    return true;
  }

  block(bytes: Uint8Array): void {
    this.#room(4 + bytes.length);
    this.#length = this.#buffer.writeUInt32BE(bytes.length, this.#length);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** As they are: the reader must know their shape. */
  raw(bytes: Uint8Array): void {
    this.#room(bytes.length);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** Hands the bytes over; the writer is empty afterwards. */
  take(): Uint8Array {
    const bytes = this.#buffer.subarray(0, this.#length);
    this.#buffer = Buffer.allocUnsafe(FIRST_BYTES);
    this.#length = 0;
    return bytes;
  }

  #room(sizeBytes: number): void {
    const needed = this.#length + sizeBytes;
    if (needed <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2));
    larger.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = larger;
  }
}

export class ByteReader {
  readonly #buffer: Buffer;
  #at = 0;

  /** Does not copy: `bytes` must stay as they are while what was read out of them is in use. */
  constructor(bytes: Uint8Array) {
    this.#buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get done(): boolean {
    return this.#at >= this.#buffer.length;
  }

  byte(): number {
    return this.#buffer.readUInt8(this.#advance(1));
  }

  count(): number {
    return this.#buffer.readUInt32BE(this.#advance(4));
  }

  double(): number {
    return this.#buffer.readDoubleBE(this.#advance(8));
  }

  /** A whole number from 0, exact: sequence numbers outgrow 32 bits. */
  number(): number {
    const value = this.double();
    if (!Number.isSafeInteger(value) || value < 0) throw new FrameError(`${value} is not a whole number from 0`);
    return value;
  }

  text(): string {
    const sizeBytes = this.count();
    const start = this.#advance(sizeBytes);
    return this.#buffer.toString("utf8", start, start + sizeBytes);
  }

  block(): Buffer {
    const sizeBytes = this.count();
    const start = this.#advance(sizeBytes);
    return this.#buffer.subarray(start, start + sizeBytes);
  }

  #advance(sizeBytes: number): number {
    const start = this.#at;
    if (start + sizeBytes > this.#buffer.length) throw new FrameError(`ends after ${this.#buffer.length} bytes`);
    this.#at = start + sizeBytes;
    return start;
  }
}
