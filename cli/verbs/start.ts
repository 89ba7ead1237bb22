/** `dsta start`: checks the flags, then hands over to the program. */
import { existsSync } from "node:fs";
import { InvalidArgumentError, type Command } from "commander";
import { parseSymbol } from "../../domain/instrument/symbol.ts";
import { parseParams } from "../param-values.ts";
import type { StartOptions, StrategyOverride } from "../../config/start-options.ts";
import { usage } from "../terminal.ts";

interface Flags {
  readonly replay?: string[];
  readonly speed?: number | "max";
  readonly symbol?: string;
  readonly roles?: string;
  readonly node?: string;
  readonly data?: string;
  readonly port?: number;
  readonly host?: string;
  readonly seed?: string;
  readonly repl: boolean;
  readonly jsonLog?: boolean;
  readonly withParent?: boolean;
  readonly set?: string[];
}

export function addStart(program: Command): void {
  program
    .command("start")
    .description("start the floor: simulated venue and paper money, or recorded data with --replay")
    .option("--replay <files...>", "play recorded data instead of the simulated venue")
    .option("--speed <times>", "pace of the replay: times real time, or max (default 1)", parseSpeed)
    .option("--symbol <symbol>", "symbol of candle files that do not name one, such as BTC/USDT")
    .option(
      "--roles <roles>",
      "with NATS_URL: what this node does, some of all, core, exchange, trading, data, ml (default: DSTA_ROLES, else all)",
    )
    .option("--node <name>", "with NATS_URL: name of this node (default: DSTA_NODE, else made of roles, host and process)")
    .option("--data <folder>", "data folder (default: DSTA_DATA, else .dsta/floor, or .dsta/replay for a replay)")
    .option("--port <port>", "port of the dashboard and API, 0 for a free one (default: PORT, else 3000)", parsePort)
    .option("--host <address>", "address to listen on (default: HOST, else 127.0.0.1: this machine only)")
    .option("--seed <text>", "seed of the simulated venue: the same seed gives the same market")
    .option("--set <id:name=value...>", "parameters of a strategy, such as sma-btc-1:fast=12")
    .option("--no-repl", "no prompt on this terminal")
    .option("--json-log", "log as JSON lines")
    .option("--with-parent", "end in order when standard input closes: for programs that start this one")
    .action(async (flags: Flags) => {
      const { runInForeground } = await import("../../brokers/foreground.ts");
      await runInForeground(startOptions(flags), process.env);
    });
}

/** @throws {CliError} wrong usage, naming the flag */
export function startOptions(flags: Flags): StartOptions {
  const replay = flags.replay ?? [];
  for (const file of replay) if (!existsSync(file)) throw usage(`--replay: there is no file ${file}`);
  if (flags.speed !== undefined && replay.length === 0) throw usage("--speed: only a replay has a speed; give --replay too");
  return {
    replay,
    speed: flags.speed ?? 1,
    ...(flags.symbol === undefined ? {} : { symbol: parseSymbol(flags.symbol, "--symbol") }),
    ...(flags.roles === undefined ? {} : { roles: flags.roles }),
    ...(flags.node === undefined ? {} : { node: flags.node }),
    ...(flags.data === undefined ? {} : { data: flags.data }),
    ...(flags.port === undefined ? {} : { port: flags.port }),
    ...(flags.host === undefined ? {} : { host: flags.host }),
    ...(flags.seed === undefined ? {} : { seed: flags.seed }),
    repl: flags.repl,
    jsonLog: flags.jsonLog ?? false,
    withParent: flags.withParent ?? false,
    strategies: overrides(flags.set ?? []),
  };
}

function overrides(texts: readonly string[]): StrategyOverride[] {
  const byId = new Map<string, string[]>();
  for (const text of texts) {
    const [, id, pair] = /^([A-Za-z0-9][A-Za-z0-9._-]{0,63}):(.+)$/.exec(text) ?? [];
    if (id === undefined || pair === undefined) throw usage(`--set: expected id:name=value, got ${JSON.stringify(text)}`);
    byId.set(id, [...(byId.get(id) ?? []), pair]);
  }
  return [...byId].map(([id, pairs]) => ({ id, params: parseParams(pairs) }));
}

function parseSpeed(text: string): number | "max" {
  if (text === "max") return "max";
  const speed = Number(text);
  if (!(speed > 0 && speed <= 1e6)) throw new InvalidArgumentError("expected a number above 0, or max");
  return speed;
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new InvalidArgumentError("expected 0 to 65535");
  return port;
}
