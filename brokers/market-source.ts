/** Where the market comes from: the simulated venue, or recordings played as one. */
import type { Settings } from "../config/settings.ts";
import type { StartOptions } from "../config/start-options.ts";
import type { Desk } from "../domain/contract/desk.ts";
import type { FloorInfo } from "../domain/contract/stream.ts";
import type { Journal } from "../domain/journal/journal.ts";
import { type Clock, ManualClock } from "../domain/kernel/clock.ts";
import { fromNumber } from "../domain/kernel/decimal.ts";
import { INTERVALS } from "../domain/market/events.ts";
import { replaySamples, type SampleStrategy, SIM_SAMPLES } from "../topology/samples.ts";
import { JournalVenueLedger } from "../topology/venue-ledger.ts";
import { openRecording } from "../venues/replay/open-recording.ts";
import type { Recording } from "../venues/replay/recording.ts";
import { createReplayVenue, type ReplayVenue, replayVenueKind } from "../venues/replay/replay-venue.ts";
import { createSimVenue, simVenueKind } from "../venues/sim/sim-venue.ts";
import type { Venue, VenueKind } from "../venues/venue.ts";
import { systemClock, wait } from "./system-ports.ts";

export interface MarketSource {
  readonly desk: Desk;
  readonly venue: VenueKind;
  /** A driver for one ownership of the account's connection; whoever opens it closes it. */
  readonly openVenue: (account: string, epoch: bigint) => Venue;
  readonly tradingClock: Clock;
  readonly samples: readonly SampleStrategy[];
  /** Trading time between two journaled samples of equity; absent: as a floor does by itself. */
  readonly equitySampleMs?: number;
  /** What is played, for the screens; null on the simulated venue. */
  readonly replay: () => FloorInfo["replay"];
}

/** Submit and report latencies of paper trading, ms: a venue two network hops away. */
const LATENCY_MS = { submit: 20, report: 15 } as const;

/** Candles between two samples of equity in a replay. */
const BARS_PER_SAMPLE = 60;

export interface SourceParts {
  readonly settings: Settings;
  readonly options: StartOptions;
  readonly journal: Journal;
  /** Resolves when nothing is left to do about what was delivered so far. */
  readonly quiet: () => Promise<void> | void;
}

/**
 * The recording asked for, or null for the simulated venue. Opened before anything else is: what cannot be played is
 * known before a database is started for it.
 */
export function openReplayFiles({ replay, symbol }: StartOptions): Promise<Recording | null> {
  return replay.length > 0 ? openRecording(replay, symbol === undefined ? {} : { symbol }) : Promise.resolve(null);
}

export function openMarketSource(parts: SourceParts, recording: Recording | null): MarketSource {
  return recording === null ? openSimulation(parts) : openReplay(parts, recording);
}

function openSimulation({ settings, options, journal }: SourceParts): MarketSource {
  const openVenue = (_account: string, epoch: bigint): Venue =>
    createSimVenue({
      id: "sim",
      seed: options.seed ?? settings.seed,
      clock: systemClock,
      ledger: new JournalVenueLedger(journal, "sim", epoch),
      account: { balances: { USDT: fromNumber(settings.simEquity) } },
      latencyMs: LATENCY_MS,
    });
  const desk: Desk = { name: settings.desk, mode: "paper", accounts: ["sim:main"], venues: ["sim"] };
  return { desk, venue: simVenueKind("sim"), openVenue, tradingClock: systemClock, samples: SIM_SAMPLES, replay: () => null };
}

function openReplay({ settings, options, journal, quiet }: SourceParts, recording: Recording): MarketSource {
  const clock = new ManualClock(recording.startMs);
  let playing: ReplayVenue | null = null;
  const openVenue = (_account: string, epoch: bigint): Venue => {
    playing = createReplayVenue({
      recording,
      clock,
      speed: options.speed,
      pace: wait,
      quiet,
      ledger: new JournalVenueLedger(journal, recording.venue, epoch),
      account: { balances: { USDT: fromNumber(settings.simEquity) } },
      latencyMs: LATENCY_MS,
    });
    return playing;
  };
  const desk: Desk = { name: settings.desk, mode: "paper", accounts: [`${recording.venue}:replay`], venues: [recording.venue] };
  const interval = recording.kind === "candles" ? intervalName(recording.intervalMs) : "1s";
  const samples = interval === null ? [] : replaySamples(recording.instruments[0]!.symbol, recording.kind === "frames", interval);
  const file = recording.files.map((path) => path.split("/").at(-1)).join(", ");
  const replay = (): FloorInfo["replay"] => {
    if (playing === null) return { file, progressRatio: 0, finished: false, malformed: 0 };
    const { share, finished, malformed } = playing.progress();
    return { file, progressRatio: share, finished, malformed };
  };
  const source = { desk, venue: replayVenueKind(recording), openVenue, tradingClock: clock, samples, replay };
  // A minute of candles passes in less time than the journal takes to keep one sample.
  return recording.kind === "candles" ? { ...source, equitySampleMs: recording.intervalMs * BARS_PER_SAMPLE } : source;
}

function intervalName(intervalMs: number): string | null {
  return Object.entries(INTERVALS).find(([, lengthMs]) => lengthMs === intervalMs)?.[0] ?? null;
}
