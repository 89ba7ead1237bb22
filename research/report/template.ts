/**
 * Reports by a template of the user's own (Liquid): given the report's object and filters for its numbers. A template
 * reaches nothing else: no file, no include, no network, no property that is not the report's own; every value is escaped
 * unless it says `raw`; length, time, memory and number of steps are bounded, and passing a bound is a refusal.
 */
import { Liquid } from "liquidjs";
import { DstaError, messageOf } from "../../domain/kernel/errors.ts";
import { metricLabel, metricText } from "./metric-labels.ts";
import { dateText, durationText, moneyText, priceText, shareText, signedMoneyText, timeText } from "./number-text.ts";

const TEMPLATE_CHARACTERS = 200_000;
const RENDER_MS = 2_000;
/** Values and characters that one rendering may make. */
const MEMORY_UNITS = 20_000_000;
const STEPS = 500_000;

/** @throws {DstaError} TEMPLATE_BAD saying where and what, for a template that does not parse, fails or passes a bound. */
export function renderTemplate(template: string, report: object): string {
  if (template.length > TEMPLATE_CHARACTERS) throw refused(`expected at most ${TEMPLATE_CHARACTERS} characters, got ${template.length}`);
  try {
    // A copy through JSON: own plain values only, and what a filter changes is not the caller's.
    const scope = { report: JSON.parse(JSON.stringify(report)) as object };
    const result: unknown = engine().parseAndRenderSync(template, scope, {
      templateLimit: STEPS,
      renderLimit: RENDER_MS,
      memoryLimit: MEMORY_UNITS,
    });
    return String(result);
  } catch (error) {
    throw refused(messageOf(error).split("\n")[0] ?? "cannot be rendered", error);
  }
}

function engine(): Liquid {
  const liquid = new Liquid({
    templates: {},
    relativeReference: false,
    dynamicPartials: false,
    ownPropertyOnly: true,
    outputEscape: "escape",
    strictFilters: true,
    strictVariables: false,
    timezoneOffset: 0,
    locale: "en-US",
    parseLimit: TEMPLATE_CHARACTERS,
    renderLimit: RENDER_MS,
    memoryLimit: MEMORY_UNITS,
  });
  for (const tag of ["include", "render", "layout", "block"]) delete liquid.tags[tag];
  const filters: Readonly<Record<string, (value: number | null) => string>> = {
    share: shareText,
    money: moneyText,
    signed_money: signedMoneyText,
    price: priceText,
    day: dateText,
    time: timeText,
    duration: durationText,
  };
  for (const [name, text] of Object.entries(filters)) liquid.registerFilter(name, (value: unknown) => text(numberOf(name, value)));
  liquid.registerFilter("metric", (value: unknown, name: unknown) => metricText(String(name), numberOf("metric", value)));
  liquid.registerFilter("metric_label", (name: unknown) => metricLabel(String(name)));
  return liquid;
}

function numberOf(filter: string, value: unknown): number | null {
  if (value === null || value === undefined) return null;
  if (typeof value !== "number") throw refused(`${filter}: expected a number, got ${JSON.stringify(value)}`);
  return value;
}

function refused(why: string, cause?: unknown): DstaError {
  return new DstaError("TEMPLATE_BAD", `template: ${why}`, { data: { field: "template" }, ...(cause === undefined ? {} : { cause }) });
}
