import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { renderReport } from "../../research/report/render.ts";
import { tradeChart } from "../../research/run/trade-chart.ts";
import { sampleReport, sampleRun, waveData } from "../unit/backtest-samples.ts";
import { launch, openDesk, textThat } from "./browser.ts";

const EVIL = `</title></script><script>window.hacked = 1</script><img src=x onerror="window.hacked = 2">`;

let browser: Browser;
let folder: string;
let url: string;

beforeAll(async () => {
  browser = await launch();
  folder = mkdtempSync(join(tmpdir(), "dsta-report-"));
  const report = sampleReport({ run: sampleRun({ title: EVIL }) });
  const charts = [tradeChart(waveData().tables[0]!, report.trades, { points: 1_000 })];
  const { body } = await renderReport(report, "html", { charts });
  const file = join(folder, "report.html");
  writeFileSync(file, body);
  url = pathToFileURL(file).href;
});
afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function opened(colorScheme: "dark" | "light") {
  const { page, complaints } = await openDesk(browser, { colorScheme, offline: true });
  const requests: string[] = [];
  page.on("request", (request) => requests.push(request.url()));
  await page.goto(url);
  await page.locator("#equity canvas").waitFor();
  return { page, complaints, requests };
}

async function middleOf(page: Page, chart: string) {
  const over = page.locator(`#${chart} .u-over`);
  await over.scrollIntoViewIfNeeded();
  const box = (await over.boundingBox())!;
  return { x: box.x + box.width / 2, y: box.y + box.height / 2, width: box.width };
}

describe("a report in a browser", () => {
  it.each(["dark", "light"] as const)("opens offline in %s, fetches nothing and runs nobody's script", async (scheme) => {
    const { page, complaints, requests } = await opened(scheme);
    expect(await page.locator("canvas").count()).toBe(3);
    expect(await page.locator("h1").innerText()).toBe(EVIL);
    expect(await page.evaluate("window.hacked")).toBeUndefined();
    expect(requests).toEqual([url]);
    expect(complaints).toEqual([]);
    const background = await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    expect(background).toBe(scheme === "dark" ? "rgb(10, 12, 15)" : "rgb(237, 239, 242)");
    await page.context().close();
  });

  it("shows values under the pointer and the reason of a trade", async () => {
    const { page } = await opened("dark");
    const middle = await middleOf(page, "equity");
    await page.mouse.move(middle.x, middle.y);
    const legend = page.locator("#equity .u-legend");
    expect(await textThat(legend, (text) => text.includes("2024-01-"))).toMatch(/equity\s*:?\s*[\d,]+\.\d\d/);
    const candles = await middleOf(page, "candles-0");
    const caption = page.locator("#candles-0-marker");
    for (let step = -10; step <= 10 && (await caption.innerText()) === ""; step++) {
      await page.mouse.move(candles.x + step * 12, candles.y);
    }
    expect(await caption.innerText()).toContain("crossed");
    await page.context().close();
  });

  it("zooms where it is dragged, both curves together, and shows all again", async () => {
    const { page } = await opened("dark");
    const middle = await middleOf(page, "equity");
    const pictures = () =>
      page.evaluate(() => ["equity", "drawdown"].map((id) => document.querySelector<HTMLCanvasElement>(`#${id} canvas`)!.toDataURL()));
    const before = await pictures();
    await page.mouse.move(middle.x - 100, middle.y);
    await page.mouse.down();
    await page.mouse.move(middle.x + 100, middle.y, { steps: 4 });
    await page.mouse.up();
    await page.waitForFunction((old) => document.querySelector<HTMLCanvasElement>("#equity canvas")!.toDataURL() !== old, before[0]!);
    await page.waitForFunction((old) => document.querySelector<HTMLCanvasElement>("#drawdown canvas")!.toDataURL() !== old, before[1]!);
    await page.mouse.dblclick(middle.x, middle.y);
    await page.waitForFunction((old) => document.querySelector<HTMLCanvasElement>("#equity canvas")!.toDataURL() === old, before[0]!);
    await page.context().close();
  });
});
