import { describe, expect, it } from "vitest";
import { DstaError, InvariantError, invalid, invariant, isExpected, messageOf, notFound } from "../../domain/kernel/errors.ts";

describe("expected failures", () => {
  it("name the field, the expectation and what came", () => {
    const error = invalid("limit", "a whole number from 1 to 1,000", "many");
    expect(error.message).toBe('limit: expected a whole number from 1 to 1,000, got "many"');
    expect(error).toMatchObject({ name: "DstaError", type: "VALIDATION_ERROR", code: 422, retryable: false });
    expect(error.data).toEqual({ field: "limit", expected: "a whole number from 1 to 1,000", got: '"many"' });
    expect(invalid("limit", "a value").data).toEqual({ field: "limit", expected: "a value" });
  });

  it("cut a long value short", () => {
    expect(invalid("note", "text", "x".repeat(500)).message.length).toBeLessThan(120);
  });

  it("say what does not exist", () => {
    expect(notFound("order", "a-1")).toMatchObject({ type: "NOT_FOUND", code: 404, message: "order a-1 does not exist" });
  });

  it("keep their cause and defaults", () => {
    const cause = new Error("socket closed");
    expect(new DstaError("GONE", "gone", { cause, retryable: true, code: 503 })).toMatchObject({
      cause,
      retryable: true,
      code: 503,
      data: {},
    });
    expect("cause" in new DstaError("GONE", "gone")).toBe(false);
  });
});

describe("telling the two kinds apart", () => {
  it("knows an expected failure, also one that came over the wire", () => {
    const wired = Object.assign(new Error("fenced"), { type: "FENCED" });
    expect([new DstaError("A", "a"), wired, new Error("plain"), new InvariantError("bug"), "text", null].map(isExpected)).toEqual([
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
  });

  it("never takes a broken invariant for an expected failure", () => {
    expect(isExpected(Object.assign(new InvariantError("bug"), { type: "X" }))).toBe(false);
    expect(() => invariant(0, "zero is false")).toThrow(new InvariantError("zero is false"));
    expect(() => invariant("yes", "not thrown")).not.toThrow();
  });

  it("finds a message in anything thrown", () => {
    expect([new Error("a"), "b", 3, undefined].map(messageOf)).toEqual(["a", "b", "3", "undefined"]);
  });
});
