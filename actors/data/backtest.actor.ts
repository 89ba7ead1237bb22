/** Backtests, Monte Carlo runs and validations: one actor a run, by its id. What it does is in research-run.ts. */
import { researchActor, type ResearchDeps } from "./research-run.ts";

export const backtestActor = (deps: ResearchDeps) => researchActor("backtest", deps);
