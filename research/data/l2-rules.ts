/** The continuity rules that a recording's columns name: columns travel between threads, functions do not. */
import type { SequenceRules } from "../../domain/book/sequencer.ts";
import { invalid } from "../../domain/kernel/errors.ts";
import type { L2Table } from "../../domain/simulation/l2/l2-table.ts";
import { BINANCE_SPOT_RULES } from "../../venues/binance/spot-codec.ts";
import { BINANCE_USDM_RULES } from "../../venues/binance/usdm-codec.ts";

const RULES: ReadonlyMap<string, SequenceRules> = new Map([BINANCE_SPOT_RULES, BINANCE_USDM_RULES].map((rules) => [rules.name, rules]));

/** @throws {DstaError} VALIDATION_ERROR for rules nobody has. */
export function rulesOf(table: Pick<L2Table, "rules">): SequenceRules {
  const rules = RULES.get(table.rules);
  if (rules === undefined) throw invalid("recording.rules", `one of ${[...RULES.keys()].join(", ")}`, table.rules);
  return rules;
}
