/** What Moleculer's circuit breaker counts as a failure of a node. */
import { describe, expect, it } from "vitest";
import { MESH_POLICY } from "../../config/mesh.ts";
import { DstaError, invalid } from "../../domain/kernel/errors.ts";

describe("circuit breaker", () => {
  it("counts what a node fails at, not what is away for all of them, nor what the caller did wrong", () => {
    const { check } = MESH_POLICY.circuitBreaker;
    expect(check(new TypeError("x is not a function"))).toBe(true);
    expect(check(Object.assign(new Error("no answer"), { type: "REQUEST_TIMEOUT", code: 504, retryable: true }))).toBe(true);
    expect(check(new DstaError("INTERNAL", "broken", { code: 500 }))).toBe(true);
    expect(check(new DstaError("MESH_DOWN", "no connection to the others", { code: 503, retryable: true }))).toBe(false);
    expect(check(invalid("price", "a price"))).toBe(false);
  });
});
