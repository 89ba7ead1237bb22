/** The key fields of actors and what every contract of messages shares. */
import { z } from "zod";
import { idText, symbolText, venueText } from "../fields.ts";

export const accountText = z.string().regex(/^[a-z0-9-]{1,32}:[a-z0-9-]{1,32}$/, "expected an account such as sim:main");

export const ofAccount = z.object({ account: accountText });

export const ofMarket = z.object({ venue: venueText, symbol: symbolText });

export const ofStrategy = z.object({ id: idText, by: z.string().default("operator") });

/** What a failed piece of outside work brings back. */
export interface Outcome<T> {
  readonly value: T | null;
  readonly error: string | null;
}
