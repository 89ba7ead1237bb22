/**
 * The Research view as a quant uses it: a real Chromium on the real program with real bars. What the page claims is
 * checked against the REST API of the same floor. One floor for the whole file; runs of earlier tests are there later.
 */
import { cpSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { metricText } from "../../dashboard/src/model/research/metric-names.ts";
import type { BacktestReport, ResearchRun, ResearchTrade, SearchReport } from "../../domain/contract/views/research.ts";
import { endAll, FloorProcess } from "../integration/floor-process.ts";
import { type Desk, launch, openDesk, overflowPx, panel, PASSWORD, signIn, textThat } from "./browser.ts";

interface Items<T> {
  readonly items: readonly T[];
}

const SET = "binance-btcusdt-1h-2017-2024.csv.gz";
const folder = mkdtempSync(join(tmpdir(), "dsta-e2e-research-"));
const data = mkdtempSync(join(tmpdir(), "dsta-e2e-bars-"));
const env = { DSTA_ADMIN_PASSWORD: PASSWORD, DSTA_RESEARCH_DATA: data };
let floor: FloorProcess;
let browser: Browser;
let desk: Desk;
let page: Page;

const form = (): Locator => panel(page, "New run");
const bar = (): Locator => page.locator("section.run-bar");
const runs = (): Locator => panel(page, "Runs").locator("tbody tr");
const newest = async (): Promise<ResearchRun> => (await floor.get<Items<ResearchRun>>("backtest/runs?limit=1")).items[0]!;
const done = (id: string): Promise<ResearchRun> => floor.until<ResearchRun>(`backtest/${id}`, ({ state }) => state === "done");

/** Runs the form by keys and resolves with the run that the page then shows. */
async function run(): Promise<string> {
  const before = await runs().count();
  await page.keyboard.press("Control+Enter");
  await runs().nth(before).waitFor();
  const { id } = await newest();
  await page.waitForURL(`**/#/research/${id}`);
  return id;
}

async function fill(label: string, text: string): Promise<void> {
  await form().getByLabel(label, { exact: true }).fill(text);
}

/** Single keys rest inside fields. */
function leaveField(): Promise<void> {
  return panel(page, "Trades").getByRole("heading").click();
}

beforeAll(async () => {
  cpSync(join("../shared/data/candles", SET), join(data, SET));
  [floor, browser] = await Promise.all([FloorProcess.start(folder, { env, args: ["--seed", "e2e"] }), launch()]);
  desk = await openDesk(browser, { acceptDownloads: true });
  page = desk.page;
  await signIn(page, floor.url);
  await page.keyboard.press("4");
  await form().getByLabel("Strategy").selectOption("sma-cross");
});

afterAll(async () => {
  await browser?.close();
  await floor?.stop();
  await endAll([folder, data]);
});

afterEach(() => {
  const heard = desk.complaints.splice(0);
  if (heard.length > 0) throw new Error(`the console complained:\n${heard.join("\n")}`);
});

describe("the form", () => {
  it("knows the data, and says before the run what is wrong", async () => {
    await form().getByText("58,419 bars").waitFor();
    await panel(page, "Runs").getByText("No run yet").waitFor();
    await fill("Taker fee, bp", "ten");
    await form().getByText("Needs taker fee: expected a number.").waitFor();
    expect(await form().getByRole("button", { name: "Run" }).getAttribute("aria-disabled")).toBe("true");
    await page.keyboard.press("Control+Enter");
    expect((await floor.get<Items<ResearchRun>>("backtest/runs")).items).toEqual([]);
    await fill("Taker fee, bp", "10");
  });

  it("shows a refusal with its reason", async () => {
    await fill("fast", "40");
    await page.keyboard.press("Control+Enter");
    await page.getByRole("alert").filter({ hasText: "slow above fast: 30 is not above 40" }).waitFor();
    expect((await floor.get<Items<ResearchRun>>("backtest/runs")).items).toEqual([]);
    await fill("fast", "10");
    // The browser notes every answer 422.
    expect(desk.complaints.splice(0)).toEqual([expect.stringContaining("/api/v1/backtest/run")]);
  });
});

describe("a backtest", () => {
  let report: BacktestReport;

  it("shows what the API says of it", async () => {
    const id = await run();
    await done(id);
    report = await floor.get<BacktestReport>(`backtest/${id}/results?points=1000`);
    const list = panel(page, "Metrics").locator(".metric-list > div");
    for (const [label, name] of [
      ["Total return", "totalReturn"],
      ["Sharpe", "sharpe"],
      ["Max drawdown", "maxDrawdown"],
      ["Trades", "trades"],
    ] as const) {
      const figure = list.filter({ has: page.locator("dt", { hasText: new RegExp(`^${label}$`) }) }).locator("dd");
      expect(await textThat(figure, (text) => text !== "")).toBe(metricText(name, report.metrics[name]));
    }
    for (const { text } of report.warnings) await panel(page, "How far to trust it").getByText(text).waitFor();
    const figure = panel(page, "Equity and drawdown").locator("figure");
    expect(await figure.getAttribute("aria-label")).toContain(metricText("totalReturn", report.metrics["totalReturn"]));
  });

  it("walks its trades by keys, each with its reason", async () => {
    const { items } = await floor.get<Items<ResearchTrade>>(`backtest/${report.run.id}/trades?limit=2`);
    await leaveField();
    const told = panel(page, "Trades").locator(".trade-told");
    await page.keyboard.press("j");
    await told.getByText(items[0]!.why).waitFor();
    await page.keyboard.press("j");
    await told.getByText(items[1]!.why).waitFor();
    await panel(page, "Trades")
      .getByText(/^\d+h bars/)
      .waitFor();
    await panel(page, "Trades").getByRole("button", { name: "Whole run" }).click();
    await told.waitFor({ state: "detached" });
  });

  it("has its months as a table", async () => {
    await panel(page, "Equity and drawdown").getByRole("button", { name: "Monthly" }).click();
    const rows = panel(page, "Equity and drawdown").locator("table.monthly tbody tr");
    expect(await rows.locator("th").allInnerTexts()).toEqual(report.monthly.map(({ year }) => String(year)));
    await panel(page, "Equity and drawdown").getByRole("button", { name: "Equity" }).click();
  });

  it("is saved as a file that holds it", async () => {
    const coming = page.waitForEvent("download");
    await panel(page, "Runs").getByLabel(`Report of run ${report.run.id}`).selectOption("html");
    const file = await coming;
    expect(file.suggestedFilename()).toBe(`${report.run.id}.html`);
    const html = readFileSync(await file.path(), "utf8");
    expect(html).toMatch(/^<!doctype html>/i);
    expect(html).toContain(report.run.id);
  });

  it("is compared with another one, and says where they differ", async () => {
    await fill("Taker fee, bp", "4");
    const id = await run();
    await done(id);
    for (const each of [id, report.run.id]) await panel(page, "Runs").getByLabel(`Compare run ${each}`).check();
    await page.keyboard.press("c");
    const compared = panel(page, "Comparison");
    await compared
      .getByText(/differs?:/)
      .first()
      .waitFor();
    const returns = compared.locator("tbody tr", { hasText: "Total return" }).locator("td");
    expect((await returns.allInnerTexts())[2]).toBe(metricText("totalReturn", report.metrics["totalReturn"]));
    await page.keyboard.press("c");
    await compared.waitFor({ state: "detached" });
  });
});

describe("a search", () => {
  it("fills the heat-map, and its verdict is the API's", async () => {
    await form().getByRole("button", { name: "Optimise" }).click();
    for (const [name, from, to, step] of [
      ["fast", "5", "20", "5"],
      ["slow", "10", "40", "10"],
    ] as const) {
      await fill(`${name} from`, from);
      await fill(`${name} to`, to);
      await fill(`${name} step`, step);
    }
    await form().getByText("16 trials × 58,419 bars").waitFor();
    const id = await run();
    await done(id);
    const report = await floor.get<SearchReport>(`backtest/${id}/results?points=100`);
    const heat = panel(page, "Sharpe by fast and slow").locator(".heat tbody td");
    expect(report.run.skipped).toBe(4);
    await heat.filter({ hasText: "×" }).nth(3).waitFor();
    expect(await heat.count()).toBe(16);
    await panel(page, "How far to trust it").getByText(report.trust.text, { exact: true }).waitFor();
    await leaveField();
    await page.keyboard.press("t");
    const first = panel(page, "Trials").locator("tbody tr").first().locator("td");
    const { best } = report;
    expect((await first.allInnerTexts()).slice(1, 4)).toEqual([
      String(best?.params["fast"]),
      String(best?.params["slow"]),
      metricText("sharpe", best?.metrics["sharpe"]),
    ]);
    await page.keyboard.press("t");
  });

  it("leads to a backtest of its best", async () => {
    const search = await newest();
    await panel(page, "Trades").getByRole("button", { name: "Backtest the best" }).click();
    const id = await textThat(bar().locator(".run-name"), (text) => text.startsWith("Run bt-"));
    expect(id).not.toBe(`Run ${search.id}`);
    const found = await newest();
    expect((await done(found.id)).bestParams).toMatchObject(search.bestParams ?? {});
  });

  it("stops by a key at once and goes on where it stopped", async () => {
    await form().getByLabel("Search", { exact: true }).selectOption("random");
    await fill("Trials", "20000");
    for (const [name, to] of [
      ["fast", "200"],
      ["slow", "400"],
    ] as const) {
      await fill(`${name} to`, to);
      await fill(`${name} step`, "1");
    }
    const id = await run();
    await floor.until<ResearchRun>(`backtest/${id}`, ({ done: count }) => count > 0);
    await leaveField();
    await bar().getByRole("button", { name: /Stop/ }).waitFor();
    await page.keyboard.press("x");
    await bar().getByText("cancelled", { exact: true }).waitFor();
    const stopped = await floor.get<ResearchRun>(`backtest/${id}`);
    expect(stopped.state).toBe("cancelled");
    await bar().getByRole("button", { name: "Resume" }).click();
    await floor.until<ResearchRun>(`backtest/${id}`, ({ state, done: count }) => state === "running" && count >= stopped.done);
    await bar().getByRole("button", { name: /Stop/ }).click();
    await bar().getByText("cancelled", { exact: true }).waitFor();
  });
});

describe("looks", () => {
  it("says that a run does not exist", async () => {
    await page.goto(`${floor.url}/#/research/bt-nothing`);
    await bar().getByRole("alert").filter({ hasText: "NOT_FOUND" }).waitFor();
    // The browser notes every answer 404.
    desk.complaints.splice(0);
  });

  it("fits a phone without scrolling sideways, where the form is only read", async () => {
    const phone = await openDesk(browser, { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
    await signIn(phone.page, floor.url);
    await phone.page.getByRole("navigation", { name: "Views" }).getByText("Research").click();
    await panel(phone.page, "How far to trust it").waitFor();
    expect(await overflowPx(phone.page)).toBe(0);
    expect(await panel(phone.page, "New run").getByLabel("Strategy").isDisabled()).toBe(true);
    expect(await panel(phone.page, "New run").getByRole("button", { name: "Run" }).count()).toBe(0);
    expect(phone.complaints).toEqual([]);
    await phone.page.context().close();
  });
});
