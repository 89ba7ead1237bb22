/**
 * The dashboard as a trader uses it: a real Chromium on the real program. What the page claims is checked against the
 * REST API of the same floor. One floor for the whole file; a test leaves it trading and signed in as it found it.
 */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { ActorRow, BookView, OrderRow, RiskView, StrategyDetail, StrategyRow } from "../../domain/contract/views.ts";
import { endAll, FloorProcess } from "../integration/floor-process.ts";
import { type Desk, launch, openDesk, overflowPx, panel, PASSWORD, signIn, strategyRow, textThat } from "./browser.ts";

interface Items<T> {
  readonly items: readonly T[];
}

const folder = mkdtempSync(join(tmpdir(), "dsta-e2e-"));
const env = { DSTA_ADMIN_PASSWORD: PASSWORD };
let floor: FloorProcess;
let browser: Browser;
let desk: Desk;
let page: Page;

const state = async (): Promise<string> => (await floor.get<RiskView>("risk/limits")).state;

beforeAll(async () => {
  [floor, browser] = await Promise.all([FloorProcess.start(folder, { env, args: ["--seed", "e2e"] }), launch()]);
  desk = await openDesk(browser);
  page = desk.page;
});

afterAll(async () => {
  await browser?.close();
  await floor?.stop();
  await endAll([folder]);
});

/** A test that has to see a refusal takes it off the list itself. */
afterEach(() => {
  const heard = desk.complaints.splice(0);
  if (heard.length > 0) throw new Error(`the console complained:\n${heard.join("\n")}`);
});

describe("signing in", () => {
  it("asks nothing of the gateway before there is a login", async () => {
    const asked: string[] = [];
    page.on("request", (request) => request.url().includes("/api/") && asked.push(request.url()));
    await page.goto(floor.url);
    await page.getByLabel("Password").waitFor();
    expect(asked).toEqual([]);
  });

  it("says that a password is wrong and lets try again", async () => {
    await signIn(page, floor.url, "not this one");
    await page.getByRole("alert").filter({ hasText: "LOGIN_FAILED: name or password is wrong" }).waitFor();
    // The browser itself notes every answer 401.
    expect(desk.complaints.splice(0)).toEqual([expect.stringContaining("/api/v1/auth/login")]);
    await signIn(page, floor.url);
  });
});

describe("the floor", () => {
  it("shows the strategies, the mode and a book that moves", async () => {
    const { items } = await floor.get<Items<StrategyRow>>("strategies");
    expect(items).toHaveLength(4);
    for (const { id, symbol } of items) await strategyRow(page, id).filter({ hasText: symbol }).waitFor();
    expect(await page.locator(".mode").innerText()).toBe("PAPER");
    const book = panel(page, "Book").getByRole("table");
    const before = await book.innerText();
    await textThat(book, (text) => text !== before && text.includes("bp"));
  });

  it("stops a strategy and starts it again", async () => {
    const row = strategyRow(page, "sma-btc-1");
    await row.getByRole("button", { name: "Stop sma-btc-1" }).click();
    await page
      .getByRole("dialog")
      .getByRole("button", { name: /^Stop($|, keep)/ })
      .click();
    await row.getByText("Stopped", { exact: true }).waitFor();
    expect((await floor.get<StrategyDetail>("strategies/sma-btc-1")).state).toBe("stopped");
    await row.getByRole("button", { name: "Start sma-btc-1" }).click();
    await row.getByText(/Running|Warm-up/).waitFor();
  });

  it("applies parameters as a new version, after showing before and after", async () => {
    await strategyRow(page, "grid-xrp-1").dblclick();
    const levels = page.locator("#param-levels");
    await levels.fill("99");
    await page.getByRole("alert").filter({ hasText: "at most 50" }).waitFor();
    await levels.fill("3");
    await page.getByText("1 not applied").waitFor();
    await page.getByRole("button", { name: "Apply as v2…" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Apply as v2", exact: true }).click();
    await panel(page, "Versions").locator("li.current", { hasText: "v2" }).waitFor();
    const detail = await floor.get<StrategyDetail>("strategies/grid-xrp-1");
    expect([detail.paramsVersion, detail.params["levels"]]).toEqual([2, 3]);
    await page.keyboard.press("Escape");
    await panel(page, "Strategies").waitFor();
  });

  it("starts a new strategy from the dialog, and its fills tell why", async () => {
    await page.keyboard.press("n");
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Definition").selectOption("sma-cross");
    await dialog.getByLabel("Venue and symbol").selectOption("sim SOL/USDT");
    await dialog.getByLabel("Id", { exact: true }).fill("quick sol");
    await dialog.getByText("Needs an id of").waitFor();
    await dialog.getByLabel("Id", { exact: true }).fill("quick-sol");
    await dialog.locator("#new-fast").fill("2");
    await dialog.locator("#new-slow").fill("5");
    await dialog.locator("#new-interval").selectOption("1s");
    await dialog.getByRole("button", { name: "Start on paper" }).click();
    await page.getByRole("heading", { name: "quick-sol" }).waitFor();
    await panel(page, "Signals")
      .getByText(/crossed (above|below)/)
      .first()
      .waitFor({ timeout: 30_000 });
    await page.keyboard.press("1");
    const fill = panel(page, "Fills").locator("tbody tr", { hasText: "quick-sol" }).first();
    expect(await fill.locator("td").last().getAttribute("title")).toMatch(/crossed (above|below)/);
  });

  it("shows a resting order of ours and cancels it", async () => {
    const { bids } = await floor.get<BookView>("market-data/orderbook/btc-usdt?depth=1");
    const order = await floor.post<OrderRow>("orders", {
      symbol: "BTC/USDT",
      side: "buy",
      type: "limit",
      quantity: "0.001",
      price: (Number(bids[0]?.[0]) * 0.97).toFixed(2),
      why: "rests below the market",
    });
    const cancel = panel(page, "Open orders").getByRole("button", { name: `Cancel ${order.orderId}` });
    await cancel.click();
    await cancel.waitFor({ state: "detached" });
    await floor.until<OrderRow>(`orders/${order.orderId}`, ({ status }) => status === "Canceled");
  });
});

describe("the trading switch", () => {
  const halt = () => page.getByRole("group", { name: "Trading switch" }).getByRole("button", { name: /Halt/ });

  it("does nothing when let go before a second is over", async () => {
    const sent: string[] = [];
    page.on("request", (request) => request.url().endsWith("risk/circuit-breaker") && sent.push(request.url()));
    await halt().hover();
    await page.mouse.down();
    await halt()
      .getByText(/^Hold 0\.[0-8] s$/)
      .waitFor();
    await page.mouse.up();
    await halt().getByText("Halt", { exact: true }).waitFor();
    expect(sent).toEqual([]);
    expect(await state()).toBe("active");
  });

  it("halts after a second, says so everywhere, and resumes only with the typed phrase", async () => {
    await halt().hover();
    await page.mouse.down();
    await page.locator(".banner", { hasText: "HALTED" }).waitFor();
    await page.mouse.up();
    expect(await state()).toBe("halted");
    await strategyRow(page, "mm-eth-1")
      .getByRole("button", { name: /locked, trading is halted/ })
      .waitFor();
    await page.getByRole("button", { name: "Review and resume…" }).click();
    const dialog = page.getByRole("dialog");
    const resume = dialog.getByRole("button", { name: "Resume", exact: true });
    await dialog.getByLabel("Reason, kept in the journal").fill("checked by the test, all is well");
    await dialog.getByLabel("Type RESUME desk-1").fill("resume desk-1");
    expect(await resume.getAttribute("aria-disabled")).toBe("true");
    await dialog.getByLabel("Type RESUME desk-1").fill("RESUME desk-1");
    await resume.click();
    await page.locator(".banner", { hasText: "HALTED" }).waitFor({ state: "detached" });
    expect(await state()).toBe("active");
  });
});

describe("without a mouse", () => {
  it("walks, opens, comes back, filters actors and reduces by keys alone", async () => {
    await page.keyboard.press("1");
    const selected = panel(page, "Strategies").locator('tr[aria-selected="true"]');
    const first = await selected.getAttribute("data-key");
    await page.keyboard.press("k");
    const second = await textThat(selected.locator("td").nth(1), (text) => text !== first);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: second, exact: true }).waitFor();
    await page.keyboard.press("Escape");
    await page.keyboard.press("2");
    await panel(page, "Actors").getByRole("textbox").waitFor();
    await page.keyboard.press("/");
    await page.keyboard.type("kind:book key:btc");
    const books = (await floor.get<Items<ActorRow>>("system/actors")).items.filter(
      ({ kind, key }) => kind === "book" && key.includes("BTC"),
    );
    await panel(page, "Actors")
      .getByText(new RegExp(`^${books.length} of \\d+$`))
      .waitFor();
    await page.keyboard.press("Escape");
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keys" }).waitFor();
    await page.keyboard.press("Escape");
    await page.keyboard.down("Shift");
    await page.keyboard.down("R");
    await page.locator(".banner.reducing").waitFor();
    await page.keyboard.up("R");
    await page.keyboard.up("Shift");
    expect(await state()).toBe("reducing");
    await floor.post("risk/circuit-breaker", { state: "active", reason: "the test goes on", confirm: "RESUME desk-1" });
    await page.locator(".banner.reducing").waitFor({ state: "detached" });
    await page.keyboard.press("1");
  });
});

describe("looks", () => {
  it("keeps the chosen theme over a reload, and the login too", async () => {
    await page.getByRole("button", { name: "admin, settings" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Light" }).click();
    await page.keyboard.press("Escape");
    await page.reload();
    await page.locator(".frame .mode").waitFor();
    expect(await page.locator("html").getAttribute("data-theme")).toBe("light");
  });

  it("fits a phone without scrolling sideways", async () => {
    const phone = await openDesk(browser, { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
    await signIn(phone.page, floor.url);
    await phone.page.getByRole("button", { name: "Open grid-xrp-1" }).waitFor();
    for (const view of ["Floor", "Actors", "Risk"]) {
      await phone.page.getByRole("navigation", { name: "Views" }).getByText(view).click();
      await phone.page.locator(`.frame[data-view="${view.toLowerCase()}"]`).waitFor();
      expect([view, await overflowPx(phone.page)]).toEqual([view, 0]);
    }
    expect(phone.complaints).toEqual([]);
    await phone.page.context().close();
  });
});

describe("the stream", () => {
  it("asks a new snapshot when a message is lost", async () => {
    const other = await openDesk(browser);
    let lose = false;
    const snapshots: number[] = [];
    await other.page.routeWebSocket(/trading\/stream/, (socket) => {
      const server = socket.connectToServer();
      server.onMessage((message) => {
        const { type, seq } = JSON.parse(String(message)) as { type: string; seq: number };
        if (type === "snapshot") snapshots.push(seq);
        if (!lose) return socket.send(message);
        lose = false;
      });
    });
    await signIn(other.page, floor.url);
    expect(snapshots).toHaveLength(1);
    lose = true;
    await other.page.getByText("1 gap", { exact: true }).waitFor();
    await other.page.locator("footer", { hasText: /stream \d+ Hz/ }).waitFor();
    expect(snapshots).toHaveLength(2);
    expect(other.complaints).toEqual([]);
    await other.page.context().close();
  });

  it("comes back to the present after the tab was frozen", async () => {
    const clock = page.locator("footer > span").last();
    const before = await clock.innerText();
    await page.evaluate(() => {
      const untilMs = performance.now() + 2_000;
      while (performance.now() < untilMs);
    });
    await textThat(clock, (text) => text > before);
    await page.locator("footer", { hasText: "0 gaps" }).waitFor();
  });

  it("says that it lost the gateway, locks commands, and takes a fresh snapshot when it is back", async () => {
    const { port } = new URL(floor.url);
    await floor.stop();
    await page.getByRole("alert").filter({ hasText: "This page lost the gateway" }).waitFor();
    await page.getByRole("button", { name: /Halt: locked, commands need the gateway/ }).waitFor();
    floor = await FloorProcess.start(folder, { env, args: ["--port", port] });
    const created = await floor.post<StrategyRow>("strategies", {
      id: "after-restart",
      strategy: "grid",
      venue: "sim",
      symbol: "BTC/USDT",
    });
    await page.getByRole("alert").filter({ hasText: "This page lost the gateway" }).waitFor({ state: "detached", timeout: 30_000 });
    await strategyRow(page, created.id).waitFor();
    // Refused connections are noted by the browser while nobody listens.
    expect(desk.complaints.splice(0).filter((text) => !text.includes("ERR_CONNECTION_REFUSED"))).toEqual([]);
  });
});
