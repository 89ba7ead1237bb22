/**
 * The dashboard on a cluster: where actors live, a node that dies and comes back, handing an actor over and emptying a
 * node by mouse. What the page shows is checked against the REST API of the same cluster.
 */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { ClusterProcess, endClusters } from "../integration/cluster-process.ts";
import { type Desk, launch, openDesk, panel, signIn } from "./browser.ts";

const folder = mkdtempSync(join(tmpdir(), "dsta-e2e-cluster-"));
const NODES = ["core-1", "exchange-1", "exchange-2", "exchange-3"];
const STRATEGY = "strategy/grid-xrp-1";
let cluster: ClusterProcess;
let browser: Browser;
let desk: Desk;
let page: Page;

const nodeBox = (name: string): Locator =>
  panel(page, "Nodes and actors").locator(".node", { has: page.locator(".node-name", { hasText: name }) });
const all = (rows: readonly { readonly state: string }[]): boolean => rows.every(({ state }) => state === "active");

beforeAll(async () => {
  [cluster, browser] = await Promise.all([ClusterProcess.start(folder), launch()]);
  await cluster.actorsWhen((nodeOf, rows) => nodeOf.has(STRATEGY) && nodeOf.has("execution/sim:main") && all(rows));
  desk = await openDesk(browser);
  page = desk.page;
  await signIn(page, cluster.run().url);
  await page.keyboard.press("2");
});

afterAll(async () => {
  await browser?.close();
  await endClusters([cluster], [folder]);
});

afterEach(() => {
  const heard = desk.complaints.splice(0);
  if (heard.length > 0) throw new Error(`the console complained:\n${heard.join("\n")}`);
});

it("shows four nodes and what lives on them", async () => {
  for (const node of NODES) await nodeBox(node).waitFor();
  await panel(page, "Nodes and actors")
    .getByText(/^4 alive, \d+ actors$/)
    .waitFor();
  const [node, books] = [(await cluster.actorsWhen((nodeOf) => nodeOf.size > 0)).get("connection/sim:main")!, 24];
  await nodeBox(node).getByText(`${books} of ${books}`).waitFor();
});

it("shows a node that died, its actors elsewhere, and it back again", async () => {
  const node = (await cluster.actorsWhen((nodeOf) => nodeOf.has("execution/sim:main"))).get("execution/sim:main")!;
  cluster.signal(node, "SIGKILL");
  await panel(page, "Nodes and actors")
    .getByText(/^3 alive, 1 dead, \d+ actors$/)
    .waitFor();
  const other = NODES.filter((name) => name.startsWith("exchange") && name !== node);
  await panel(page, "Nodes and actors")
    .locator(".node", { hasText: "24 of 24" })
    .filter({ hasText: new RegExp(other.join("|")) })
    .waitFor();
  await cluster.readyTimes(node, 2);
  await panel(page, "Nodes and actors")
    .getByText(/^4 alive, \d+ actors$/)
    .waitFor();
  await nodeBox(node).getByText("24 of 24").waitFor();
});

it("hands an actor over from its row", async () => {
  const from = (await cluster.actorsWhen((nodeOf, rows) => nodeOf.has(STRATEGY) && all(rows))).get(STRATEGY)!;
  const to = NODES.find((name) => name.startsWith("exchange") && name !== from)!;
  await page.keyboard.press("/");
  await page.keyboard.type("key:grid-xrp-1");
  await page.keyboard.press("Escape");
  await panel(page, "Actors").locator("tbody tr", { hasText: "grid-xrp-1" }).click();
  await panel(page, "Actors").getByRole("button", { name: "Move…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Node").selectOption(to);
  await dialog.getByRole("button", { name: "Move", exact: true }).click();
  await panel(page, "Actors").locator("tbody tr", { hasText: "grid-xrp-1" }).filter({ hasText: to }).waitFor();
  expect((await cluster.actorsWhen((nodeOf) => nodeOf.has(STRATEGY))).get(STRATEGY)).toBe(to);
});

it("empties a node, and shows that nothing is on it", async () => {
  const node = (await cluster.actorsWhen((nodeOf) => nodeOf.has(STRATEGY))).get(STRATEGY)!;
  await nodeBox(node)
    .getByRole("button", { name: `Drain ${node}` })
    .click();
  await page.getByRole("dialog").getByRole("button", { name: "Drain", exact: true }).click();
  await nodeBox(node).getByText("draining: exchange, trading").waitFor();
  await nodeBox(node).locator(".group").first().waitFor({ state: "detached" });
  const nodes = await cluster.nodes();
  expect(nodes.find(({ nodeId }) => nodeId === node)).toMatchObject({ draining: true, actors: 0 });
});
