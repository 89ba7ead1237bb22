import { describe, expect, it } from "vitest";
import { LoginLock } from "../../actors/core/login-lock.ts";
import { RateLimit } from "../../actors/core/rate-limit.ts";
import { CachedVerifier } from "../../actors/core/token-verifier.ts";
import { signAccessToken } from "../../actors/core/tokens.ts";
import { ManualClock } from "../../domain/kernel/clock.ts";

const START_MS = 1_763_800_000_000;

describe("the login lock", () => {
  it("doubles the wait up to 15 minutes, and forgets after an hour", () => {
    const clock = new ManualClock(START_MS);
    const lock = new LoginLock(clock);
    const waits: number[] = [];
    for (let failure = 0; failure < 16; failure++) {
      for (;;) {
        try {
          lock.attempt("ann", "here");
          break;
        } catch (error) {
          const { retryAfterMs } = (error as { data: { retryAfterMs: number } }).data;
          waits.push(retryAfterMs / 1_000);
          clock.advance(retryAfterMs);
        }
      }
    }
    expect(waits).toEqual([2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]);
    clock.advance(3_600_000);
    for (let at = 0; at < 5; at++) lock.attempt("ann", "here");
    expect(() => lock.attempt("ann", "here")).toThrow("wait 2 s");
    lock.attempt("ann", "there");
    lock.attempt("bob", "here");
  });

  it("remembers 10,000 pairs: the one untouched longest is forgotten", () => {
    const lock = new LoginLock(new ManualClock(START_MS));
    for (let at = 0; at < 5; at++) lock.attempt("first", "x");
    for (let at = 0; at < 10_000; at++) lock.attempt("other", String(at));
    for (let at = 0; at < 5; at++) lock.attempt("first", "x");
    expect(() => lock.attempt("first", "x")).toThrow("too many failed logins");
  });
});

describe("the rate limit", () => {
  it("opens a window with the first request and closes it after a minute", () => {
    const clock = new ManualClock(START_MS);
    const limit = new RateLimit(clock, 2);
    limit.take("a");
    clock.advance(59_999);
    limit.take("a");
    expect(() => limit.take("a")).toThrow(
      expect.objectContaining({ type: "RATE_LIMITED", data: { retryAfterMs: 1, perMinute: 2 } }) as Error,
    );
    limit.take("b");
    clock.advance(1);
    limit.take("a");
  });
});

describe("the verifier", () => {
  const key = { kid: "k1", secret: new Uint8Array(32).fill(7) };
  const ann = { name: "ann", role: "Trader" } as const;

  it("answers a known token at once, without the key", async () => {
    const clock = new ManualClock(START_MS);
    let loads = 0;
    const verifier = new CachedVerifier(clock, () => Promise.resolve((loads++, key)));
    const token = await signAccessToken(key, ann, "login-1", clock.now());
    expect((await verifier.verify(token)).identity).toEqual(ann);
    expect(verifier.verify(token)).not.toBeInstanceOf(Promise);
    expect(loads).toBe(1);
  });

  it("refuses a token of another key, also under the same kid", async () => {
    const clock = new ManualClock(START_MS);
    const verifier = new CachedVerifier(clock, () => Promise.resolve(key));
    const stranger = { kid: "k1", secret: new Uint8Array(32).fill(8) };
    const renamed = { kid: "k2", secret: key.secret };
    for (const other of [stranger, renamed]) {
      await expect(verifier.verify(await signAccessToken(other, ann, "login", clock.now()))).rejects.toMatchObject({
        type: "TOKEN_INVALID",
        code: 401,
      });
    }
  });

  it("refuses the tokens of a login that was ended", async () => {
    const clock = new ManualClock(START_MS);
    const verifier = new CachedVerifier(clock, () => Promise.resolve(key));
    const [seen, unseen] = [
      await signAccessToken(key, ann, "login-1", clock.now()),
      await signAccessToken(key, ann, "login-1", clock.now()),
    ];
    await verifier.verify(seen);
    verifier.endSession("login-1");
    await expect(verifier.verify(seen)).rejects.toMatchObject({ type: "TOKEN_INVALID" });
    await expect(verifier.verify(unseen)).rejects.toMatchObject({ type: "TOKEN_INVALID" });
  });
});
