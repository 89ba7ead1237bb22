/**
 * The frame of every HTML report: one file that needs no network. Style, uPlot, the drawing script and the report's data
 * stand in it; a Content-Security-Policy of hashes lets exactly these scripts run and nothing be fetched.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createRequire } from "node:module";
import type { ChartData } from "./chart-data.ts";
import { html, Markup, scriptJson } from "./markup.ts";
import { pageScript } from "./page-script.ts";
import { STYLE } from "./style.ts";

export interface Page {
  readonly title: string;
  readonly panels: readonly Markup[];
  readonly charts: readonly ChartData[];
  /** The report itself, as the API gives it, for programs that read the page. */
  readonly report: unknown;
  readonly footer: string;
}

const plot = uPlotFiles();

export function pageOf({ title, panels, charts, report, footer }: Page): string {
  const start = pageScript();
  const scripts = [plot.script, start].map(sourceHash).join(" ");
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src ${scripts}; base-uri 'none'`;
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <title>${title}</title>
        ${element("style", "", plot.style + STYLE)}
      </head>
      <body>
        ${panels}
        <footer>${footer}</footer>
        ${element("script", 'type="application/json" id="report"', scriptJson(report))}
        ${element("script", 'type="application/json" id="charts"', scriptJson(charts))} ${element("script", "", plot.script)}
        ${element("script", "", start)}
      </body>
    </html> `;
  return page.text;
}

/** A panel with a heading; `width` is a class of the grid, "" for the whole line. */
export function panel(title: string, note: string, body: Markup, width: "" | "half" | "third" | "wide" = ""): Markup {
  return html`<section class="panel ${width}">
    <h2>${title} <small>${note}</small></h2>
    ${body}
  </section>`;
}

export function chartPanel(title: string, note: string, charts: readonly ChartData[], width: "" | "half" | "third" | "wide" = ""): Markup {
  const places = charts.map(
    ({ id, kind }) =>
      html`<div class="chart" id="${id}"></div>
        ${kind === "candles" ? html`<div class="marker-text" id="${id}-marker"></div>` : null}`,
  );
  return panel(title, note, html`<div class="body">${places}</div>`, width);
}

/** Byte for byte: the policy holds the hash of a script's text, and a formatter of templates must not touch it. */
function element(name: "script" | "style", attributes: string, text: string): Markup {
  return new Markup(`<${name}${attributes === "" ? "" : ` ${attributes}`}>${text}</${name}>`);
}

function sourceHash(script: string): string {
  return `'sha256-${createHash("sha256").update(script).digest("base64")}'`;
}

function uPlotFiles(): { readonly script: string; readonly style: string } {
  const folder = dirname(createRequire(import.meta.url).resolve("uplot/dist/uPlot.iife.min.js"));
  const read = (name: string) => readFileSync(join(folder, name), "utf8").replaceAll("</script", "<\\/script");
  return { script: read("uPlot.iife.min.js"), style: read("uPlot.min.css") };
}
