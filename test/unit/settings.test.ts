import { describe, expect, it } from "vitest";
import { parseSettings, SETTINGS } from "../../config/settings.ts";

describe("settings", () => {
  it("are complete without any variable, and frozen", () => {
    const settings = parseSettings({ PATH: "/bin", LANG: "C" });
    expect(Object.keys(settings).sort()).toEqual(Object.keys(SETTINGS).sort());
    expect(settings).toMatchObject({ host: "127.0.0.1", port: 3_000, desk: "desk-1", logLevel: "info", simEquity: 1_000_000 });
    expect(Object.isFrozen(settings)).toBe(true);
    expect(() => Object.assign(settings, { port: 1 })).toThrow(TypeError);
  });

  it("each have a variable of their own and a reason", () => {
    const names = Object.values(SETTINGS).map(({ env }) => env);
    expect(new Set(names).size).toBe(names.length);
    for (const { env, reason } of Object.values(SETTINGS)) {
      expect(env).toMatch(/^[A-Z][A-Z0-9_]*$/);
      expect(reason.length, env).toBeGreaterThan(10);
    }
  });

  it("read numbers and texts, and take an empty or blank value for none", () => {
    expect(parseSettings({ PORT: "0", DSTA_SEED: "x", DSTA_STALE_AFTER_MS: "700" })).toMatchObject({
      port: 0,
      seed: "x",
      staleAfterMs: 700,
    });
    expect(parseSettings({ PORT: "", DSTA_DESK: " ", DSTA_ADMIN_PASSWORD: "" })).toMatchObject({
      port: 3_000,
      desk: "desk-1",
      adminPassword: undefined,
    });
  });

  it.each([
    ["PORT", "70000"],
    ["PORT", "http"],
    ["PORT", "1.5"],
    ["DSTA_DESK", "My Desk"],
    ["DSTA_LOG_LEVEL", "loud"],
    ["DSTA_ADMIN_PASSWORD", "short"],
    ["DATABASE_URL", "mysql://x"],
    ["DSTA_SIM_EQUITY", "1"],
    ["DSTA_SIM_EQUITY", "NaN"],
    ["DSTA_ASK_TIMEOUT_MS", "1e9"],
    ["DSTA_ASK_TIMEOUT_MS", "5s"],
  ])("refuse %s=%j, naming the variable", (name, value) => {
    expect(() => parseSettings({ [name]: value })).toThrow(
      expect.objectContaining({
        type: "CONFIG_INVALID",
        message: expect.stringContaining(`${name}: `),
        data: expect.objectContaining({ field: name }),
      }),
    );
  });

  it("never repeat a secret that does not fit", () => {
    expect(() => parseSettings({ DSTA_ADMIN_PASSWORD: "s3cret" })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining("s3cret") }),
    );
  });

  it("refuse an unknown DSTA_ variable, listing those there are, but not the variables of the command line", () => {
    expect(() => parseSettings({ DSTA_PROT: "1" })).toThrow(/DSTA_PROT is not a setting; there are .*DSTA_SEED/);
    expect(() => parseSettings({ DSTA_TOKEN: "t", DSTA_USER: "u", DSTA_PASSWORD: "p", DSTA_URL: "http://x" })).not.toThrow();
  });
});
