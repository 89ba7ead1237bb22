/** What a check of `dsta doctor` is given and answers. Checks read only, work while the floor is stopped, and never throw. */
import type { z } from "zod";
import type { runFile } from "../floor-client.ts";

export interface Finding {
  readonly result: "ok" | "warn" | "fail";
  readonly detail: string;
  /** What to do about it; empty when it is ok. */
  readonly advice: string;
}

export interface DoctorContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute path of the data folder; it need not exist. */
  readonly dataFolder: string;
  /** Of the floor that runs in the data folder and answers; null when none does. */
  readonly running: z.infer<typeof runFile> | null;
}

export interface Check {
  readonly name: string;
  run(context: DoctorContext): Promise<Finding>;
}

export function ok(detail: string): Finding {
  return { result: "ok", detail, advice: "" };
}

export function warn(detail: string, advice: string): Finding {
  return { result: "warn", detail, advice };
}

export function fail(detail: string, advice: string): Finding {
  return { result: "fail", detail, advice };
}
