/** A host whose time, turns and actors a test moves by hand: nothing runs but in `settle` and `advance`. */
import { internal } from "../../domain/contract/message.ts";
import { ManualClock } from "../../domain/kernel/clock.ts";
import { DstaError } from "../../domain/kernel/errors.ts";
import { LocalFeed } from "../../mixins/feed/local-feed.ts";
import { type ActorContext, type ActorDefinition, defineActor } from "../../mixins/hosted/actor.ts";
import { type Directory, LocalDirectory } from "../../mixins/hosted/directory.ts";
import { ActorHost, type HostPorts } from "../../mixins/hosted/host.ts";

export const messages = {
  /** Notes its text at once. */
  note: internal<string>("probe", "note"),
  market: internal<string>("probe", "market", "market"),
  /** Notes "text…", waits for the gate `text` to open, notes "…text", answers the text. */
  wait: internal<string, string>("probe", "wait"),
  /** As `wait`, not waited for by the mailbox. */
  aside: internal<string, string>("probe", "aside"),
  crash: internal<string>("probe", "crash"),
  /** Fails in an expected way. */
  refuse: internal<string>("probe", "refuse"),
  /** Fails as the desk's `failing` says, one after the other, then notes its text. */
  flaky: internal<string>("probe", "flaky"),
  /** As `wait`, then tells another actor. */
  waitThenTell: internal<string>("probe", "waitThenTell"),
  /** Hands the context to the test. */
  lend: internal<string>("probe", "lend"),
};

export type ProbeMessages = typeof messages;
type Ctx = ActorContext<string[]>;
type Probe = ActorDefinition<string[], ProbeMessages>;

/** What a test wants to be different of its actors. */
export type ProbeChange = Partial<Omit<Probe, "handle">> & { readonly handle?: Partial<Probe["handle"]> };

export class HostDesk {
  readonly clock = new ManualClock(1_000_000);
  readonly feed = new LocalFeed((_subject, error) => {
    throw error;
  });
  readonly said: string[] = [];
  readonly announced: string[] = [];
  readonly activations: string[] = [];
  readonly contexts: Ctx[] = [];
  readonly failing: string[] = [];
  readonly directory: Directory;
  readonly host: ActorHost;
  /** What `activate` of these ids throws. */
  readonly broken = new Map<string, Error>();
  readonly #gates = new Map<string, () => void>();
  #deferred: (() => void)[] = [];

  constructor(change: ProbeChange = {}, ports: Partial<HostPorts> = {}) {
    this.directory = ports.directory ?? new LocalDirectory({ nodeId: "test" });
    this.host = new ActorHost({
      tradingClock: this.clock,
      systemClock: this.clock,
      elapsedMs: () => this.clock.now(),
      feed: this.feed,
      directory: this.directory,
      isUrgent: () => false,
      isFatal: (error) => error instanceof DstaError && error.type === "FENCED",
      announce: (severity, source, text, code) => void this.announced.push(`${severity} ${source} ${code}: ${text}`),
      log: () => undefined,
      defer: (callback) => void this.#deferred.push(callback),
      onDeadLetter: () => undefined,
      askTimeoutMs: 1_000,
      ...ports,
    });
    this.host.register(defineActor(this.#probe(change)));
  }

  /** Gives turns until nothing more happens by itself. */
  async settle(): Promise<void> {
    do {
      const due = this.#deferred;
      this.#deferred = [];
      for (const callback of due) callback();
      await new Promise((resolve) => setImmediate(resolve));
    } while (this.#deferred.length > 0);
  }

  async advance(byMs: number): Promise<void> {
    this.clock.advance(byMs);
    await this.settle();
  }

  async open(gate: string): Promise<void> {
    const open = this.#gates.get(gate);
    if (!open) throw new Error(`nobody waits at ${gate}`);
    this.#gates.delete(gate);
    open();
    await this.settle();
  }

  #wait(gate: string): Promise<void> {
    return new Promise((resolve) => void this.#gates.set(gate, resolve));
  }

  #probe({ handle, ...change }: ProbeChange): Probe {
    const hold = async (_ctx: Ctx, text: string): Promise<string> => {
      this.said.push(`${text}…`);
      await this.#wait(text);
      this.said.push(`…${text}`);
      return text;
    };
    return {
      kind: "probe",
      key: ["id"],
      messages,
      mailbox: { control: 8, market: 4 },
      supervise: { baseMs: 100, maxMs: 5_000, maxRestarts: 3, windowMs: 60_000 },
      interleave: ["aside"],
      activate: (ctx) => {
        this.activations.push(ctx.id);
        const error = this.broken.get(ctx.id);
        if (error) throw error;
        return [];
      },
      handle: {
        note: (_ctx, text) => void this.said.push(text),
        market: (_ctx, text) => void this.said.push(text),
        wait: hold,
        aside: hold,
        crash: (_ctx, text) => {
          this.said.push(`crash ${text}`);
          throw new Error(text);
        },
        refuse: (_ctx, text) => {
          throw new DstaError(text, "refused");
        },
        flaky: (_ctx, text) => {
          const type = this.failing.shift();
          if (type !== undefined) throw new DstaError(type, "refused");
          this.said.push(`flaky ${text}`);
        },
        waitThenTell: async (ctx, text) => {
          await this.#wait(text);
          ctx.tell(messages.note, "elsewhere", text);
        },
        lend: (ctx) => void this.contexts.push(ctx),
        ...handle,
      },
      ...change,
    };
  }
}
