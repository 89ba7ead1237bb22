/**
 * A real Chromium for the end-to-end tests: found through CHROMIUM_PATH, else where Debian puts it. Every page keeps what
 * its console complained about, so that a test can insist on silence; only a refusal the test itself provoked may be named.
 */
import { type Browser, type BrowserContextOptions, chromium, type Locator, type Page } from "playwright-core";

export const PASSWORD = "open the floor, please";
const WAIT_MS = 15_000;

export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--disable-quic",
    ],
  });
}

export interface Desk {
  readonly page: Page;
  /** Errors and warnings of the console, and uncaught errors of the page, as they came. */
  readonly complaints: string[];
}

/** A page of its own (no cookies, no settings), not yet anywhere. */
export async function openDesk(browser: Browser, options: BrowserContextOptions = {}): Promise<Desk> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  context.setDefaultTimeout(WAIT_MS);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(`${message.text()} ${message.location().url}`);
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  return { page, complaints };
}

/** Signs in with the keyboard alone and waits for the first snapshot. */
export async function signIn(page: Page, url: string, password = PASSWORD): Promise<void> {
  await page.goto(url);
  await page.getByLabel("Name").waitFor();
  await page.keyboard.type("admin");
  await page.keyboard.press("Tab");
  await page.keyboard.type(password);
  await page.keyboard.press("Enter");
  if (password === PASSWORD) await page.locator(".frame .mode").waitFor();
}

/** Resolves with the element's text once it satisfies; the bound is the page's time limit. */
export async function textThat(locator: Locator, fits: (text: string) => boolean): Promise<string> {
  const untilMs = Date.now() + WAIT_MS;
  for (;;) {
    const text = await locator.innerText();
    if (fits(text)) return text;
    if (Date.now() > untilMs) throw new Error(`still reads ${JSON.stringify(text)} after ${WAIT_MS / 1_000} s`);
    await locator.page().evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
  }
}

export function panel(page: Page, title: string): Locator {
  return page.locator("section.panel", { has: page.getByRole("heading", { name: title, exact: true }) });
}

export function strategyRow(page: Page, id: string): Locator {
  return panel(page, "Strategies").locator(`tr[data-key="${id}"]`);
}

/** Pixels the document is wider than its window: above 0 it scrolls sideways. */
export function overflowPx(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
}
