/** What a process trades: the accounts it keeps and the venues behind them. The first is the default of every question. */
import { DstaError } from "../kernel/errors.ts";

export interface Desk {
  readonly name: string;
  readonly mode: "paper" | "dry-run" | "live";
  readonly accounts: readonly string[];
  readonly venues: readonly string[];
}

/** The venue meant: the one named, or the only one. @throws {DstaError} VALIDATION_ERROR, NOT_FOUND naming the venues there are. */
export function venueOr(desk: Desk, venue: string | undefined): string {
  const name = venue === "huobi" ? "htx" : (venue ?? desk.venues[0]!);
  if (!desk.venues.includes(name)) {
    throw new DstaError("NOT_FOUND", `venue ${name} is not connected; there are ${desk.venues.join(", ")}`, {
      code: 404,
      data: { field: "venue", expected: desk.venues.join(", "), got: name },
    });
  }
  return name;
}

export function accountOf(desk: Desk, venue: string): string {
  return desk.accounts.find((account) => account.startsWith(`${venue}:`)) ?? desk.accounts[0]!;
}
