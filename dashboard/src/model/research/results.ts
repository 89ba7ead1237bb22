/** What a finished run says, told apart by what it was; the four reports share one route. */
import type {
  BacktestReport,
  MonteCarloReport,
  ResearchRun,
  SearchReport,
  ValidationReport,
} from "../../../../domain/contract/views/research.ts";

export type AnyReport = BacktestReport | SearchReport | MonteCarloReport | ValidationReport;

export type Results =
  | { readonly kind: "backtest"; readonly report: BacktestReport }
  | { readonly kind: "search"; readonly report: SearchReport }
  | { readonly kind: "monte-carlo"; readonly report: MonteCarloReport }
  | { readonly kind: "validate"; readonly report: ValidationReport };

export function resultsOf(run: ResearchRun, report: AnyReport): Results {
  switch (run.kind) {
    case "backtest":
      return { kind: "backtest", report: report as BacktestReport };
    case "optimize":
    case "walk-forward":
      return { kind: "search", report: report as SearchReport };
    case "monte-carlo":
      return { kind: "monte-carlo", report: report as MonteCarloReport };
    case "validate":
      return { kind: "validate", report: report as ValidationReport };
  }
}
