/**
 * How far to trust the winner of a search: one verdict and plain sentences, from numbers computed elsewhere. Wanted:
 * deflated Sharpe ≥ 0.95 (Bailey and López de Prado 2014), probability of overfitting ≤ 0.2 (Bailey et al. 2017), 100
 * trades in the hold-out. A number that is missing never counts in favour.
 *
 * none: nothing speaks for it, or something speaks against it. weak: what luck would show, or not tested enough to say.
 * fair: luck is unlikely, but something that is wanted is missing. good: everything wanted is there.
 */
import type { ResearchWarning, SearchReport } from "../contract/views/research.ts";
import { parseObjective } from "./objective.ts";
import type { SpaceEdge } from "./stability.ts";

export type Trust = SearchReport["trust"];

export interface TrustInput {
  /** Trials that were run, over all searches of the idea that count. */
  readonly trials: number;
  readonly deflatedSharpe: number | null;
  readonly luckSharpe: number | null;
  readonly pbo: number | null;
  readonly stability: number | null;
  readonly sharpe: Trust["sharpe"];
  readonly heldOutTrades: number | null;
  /** The winner as people name it: `36 / 120`. Null without a winner. */
  readonly winner: string | null;
  /** First objective as written, and its mean over the winner's neighbours. */
  readonly objective: string;
  readonly neighbourMean: number | null;
  readonly edges: readonly SpaceEdge[];
  /** The best plateau, and in how many folds the chosen parameters lay in it. */
  readonly plateau: { readonly text: string; readonly held: number; readonly folds: number } | null;
}

export const WANTED = { deflatedSharpe: 0.95, pbo: 0.2, heldOutTrades: 100, stability: 0.6, survival: 0.5 } as const;
const AGAINST = { deflatedSharpe: 0.5, pbo: 0.5 } as const;

export function judgeTrust(input: TrustInput): Trust {
  const { trials, deflatedSharpe, luckSharpe, pbo, stability, sharpe, heldOutTrades } = input;
  const verdict = verdictOf(input);
  return {
    verdict,
    text: reasonOf(input, verdict),
    trials,
    deflatedSharpe,
    luckSharpe,
    pbo,
    stability,
    sharpe,
    heldOutTrades,
    warnings: warningsOf(input),
  };
}

/** Share of the searched Sharpe left out of sample: in the hold-out or the walk-forward, whichever left less. */
export function survivalOf({ searched, walkForward, heldOut }: Trust["sharpe"]): number | null {
  const outside = [heldOut, walkForward].filter((sharpe) => sharpe !== null);
  return outside.length === 0 || searched === null || searched <= 0 ? null : Math.min(...outside) / searched;
}

function verdictOf(input: TrustInput): Trust["verdict"] {
  const { deflatedSharpe, pbo, sharpe, stability, heldOutTrades, edges, winner } = input;
  if (winner === null || sharpe.searched === null || deflatedSharpe === null || lossOf(sharpe) !== null) return "none";
  if (sharpe.searched <= 0 || deflatedSharpe < AGAINST.deflatedSharpe || (pbo !== null && pbo > AGAINST.pbo)) return "none";
  if (deflatedSharpe < WANTED.deflatedSharpe || (pbo !== null && pbo > WANTED.pbo)) return "weak";
  const survival = survivalOf(sharpe);
  // Not looked at outside of what was searched: nothing is known but that luck is unlikely.
  if (survival === null || survival < WANTED.survival / 2) return "weak";
  const complete = pbo !== null && sharpe.heldOut !== null && stability !== null;
  const steady = survival >= WANTED.survival && (stability ?? 0) >= WANTED.stability && edges.length === 0;
  return complete && steady && (heldOutTrades ?? 0) >= WANTED.heldOutTrades ? "good" : "fair";
}

/** Where it lost outside of what was searched. */
function lossOf({ heldOut, walkForward }: Trust["sharpe"]): string | null {
  if (heldOut !== null && heldOut <= 0) return "hold-out";
  return walkForward !== null && walkForward <= 0 ? "walk-forward" : null;
}

function reasonOf(input: TrustInput, verdict: Trust["verdict"]): string {
  const { deflatedSharpe, luckSharpe, pbo, sharpe, trials, winner } = input;
  if (winner === null || sharpe.searched === null) return "No trial finished inside the constraints with a defined Sharpe ratio.";
  if (sharpe.searched <= 0) return "Even the best trial did not earn.";
  const lost = lossOf(sharpe);
  if (lost !== null) return `It loses in the ${lost}, on data that the search did not see.`;
  if (deflatedSharpe === null) return "There is too little data to tell it from luck.";
  if (deflatedSharpe < WANTED.deflatedSharpe) {
    return luckSharpe !== null && luckSharpe * 2 >= sharpe.searched
      ? `Most of the searched result is what the best of ${trials} tries would show by luck.`
      : `With ${trials} tries on this much data, luck cannot be ruled out.`;
  }
  if (pbo !== null && pbo > WANTED.pbo) return `In ${percent(pbo)} of the splits the best in sample was below the median out of sample.`;
  if (verdict === "weak") {
    return survivalOf(sharpe) === null
      ? "Luck is unlikely, but it was not tested on data that the search did not see."
      : "Luck is unlikely, but little of it survives on data that the search did not see.";
  }
  return verdict === "good"
    ? "Luck is unlikely and it holds on data that the search did not see."
    : "Luck is unlikely, but not all that is wanted is there.";
}

function warningsOf(input: TrustInput): ResearchWarning[] {
  return [
    survivalWarning(input),
    loneWarning(input),
    ...edgeWarnings(input),
    tradesWarning(input),
    ...numberWarnings(input),
    plateauNote(input),
  ].filter((warning) => warning !== null);
}

function survivalWarning({ sharpe }: TrustInput): ResearchWarning | null {
  const survival = survivalOf(sharpe);
  if (survival === null) return null;
  const text = `${shareInWords(survival)} of its Sharpe survives out of sample.`;
  return { code: "DEGRADATION", severity: survival >= WANTED.survival ? "info" : survival > 0 ? "warn" : "critical", text };
}

function loneWarning({ stability, winner, neighbourMean, objective }: TrustInput): ResearchWarning | null {
  if (stability === null || winner === null || neighbourMean === null) return null;
  const { metric, sign } = parseObjective(objective);
  const shown = `${metric} ${(sign * neighbourMean + 0).toFixed(2)}`;
  return stability < WANTED.stability
    ? { code: "LONE_PEAK", severity: "warn", text: `${winner} stands alone: its neighbours show ${shown}.` }
    : { code: "STABLE", severity: "info", text: `${winner} does not stand alone: its neighbours show ${shown}.` };
}

function edgeWarnings({ edges }: TrustInput): ResearchWarning[] {
  return edges.map(({ name, end, value }) => ({
    code: "ON_EDGE",
    severity: "warn",
    text: `${name} ${value} is the ${end === "low" ? "lowest" : "highest"} that was searched: the best may lie beyond.`,
  }));
}

function tradesWarning({ heldOutTrades, sharpe }: TrustInput): ResearchWarning | null {
  if (sharpe.heldOut === null && heldOutTrades === null) return { code: "NO_HOLD_OUT", severity: "warn", text: "Nothing was held out." };
  const trades = heldOutTrades ?? 0;
  if (trades >= WANTED.heldOutTrades) return null;
  const text = `${trades} ${trades === 1 ? "trade" : "trades"} in the hold-out: at least ${WANTED.heldOutTrades} are wanted.`;
  return { code: "FEW_HELD_OUT_TRADES", severity: "warn", text };
}

function numberWarnings({ deflatedSharpe, pbo }: TrustInput): ResearchWarning[] {
  const warnings: ResearchWarning[] = [];
  if (deflatedSharpe !== null && deflatedSharpe < WANTED.deflatedSharpe) {
    const severity = deflatedSharpe < AGAINST.deflatedSharpe ? "critical" : "warn";
    const text = `The deflated Sharpe is ${deflatedSharpe.toFixed(2)}: at least ${WANTED.deflatedSharpe} is wanted.`;
    warnings.push({ code: "LUCK", severity, text });
  }
  if (pbo !== null && pbo > WANTED.pbo) {
    const severity = pbo > AGAINST.pbo ? "critical" : "warn";
    warnings.push({
      code: "OVERFIT",
      severity,
      text: `The probability of overfitting is ${percent(pbo)}: at most ${percent(WANTED.pbo)} is wanted.`,
    });
  }
  return warnings;
}

function plateauNote({ plateau }: TrustInput): ResearchWarning | null {
  if (plateau === null || plateau.folds === 0) return null;
  const { text, held, folds } = plateau;
  return { code: "PLATEAU", severity: held * 2 >= folds ? "info" : "warn", text: `Plateau ${text} holds in ${held} of ${folds} folds.` };
}

function shareInWords(share: number): string {
  if (share <= 0) return "Nothing";
  const words = [
    [0.1, "Hardly any"],
    [0.22, "Less than a quarter"],
    [0.29, "A quarter"],
    [0.4, "A third"],
    [0.58, "Half"],
    [0.71, "Two thirds"],
    [0.85, "Three quarters"],
    [1, "Most"],
  ] as const;
  return words.find(([limit]) => share < limit)?.[1] ?? "All";
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
