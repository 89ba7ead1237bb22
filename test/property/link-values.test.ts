/** Values over the link: what is read equals what was written, for anything node:v8 can carry; broken bytes are refused. */
import { deserialize, serialize } from "node:v8";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FrameError } from "../../mixins/link/bytes.ts";
import { decodeValue, encodeValue } from "../../mixins/link/value-codec.ts";

const value = fc.anything({
  withBigInt: true,
  withDate: true,
  withMap: true,
  withSet: true,
  withTypedArray: true,
  withSparseArray: true,
  withNullPrototype: true,
});

describe("values", () => {
  it("come back as node:v8 would give them back", () => {
    fc.assert(
      fc.property(value, (given) => {
        expect(decodeValue(encodeValue(given))).toEqual(deserialize(serialize(given)));
      }),
      { numRuns: 1_000 },
    );
  });

  it("keep bigints of any size, and -0, NaN and infinities", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }), (given) => {
        expect(decodeValue(encodeValue(given))).toBe(given);
      }),
    );
    for (const given of [-0, 0, Number.NaN, Infinity, -Infinity, 2 ** 32, 2 ** 32 - 1, -1, 0.1])
      expect(decodeValue(encodeValue(given))).toBe(given);
  });

  it("keep what contains itself, and a key named __proto__", () => {
    const loop: { self?: unknown } = {};
    loop.self = loop;
    expect(() => decodeValue(encodeValue(loop))).not.toThrow();
    const odd = decodeValue(encodeValue(JSON.parse('{"__proto__": {"admin": true}}'))) as { admin?: boolean };
    expect(odd.admin).toBeUndefined();
    expect(Object.keys(odd)).toEqual(["__proto__"]);
  });

  it("that are functions cannot travel", () => {
    expect(() => encodeValue({ act: () => 1 })).toThrow();
    expect(() => encodeValue(Symbol("s"))).toThrow();
  });

  it("cut short or changed are refused or read as something else, without any other error", () => {
    fc.assert(
      fc.property(value, fc.nat(), fc.nat({ max: 255 }), (given, at, byte) => {
        const bytes = Buffer.from(encodeValue(given));
        bytes[at % bytes.length] = byte;
        for (const broken of [bytes, bytes.subarray(0, at % bytes.length)]) {
          try {
            decodeValue(broken);
          } catch (error) {
            expect(error).toBeInstanceOf(FrameError);
          }
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
