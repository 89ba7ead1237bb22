/** The page of the API's documentation in a real browser: it draws every route and says nothing on the console. */
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { routes } from "../../domain/contract/routes.ts";
import { launch } from "../e2e/browser.ts";
import { endAll, FloorProcess } from "./floor-process.ts";

const folders: string[] = [];
afterAll(() => endAll(folders));

it("lists every route without a complaint", async () => {
  folders.push(await mkdtemp(join(tmpdir(), "dsta-docs-")));
  const floor = await FloorProcess.start(folders[0]!);
  const browser = await launch();
  try {
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("requestfailed", (request) => complaints.push(`${request.url()}: ${request.failure()?.errorText}`));
    page.on("response", (response) => {
      if (response.status() >= 400) complaints.push(`${response.url()}: ${response.status()}`);
    });
    await page.goto(`${floor.url}/api/docs`);
    await page
      .locator(".opblock")
      .nth(routes.length - 1)
      .waitFor();
    const shown = await page.locator(".opblock").evaluateAll((blocks) =>
      blocks.map((block) => {
        const method = block.querySelector(".opblock-summary-method")?.textContent ?? "";
        const path = block.querySelector(".opblock-summary-path")?.getAttribute("data-path") ?? "";
        return `${method} ${path}`;
      }),
    );
    expect(shown.toSorted()).toEqual(routes.map(({ method, path }) => `${method} /${path}`).toSorted());
    expect(complaints).toEqual([]);
  } finally {
    await browser.close();
  }
  expect((await floor.stop()).code).toBe(0);
});
