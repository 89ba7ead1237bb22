/**
 * Checks a request's parameters with its route's schema before any action is called, and says in the platform's own
 * words what is wrong: the first problem in `data`, all of them (at most 20) in `data.issues`. Values of secret fields
 * are never echoed.
 */
import type { z } from "zod";
import type { Route } from "../../domain/contract/routes.ts";
import { DstaError, invalid } from "../../domain/kernel/errors.ts";

const MAX_ISSUES = 20;
const SECRET = /password|token|secret/i;

type Issue = z.core.$ZodIssue;

/** @throws {DstaError} VALIDATION_ERROR (422) */
export function checkParams(route: Route, params: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const checked = route.params.safeParse(params);
  if (checked.success) return checked.data;
  const problems = checked.error.issues.slice(0, MAX_ISSUES).map((issue) => describeIssue(issue, params));
  const first = problems[0] ?? invalid("request", "valid parameters");
  throw new DstaError("VALIDATION_ERROR", first.message, {
    code: 422,
    data: { ...first.data, issues: problems.map((problem) => problem.data) },
  });
}

function describeIssue(issue: Issue, params: unknown): DstaError {
  if (issue.code === "unrecognized_keys") return invalid([...issue.path, issue.keys[0]].join("."), "no such field");
  const field = issue.path.join(".") || "request";
  const got = valueAt(params, issue.path);
  if (got === undefined) return invalid(field, `${expectation(issue)} (missing)`);
  return SECRET.test(field) ? invalid(field, expectation(issue)) : invalid(field, expectation(issue), printable(got));
}

function expectation(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type":
      return `a value of type ${issue.expected}`;
    case "too_big":
      return `at most ${issue.maximum}${issue.origin === "string" ? " characters" : ""}`;
    case "too_small":
      return `at least ${issue.minimum}${issue.origin === "string" ? " characters" : ""}`;
    case "invalid_value":
      return `one of ${issue.values.map(String).join(", ")}`;
    default:
      return issue.message.replace(/^expected /, "");
  }
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let at = value;
  for (const key of path) at = typeof at === "object" && at !== null ? (at as Record<PropertyKey, unknown>)[key] : undefined;
  return at;
}

function printable(value: unknown): unknown {
  return typeof value === "object" ? JSON.stringify(value) : value;
}
