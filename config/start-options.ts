/** What `dsta start` asks for; everything left out comes from the settings (environment, then defaults). */
import type { ParamValues } from "../domain/contract/views.ts";

export interface StrategyOverride {
  readonly id: string;
  readonly params: ParamValues;
}

export interface StartOptions {
  /** Files of recorded data to play; empty for the simulated venue. */
  readonly replay: readonly string[];
  /** Times real time, or as fast as possible. Only for a replay. */
  readonly speed: number | "max";
  /** Symbol of candle files that do not name one. */
  readonly symbol?: string;
  /** Roles of this node, separated by commas; `all` takes every one. */
  readonly roles?: string;
  /** Name of this node in the mesh. */
  readonly node?: string;
  readonly data?: string;
  readonly port?: number;
  readonly host?: string;
  readonly seed?: string;
  /** An interactive prompt on this terminal. */
  readonly repl: boolean;
  /** Log as JSON lines on the terminal too. */
  readonly jsonLog: boolean;
  /** Ends in order when standard input closes. */
  readonly withParent: boolean;
  readonly strategies: readonly StrategyOverride[];
}
