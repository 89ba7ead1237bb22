import { describe, expect, it } from "vitest";
import { formatLogLine, levelOf } from "../../cli/log-line.ts";
import { parseParams } from "../../cli/param-values.ts";
import { renderTable } from "../../brokers/table.ts";
import type { Terminal } from "../../cli/terminal.ts";
import { startOptions } from "../../cli/verbs/start.ts";

const plain: Terminal = {
  out: () => undefined,
  err: () => undefined,
  env: {},
  colour: false,
  interactive: false,
  ask: () => Promise.resolve(""),
};

describe("a table", () => {
  it("aligns, shows nothing as a dash, and lets no control character through", () => {
    const rows = [
      { name: "a\u001b[31m", size: "1.25" },
      { name: "long name", size: null },
    ];
    const text = renderTable(
      [
        { title: "NAME", value: (row) => row.name },
        { title: "SIZE", value: (row) => row.size, right: true },
      ],
      rows,
    );
    expect(text).toBe("NAME       SIZE\na [31m     1.25\nlong name     -\n");
    expect(renderTable([], [])).toBe("none\n");
  });
});

describe("parameters", () => {
  it("are numbers, booleans and texts by their look", () => {
    expect(parseParams(["fast=12", "size=0.5", "both=true", "interval=5s", "text=a=b"])).toEqual({
      fast: 12,
      size: 0.5,
      both: true,
      interval: "5s",
      text: "a=b",
    });
  });

  it.each(["fast", "=1", "fast=", "9x=1", "a b=1", "__proto__=1"])("%j is refused", (pair) => {
    expect(() => parseParams([pair])).toThrow(
      expect.objectContaining({ exitCode: 2, message: expect.stringContaining("name=value") as string }) as Error,
    );
  });

  it("given twice are refused", () => {
    expect(() => parseParams(["a=1", "a=2"])).toThrow("a is given twice");
  });
});

describe("the start's flags", () => {
  it("become options", () => {
    expect(startOptions({ repl: true })).toEqual({ replay: [], speed: 1, repl: true, jsonLog: false, withParent: false, strategies: [] });
    const options = startOptions({
      replay: ["package.json"],
      speed: "max",
      port: 0,
      host: "0.0.0.0",
      repl: false,
      set: ["s-1:fast=3", "s-1:slow=9", "s-2:both=true"],
    });
    expect(options).toMatchObject({ speed: "max", port: 0, repl: false });
    expect(options.strategies).toEqual([
      { id: "s-1", params: { fast: 3, slow: 9 } },
      { id: "s-2", params: { both: true } },
    ]);
  });

  it("that do not fit are refused by name", () => {
    expect(() => startOptions({ repl: true, replay: ["no/such.csv"] })).toThrow("--replay: there is no file no/such.csv");
    expect(() => startOptions({ repl: true, speed: 2 })).toThrow("--speed: only a replay has a speed");
    expect(() => startOptions({ repl: true, set: ["fast=3"] })).toThrow("--set: expected id:name=value");
  });
});

describe("a log line", () => {
  it("is readable", () => {
    const line = JSON.stringify({
      level: 40,
      time: 0,
      pid: 1,
      svc: "risk",
      msg: "refused",
      code: "ORDER_RATE",
      err: { stack: "Error: x\n  at y" },
    });
    expect(levelOf(line)).toBe(40);
    expect(formatLogLine(line, plain)).toBe("1970-01-01T00:00:00.000Z WARN  risk: refused code=ORDER_RATE\nError: x\n  at y");
  });

  it("that is no JSON stays as it is", () => {
    expect(levelOf("plain text")).toBe(30);
    expect(formatLogLine("plain text", plain)).toBe("plain text");
  });
});
