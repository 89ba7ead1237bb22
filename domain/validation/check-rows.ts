/**
 * Results of the checks as rows of a report: a verdict, a sentence, the numbers behind it. Owns where the lines between
 * pass, warn and fail are drawn; the checks themselves only measure.
 */
import type { ValidationCheck } from "../contract/views/research.ts";
import type { Benchmark } from "./benchmark.ts";
import type { CostSensitivity } from "./cost-sensitivity.ts";
import type { ForeknowledgeResult } from "./foreknowledge.ts";
import type { LookAheadResult } from "./look-ahead.ts";
import type { MonteCarloResult } from "./monte-carlo.ts";
import type { RandomEntryResult } from "./random-entry.ts";
import type { WarmUpResult } from "./warm-up.ts";
import { counted, minuteText, money, percent } from "./warning/sentence.ts";

const SIGNIFICANT = 0.05;
const FEW_TRADES = 30;

export function skippedRow(name: string, reason: string): ValidationCheck {
  return { name, verdict: "skipped", text: reason, numbers: {} };
}

export function lookAheadRow({ clean, cutsMs, runs, decisions, differences }: LookAheadResult): ValidationCheck {
  const first = differences.reduce((a, b) => (a === undefined || b.atMs < a.atMs ? b : a), differences[0]);
  const numbers = { cuts: cutsMs.length, runs, decisions, differences: differences.length, firstMs: first?.atMs ?? null };
  if (clean) {
    const verdict = decisions === 0 ? "warn" : "pass";
    const text =
      decisions === 0
        ? "It decided nothing: nothing could show."
        : `No look-ahead: ${decisions} decisions, ${cutsMs.length} cuts, all the same.`;
    return { name: "look-ahead", verdict, text, numbers };
  }
  const change =
    first!.cutMs === null ? "when run again on the same data" : `with the future ${first!.future} at ${minuteText(first!.cutMs)}`;
  return {
    name: "look-ahead",
    verdict: "fail",
    text: `Results before the cut change ${change}: ${first!.what}, ${minuteText(first!.atMs)}.`,
    numbers,
  };
}

export function foreknowledgeRow({ knows, score, fills }: ForeknowledgeResult): ValidationCheck {
  const name = "foreknowledge";
  const numbers = { score, fills };
  if (knows === null) return { name, verdict: "skipped", text: `${counted(fills, "fill")} on other bars: too few to tell.`, numbers };
  const shown = `its positions go with the real market by ${score!.toFixed(1)} deviations of chance`;
  return knows
    ? { name, verdict: "fail", text: `Shown other bars, ${shown}: it knows the real ones from elsewhere.`, numbers }
    : { name, verdict: "pass", text: `Shown other bars, ${shown}: nothing it could know.`, numbers };
}

export function warmUpRow({ decisions, rows, enoughBars }: WarmUpResult): ValidationCheck {
  const name = "warm-up";
  const numbers: Record<string, number | null> = { decisions, enoughBars };
  for (const { pastBars, different, lastsBars } of rows) {
    numbers[`differentAt${pastBars}`] = different;
    numbers[`lastsBarsAt${pastBars}`] = lastsBars;
  }
  const longest = rows[rows.length - 1];
  if (longest === undefined) return { name, verdict: "skipped", text: "Too few bars to start later.", numbers };
  if (enoughBars !== null)
    return { name, verdict: "pass", text: `With ${enoughBars} bars of past all decisions are those of the whole past.`, numbers };
  const differ = `${counted(longest.different, "decision")} differ for ${counted(longest.lastsBars, "bar")}`;
  return {
    name,
    verdict: "warn",
    text: `With ${longest.pastBars} bars of past ${differ}: give it a longer past, or other indicators.`,
    numbers,
  };
}

export function costRow({ rows, breakEvenBps, costBps }: CostSensitivity): ValidationCheck {
  const name = "costs";
  const numbers: Record<string, number | null> = { breakEvenBps, costBps };
  for (const { factor, netProfit } of rows) numbers[`netProfitAt${factor}`] = netProfit;
  const at = (factor: number) => rows.find((row) => row.factor === factor)!;
  if (at(1).trades === 0) return { name, verdict: "skipped", text: "It never traded.", numbers };
  if (at(1).netProfit <= 0) {
    const text = at(0).netProfit > 0 ? "It earns without costs and loses with them." : "It loses without any costs.";
    return { name, verdict: "fail", text, numbers };
  }
  const even = breakEvenBps === null ? "" : ` It breaks even at ${breakEvenBps.toFixed(1)} bp a side, and pays ${costBps!.toFixed(1)}.`;
  const loses = rows.find(({ factor, netProfit }) => factor > 1 && netProfit <= 0);
  return loses === undefined
    ? { name, verdict: "pass", text: `It earns at three times the costs as well.${even}`, numbers }
    : { name, verdict: "warn", text: `It loses at ${loses.factor} times the costs.${even}`, numbers };
}

export function latencyRow({ latency }: CostSensitivity): ValidationCheck {
  const name = "latency";
  const numbers = Object.fromEntries(latency.map(({ barsLate, netProfit }) => [`netProfitAt${barsLate}BarsLate`, netProfit]));
  const [none] = latency;
  if (none === undefined || none.trades === 0) return { name, verdict: "skipped", text: "It never traded.", numbers };
  if (none.netProfit <= 0) return { name, verdict: "skipped", text: "It loses as it is: there is no profit to lose.", numbers };
  const half = latency.find(({ netProfit }) => netProfit < none.netProfit / 2);
  const said = half ?? latency[latency.length - 1]!;
  const late = `Orders ${counted(said.barsLate, "bar")} late`;
  const text = said.netProfit <= 0 ? `${late} lose.` : `${late} keep ${percent(said.netProfit / none.netProfit)} of the profit.`;
  return { name, verdict: half === undefined ? "pass" : "warn", text, numbers };
}

export function randomEntryRow(result: RandomEntryResult | null): ValidationCheck {
  const name = "random-entry";
  if (result === null) return { name, verdict: "skipped", text: "No trade was closed.", numbers: {} };
  const { trades, runs, own, random, pValue } = result;
  const numbers = { trades, runs, own, random, pValue };
  const text = `${percent(pValue)} of ${runs} runs with as many trades at random times did as well (approximation).`;
  if (pValue < SIGNIFICANT && trades >= FEW_TRADES) return { name, verdict: "pass", text, numbers };
  return {
    name,
    verdict: "warn",
    text: pValue < SIGNIFICANT ? `${text} ${counted(trades, "trade")} are few.` : `${text} Its timing is not told from chance.`,
    numbers,
  };
}

export function holdingRow({ name: held, equity }: Benchmark, cash: number, finalEquity: number): ValidationCheck {
  const holding = (equity.value[equity.value.length - 1] ?? cash) / cash - 1;
  const own = finalEquity / cash - 1;
  const text = `It earned ${percent(own)}, ${held} ${percent(holding)} (${money(holding * cash)}).`;
  return { name: "holding", verdict: own >= holding ? "pass" : "warn", text, numbers: { own, holding } };
}

export function monteCarloRow(name: string, { quantiles, ruinShare, paths, warnings }: MonteCarloResult): ValidationCheck {
  const at = (share: number) => quantiles.find(({ quantile }) => quantile === share)!;
  const [low, median, deep] = [at(0.05).finalEquity, at(0.5).finalEquity, at(0.95).maxDrawdown];
  const numbers = { paths, p05: low, p50: median, maxDrawdown95: deep, ruinShare };
  const worst = warnings.find(({ severity }) => severity === "critical") ?? warnings.find(({ severity }) => severity === "warn");
  const text = worst?.text ?? `19 of 20 paths end above ${money(low)} and fall by less than ${percent(deep)}.`;
  return { name, verdict: worst === undefined ? "pass" : worst.severity === "critical" ? "fail" : "warn", text, numbers };
}
