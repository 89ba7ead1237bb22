import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { getDocument, OPS } from "pdfjs-dist/legacy/build/pdf.mjs";
import { describe, expect, it } from "vitest";
import type { MonteCarloReport, SearchReport, ValidationReport } from "../../domain/contract/views/research.ts";
import { searchSpec } from "../../domain/contract/research/search.ts";
import { compareReports } from "../../domain/validation/compare.ts";
import { metricLabel, metricText } from "../../research/report/metric-labels.ts";
import { type AnyReport, renderReport } from "../../research/report/render.ts";
import { renderTemplate } from "../../research/report/template.ts";
import { tradeChart } from "../../research/run/trade-chart.ts";
import { sampleReport, sampleRun, sampleSpec, START_MS, waveData } from "./backtest-samples.ts";

const EVIL = `</script><script>alert(1)</script><img src=x onerror="alert(2)">'`;
const report = sampleReport({ run: sampleRun({ title: EVIL, by: EVIL }) });
const charts = [tradeChart(waveData().tables[0]!, report.trades, { points: 200 })];

async function page(of: AnyReport): Promise<string> {
  return (await renderReport(of, "html", { charts })).body.toString();
}

async function pdfOf(of: AnyReport) {
  const { body } = await renderReport(of, "pdf");
  const fonts = join(dirname(createRequire(import.meta.url).resolve("pdfjs-dist/package.json")), "standard_fonts/");
  const document = await getDocument({ data: new Uint8Array(body), standardFontDataUrl: fonts, verbosity: 0 }).promise;
  const texts: string[] = [];
  let curves = 0;
  for (let number = 1; number <= document.numPages; number++) {
    const sheet = await document.getPage(number);
    const { items } = await sheet.getTextContent();
    texts.push(...items.map((item) => ("str" in item ? item.str : "")));
    const { fnArray } = await sheet.getOperatorList();
    curves += fnArray.filter((operation) => operation === OPS.constructPath).length;
  }
  return { body, pages: document.numPages, text: texts.join("\n"), curves };
}

function searchSample(): SearchReport {
  const trials = [5, 10, 15].flatMap((fast, a) =>
    [20, 40].map((slow, b) => ({
      trial: a * 2 + b,
      fold: null,
      params: { fast, slow },
      state: "done" as const,
      reason: null,
      objectives: [a + b / 2],
      metrics: { sharpe: a + b / 2, maxDrawdown: 0.1 + b / 10, totalReturn: 0.2, trades: 30 },
      feasible: true,
      onFront: a === 2,
    })),
  );
  const spec = searchSpec.parse({
    backtest: sampleSpec(),
    space: { fast: { values: [5, 10, 15] }, slow: { values: [20, 40] } },
    seed: EVIL.slice(0, 64),
  });
  return {
    run: sampleRun({ kind: "optimize", title: EVIL }),
    spec,
    best: trials[5]!,
    trials,
    front: [4, 5],
    hypervolume: 1,
    folds: [
      {
        fold: 0,
        trainFromMs: START_MS,
        trainToMs: START_MS + 10,
        testFromMs: START_MS + 10,
        testToMs: START_MS + 20,
        params: { fast: 5, slow: 20 },
        inSample: { sharpe: 2 },
        outOfSample: null,
      },
    ],
    stitched: report.equity.slice(0, 20),
    trust: {
      verdict: "weak",
      text: "Most of it is luck.",
      trials: 6,
      deflatedSharpe: 0.71,
      luckSharpe: 1.08,
      pbo: 0.38,
      stability: 0.5,
      sharpe: { searched: 1.31, walkForward: 0.86, heldOut: null },
      heldOutTrades: 41,
      warnings: [{ code: "X", severity: "warn", text: EVIL }],
    },
    equity: report.equity,
  };
}

const monteCarlo: MonteCarloReport = {
  run: sampleRun({ kind: "monte-carlo", title: EVIL }),
  method: "block-bootstrap",
  paths: 1_000,
  quantiles: [{ quantile: 0.05, finalEquity: 9_000, maxDrawdown: 0.3 }],
  ruinShare: 0.01,
  fan: [0, 1, 2].map((day) => ({ time: START_MS + day * 86_400_000, p05: 90 + day, p25: 95, p50: 100, p75: 105, p95: 110 })),
  warnings: [],
};
const validation: ValidationReport = {
  run: sampleRun({ kind: "validate", title: EVIL }),
  checks: [{ name: "look-ahead", verdict: "pass", text: EVIL, numbers: { cuts: 8, broken: null } }],
};
const comparison = compareReports([report, sampleReport({ run: sampleRun({ id: "run-2", title: EVIL }) })]);
const all: readonly (readonly [string, AnyReport])[] = [
  ["backtest", report],
  ["search", searchSample()],
  ["comparison", comparison],
  ["Monte Carlo", monteCarlo],
  ["validation", validation],
];

describe("an HTML report", () => {
  it.each(all)("of a %s names nothing outside of itself and lets only its own scripts run", async (_name, of) => {
    const text = await page(of);
    const scripts = [...text.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, script]) => script!);
    expect(scripts).toHaveLength(2);
    const policy = /http-equiv="Content-Security-Policy"\s+content="([^"]+)"/.exec(text)![1]!.replaceAll("&#39;", "'");
    for (const script of scripts) expect(policy).toContain(createHash("sha256").update(script).digest("base64"));
    expect(policy).toContain("default-src 'none'");
    expect(text).not.toMatch(/(src|href)=["']?https?:/);
    expect(text).not.toMatch(/@import|url\(/);
  });

  it.each(all)("of a %s escapes what users wrote", async (_name, of) => {
    const text = await page(of);
    const outside = text.replace(/<script[\s\S]*?<\/script>/g, "");
    expect(outside).not.toContain("<img");
    expect(outside).not.toContain("alert(1)</");
    expect(outside).toContain("&lt;img src=x");
    expect(text.match(/<script/g)).toHaveLength(4);
  });

  it("holds the report's own numbers, as text and as data", async () => {
    const text = await page(report);
    const data = /<script type="application\/json" id="report">([\s\S]*?)<\/script>/.exec(text)![1]!;
    expect(JSON.parse(data)).toEqual(JSON.parse(JSON.stringify(report)));
    for (const name of ["finalEquity", "sharpe", "maxDrawdown", "profitFactor"]) {
      expect(text).toContain(metricLabel(name));
      expect(text).toContain(metricText(name, report.metrics[name]));
    }
    expect(text).toContain(report.run.dataHash!);
    expect(text).toContain(report.hash);
    expect(await page(report)).toBe(text);
  });

  it("says how many trades it leaves out and why a metric is undefined", async () => {
    const many = { ...report, trades: Array.from({ length: 600 }, () => report.trades[0]!), tradesTotal: 700 };
    expect(await page(many)).toContain("the first 500 of 700; 200 are left out here");
    const why = Array.from({ length: 100 }, (_, index) => ({
      by: "why" as const,
      name: `why ${index}`,
      pnl: 100 - index,
      fee: 0,
      trades: 1,
    }));
    const grouped = (await page({ ...report, attribution: why })).replace(/<script[\s\S]*?<\/script>/g, "");
    expect(grouped).toContain("76 rows between are left out here");
    expect([grouped.includes("why 0<"), grouped.includes("why 50<"), grouped.includes("why 99<")]).toEqual([true, false, true]);
    const still = sampleReport({ data: waveData(["BTC/USDT"], 10) });
    const [name] = Object.keys(still.why);
    expect(await page(still)).toContain(still.why[name!]!.replaceAll("'", "&#39;"));
  });
});

describe("a PDF report", () => {
  it("is read by another reader: title, metrics, curves, every page numbered", async () => {
    const { text, pages, curves } = await pdfOf(sampleReport({ run: sampleRun({ title: "Crossover – überall 漢" }) }));
    expect(text).toContain("Crossover – überall ?");
    for (const name of ["finalEquity", "sharpe", "maxDrawdown"]) expect(text).toContain(metricLabel(name));
    expect(text).toContain(metricText("finalEquity", report.metrics["finalEquity"]));
    expect(curves).toBeGreaterThan(10);
    expect(text).toContain(`page ${pages} of ${pages}`);
  });

  it.each(all)("of a %s can be read, and is the same bytes again", async (_name, of) => {
    const first = await pdfOf(of);
    expect(first.pages).toBeGreaterThan(0);
    expect(first.text).toContain("DSTA research");
    expect((await renderReport(of, "pdf")).body.equals(first.body)).toBe(true);
  });
});

describe("a report of the wrong kind", () => {
  it("has no trades to write", async () => {
    await expect(renderReport(monteCarlo, "trades.csv")).rejects.toThrow("format: expected html or pdf");
  });
});

describe("a template of the user's own", () => {
  it("renders the report's numbers, escaped, with the house's forms", async () => {
    const template =
      "<h1>{{ report.run.title }}</h1>{{ 'sharpe' | metric_label }} {{ report.metrics.sharpe | metric: 'sharpe' }}" +
      "{% for t in report.trades limit: 2 %}[{{ t.entryTime | day }} {{ t.pnl | signed_money }}]{% endfor %}";
    const { body } = await renderReport(report, "html", { template });
    const text = body.toString();
    expect(text).toContain("<h1>&lt;/script&gt;");
    expect(text).toContain(`Sharpe ${metricText("sharpe", report.metrics["sharpe"])}[2024-01-`);
  });

  it.each([
    ["a file", "{% include '/etc/passwd' %}"],
    ["a layout", "{% layout 'x' %}"],
    ["a rendered file", "{% render '../package.json' %}"],
    ["an unknown filter", "{{ 'x' | readFile }}"],
    ["endless work", "{% for a in (1..100000) %}{% for b in (1..100000) %}{{ a }}{% endfor %}{% endfor %}"],
    ["endless memory", "{% assign s = 'aaaaaaaaaa' %}{% for a in (1..100) %}{% assign s = s | append: s %}{% endfor %}"],
    ["a broken tag", "{% if %}"],
    ["a wrong value", "{{ report.run.title | money }}"],
  ])("is refused when it asks for %s", (_name, template) => {
    expect(() => renderTemplate(template, report)).toThrow(expect.objectContaining({ type: "TEMPLATE_BAD" }) as Error);
  });

  it("sees no property that is not the report's own", () => {
    expect(
      renderTemplate("[{{ report.constructor }}{{ report.__proto__ }}{{ report.trades.constructor.name }}{{ process }}]", report),
    ).toBe("[]");
  });

  it("cannot change the report", () => {
    renderTemplate("{% assign x = report.trades | reverse %}{{ x | size }}", report);
    expect(report.trades[0]!.entryTime).toBeLessThan(report.trades[1]!.entryTime);
  });
});
