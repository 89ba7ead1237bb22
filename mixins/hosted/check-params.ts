/** Turns a failed schema into the platform's error: the first problem in the message, all of them in the data. */
import type { z } from "zod";
import { DstaError } from "../../domain/kernel/errors.ts";

/** @throws {DstaError} VALIDATION_ERROR with `data.field`, `data.expected` and every issue. */
export function checkParams<T = Record<string, unknown>>(schema: z.ZodType, params: unknown): T {
  const outcome = schema.safeParse(params ?? {});
  if (outcome.success) return outcome.data as T;
  const issues = outcome.error.issues.slice(0, 10).map((issue) => ({ field: fieldOf(issue), expected: issue.message }));
  const first = issues[0]!;
  throw new DstaError("VALIDATION_ERROR", `${first.field}: ${first.expected}`, { code: 422, data: { ...first, issues } });
}

function fieldOf(issue: z.core.$ZodIssue): string {
  if (issue.code === "unrecognized_keys") return issue.keys[0] ?? "params";
  return issue.path.length > 0 ? issue.path.join(".") : "params";
}
