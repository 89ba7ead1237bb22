/**
 * Keeps one `FloorState` for all clients of the trading stream while there are any: loads it by calls, follows the feed,
 * polls what is not announced (health, nodes, actors) twice a second, and sends each section at its rate.
 *
 * What is announced while loading is kept (at most 10,000 messages; beyond, it loads again) and applied after. A load
 * that fails is told to the clients and tried again each second.
 */
import type { ServiceBroker } from "moleculer";
import { subjects, type Feed, type FloorTopics } from "../../../domain/contract/subjects.ts";
import type { FloorState, FloorStatus } from "../../../domain/contract/stream.ts";
import type { ActorRow, NodeRow } from "../../../domain/contract/views.ts";
import type { CancelTimer, Clock } from "../../../domain/kernel/clock.ts";
import { messageOf } from "../../../domain/kernel/errors.ts";
import { Audience } from "./audience.ts";
import { callAsGateway, loadFloor } from "./floor-load.ts";
import { FloorModel, type Section } from "./floor-state.ts";
import type { StreamClient } from "./stream-client.ts";

const TICK_MS = 50;
const RETRY_MS = 1_000;
const MAX_BUFFERED = 10_000;
const TOPICS: readonly (keyof FloorTopics)[] = [
  "order",
  "fill",
  "strategy",
  "position",
  "pnl",
  "trading",
  "event",
  "dead-letter",
  "research",
];

/**
 * Sections by how often they may go out. The first group goes with every tick: what is appended must never wait when a
 * snapshot that already has it is made.
 */
const RATES: readonly { readonly everyMs: number; readonly sections: readonly Section[] }[] = [
  { everyMs: 0, sections: ["trading", "orders", "fills", "events", "deadLetters"] },
  { everyMs: 250, sections: ["strategies", "positions", "pnl", "research"] },
  { everyMs: 500, sections: ["floor", "health", "nodes", "actors"] },
  { everyMs: 1_000, sections: ["equity"] },
];
const POLL_MS = 500;

export interface HubDeps {
  readonly broker: ServiceBroker;
  readonly feed: Feed;
  readonly clock: Clock;
}

type News = { [T in keyof FloorTopics]: { topic: T; message: FloorTopics[T] } }[keyof FloorTopics];

export class FloorHub {
  readonly #deps: HubDeps;
  readonly #audience = new Audience();
  #run: FloorRun | null = null;

  constructor(deps: HubDeps) {
    this.#deps = deps;
  }

  join(client: StreamClient): void {
    this.#audience.add(client);
    this.#run ??= new FloorRun(this.#deps, this.#audience);
  }

  leave(client: StreamClient): void {
    this.#audience.remove(client);
    if (this.#audience.size === 0) this.close();
  }

  close(): void {
    this.#run?.stop();
    this.#run = null;
  }
}

/** From the first client's coming to the last one's leaving. */
class FloorRun {
  readonly #deps: HubDeps;
  readonly #audience: Audience;
  readonly #ways: (() => void)[];
  readonly #sentAtMs = RATES.map(() => 0);
  #model: FloorModel | null = null;
  #buffer: News[] = [];
  #stopped = false;
  #polling = false;
  #polledAtMs = 0;
  #pollFailed = false;
  #cancel: CancelTimer = () => undefined;

  constructor(deps: HubDeps, audience: Audience) {
    this.#deps = deps;
    this.#audience = audience;
    this.#ways = [
      ...TOPICS.map((topic) => deps.feed.subscribe(subjects.floor(topic), (message) => this.#news({ topic, message } as News))),
      deps.feed.onGap((lost) => this.#onGap(lost)),
    ];
    void this.#load();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
    for (const leave of this.#ways) leave();
  }

  /** News from another node may be missing: the state is loaded again, and every client gets it whole. */
  #onGap(lost: readonly string[]): void {
    if (this.#model === null || !TOPICS.some((topic) => lost.includes(subjects.floor(topic)))) return;
    this.#model = null;
    this.#cancel();
    this.#audience.needSnapshot();
    void this.#load();
  }

  #news(news: News): void {
    if (this.#model) this.#model.apply(news.topic, news.message);
    else if (this.#buffer.length <= MAX_BUFFERED) this.#buffer.push(news);
  }

  async #load(): Promise<void> {
    const { broker, clock } = this.#deps;
    this.#buffer = [];
    let state: FloorState | null = null;
    try {
      state = await loadFloor(broker);
    } catch (error) {
      broker.logger.warn(`trading stream: the floor's state could not be loaded: ${messageOf(error)}`);
      this.#audience.sendError("LOADING", `the floor's state could not be loaded, trying again: ${messageOf(error)}`);
    }
    if (this.#stopped) return;
    if (state === null || this.#buffer.length > MAX_BUFFERED) {
      this.#cancel = clock.after(RETRY_MS, () => void this.#load());
      return;
    }
    this.#model = new FloorModel(state);
    for (const { topic, message } of this.#buffer) this.#model.apply(topic, message);
    this.#buffer = [];
    this.#tick(this.#model);
  }

  #tick(model: FloorModel): void {
    const nowMs = this.#deps.clock.now();
    const due = RATES.filter((rate, at) => nowMs - this.#sentAtMs[at]! >= rate.everyMs);
    for (const rate of due) this.#sentAtMs[RATES.indexOf(rate)] = nowMs;
    const sections = due.flatMap((rate) => rate.sections);
    if (sections.includes("equity")) model.sampleEquity(nowMs);
    const delta = model.take(sections);
    if (delta) this.#audience.sendDelta(delta);
    if (model.takeOverflow()) this.#audience.needSnapshot();
    this.#audience.refresh(nowMs, model.state);
    if (nowMs - this.#polledAtMs >= POLL_MS && !this.#polling) void this.#poll(model, nowMs);
    this.#cancel = this.#deps.clock.after(TICK_MS, () => this.#tick(model));
  }

  /** One at a time; a failure is logged once until a poll works again, and shows as an old `health.nowMs`. */
  async #poll(model: FloorModel, nowMs: number): Promise<void> {
    this.#polling = true;
    this.#polledAtMs = nowMs;
    const { broker } = this.#deps;
    try {
      const [status, nodes, actors] = await Promise.all([
        callAsGateway<FloorStatus>(broker, "floor.status"),
        callAsGateway<{ items: NodeRow[] }>(broker, "floor.nodes"),
        callAsGateway<{ items: ActorRow[] }>(broker, "floor.actors"),
      ]);
      model.set("floor", status.floor);
      model.set("trading", status.trading);
      model.set("health", status.health);
      model.setRows("nodes", Object.fromEntries(nodes.items.map((row) => [row.nodeId, row])));
      model.setRows("actors", Object.fromEntries(actors.items.map((row) => [row.actorId, row])));
      this.#pollFailed = false;
    } catch (error) {
      if (!this.#pollFailed) broker.logger.warn(`trading stream: the floor's health could not be read: ${messageOf(error)}`);
      this.#pollFailed = true;
    } finally {
      this.#polling = false;
    }
  }
}
