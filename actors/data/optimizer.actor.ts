/** Searches over parameters and walk-forwards: one actor a run, by its id. What it does is in research-run.ts. */
import { researchActor, type ResearchDeps } from "./research-run.ts";

export const optimizerActor = (deps: ResearchDeps) => researchActor("optimizer", deps);
