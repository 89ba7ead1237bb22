/**
 * Routes broker calls of actor actions (`actor: { kind, key }` in the action) to the node that owns the actor, as the
 * directory knows it at that moment. Retries what certainly was not done (WRONG_OWNER, FENCED, the service not there yet)
 * within the call's timeout. Retry, breaker and bulkhead of the broker are switched off for these actions.
 *
 * Invariant: the promise given back carries the context of its own call. Moleculer's hook wrapper assigns `promise.ctx`
 * from a variable that all calls share, so a promise made without calling `next` at once would carry another user's
 * context; here that property cannot be assigned.
 */
import type { Middleware, Service, ServiceBroker, ServiceSchema } from "moleculer";
import type { Clock } from "../../domain/kernel/clock.ts";
import { DstaError, isExpected } from "../../domain/kernel/errors.ts";
import type { Directory } from "../hosted/directory.ts";
import { nodeLost } from "../hosted/remote.ts";
import { actorId } from "../hosted/service.ts";

export interface CallHookPorts {
  readonly directory: Directory;
  readonly clock: Clock;
  /** Whether other nodes can be reached. */
  readonly connected: () => boolean;
}

interface ActorKey {
  readonly kind: string;
  readonly key: readonly string[];
}

type Params = Readonly<Record<string, unknown>>;
type CallOptions = Readonly<Record<string, unknown>> & { readonly nodeID?: string; readonly timeout?: number };
type CallPromise = Promise<unknown> & { readonly ctx?: unknown };
type Call = (action: string | { readonly action: { readonly name: string } }, params?: unknown, options?: CallOptions) => CallPromise;

const RETRY_FIRST_MS = 10;
const RETRY_MAX_MS = 250;
/** For calls without a timeout. */
const RETRY_FOR_MS = 10_000;
const OFF = { circuitBreaker: { enabled: false }, retryPolicy: { enabled: false }, bulkhead: { enabled: false } };

export function callHook(ports: CallHookPorts): Middleware {
  let broker: ServiceBroker | null = null;
  let leave: () => void = () => undefined;
  return {
    name: "ActorRouting",
    created(created: ServiceBroker) {
      broker = created;
    },
    serviceCreating(_service: Service, schema: ServiceSchema) {
      for (const action of Object.values(schema.actions ?? {})) {
        if (typeof action === "object" && "actor" in action) Object.assign(action, OFF);
      }
    },
    started(started: ServiceBroker) {
      leave = ports.directory.onChange((change) => {
        // Calls in flight to a dead node fail now, not at their timeout.
        if (change.type === "members") for (const node of change.left) started.registry.nodes.disconnected(node, true);
      });
      return Promise.resolve();
    },
    stopped() {
      leave();
      return Promise.resolve();
    },
    // The type in moleculer's declarations is that of the wrapped function's result.
    call: ((next: Call) => hooked(next, () => broker!, ports)) as unknown as NonNullable<Middleware["call"]>,
  };
}

function hooked(next: Call, broker: () => ServiceBroker, ports: CallHookPorts): Call {
  return (action, params, options) => {
    // moleculer-web hands over the endpoint it chose, before the params were known.
    const name = typeof action === "string" ? action : action.action.name;
    const actor = options?.nodeID === undefined ? actorOf(broker(), name) : null;
    if (actor === null) return next(action, params, options);
    const timeoutMs = options?.timeout ?? broker().options.requestTimeout ?? 0;
    return new RoutedCall({ next, name, params, options, actor, timeoutMs, ports }).begin();
  };
}

/** Travels in the registry with the action, so that any node knows it; null for actions of plain services. */
function actorOf(broker: ServiceBroker, name: string): ActorKey | null {
  const list = broker.registry.actions.get(name) as
    | { readonly endpoints: readonly { readonly action: { readonly actor?: ActorKey } }[] }
    | undefined;
  return list?.endpoints[0]?.action.actor ?? null;
}

interface RoutedParts {
  readonly next: Call;
  readonly name: string;
  readonly params: unknown;
  readonly options: CallOptions | undefined;
  readonly actor: ActorKey;
  readonly timeoutMs: number;
  readonly ports: CallHookPorts;
}

class RoutedCall {
  readonly #parts: RoutedParts;
  readonly #untilMs: number;
  #id = "";
  #attempts = 0;
  #attempt: CallPromise | null = null;
  /** Named by a refusal. */
  #hint: string | null = null;

  constructor(parts: RoutedParts) {
    this.#parts = parts;
    this.#untilMs = parts.ports.clock.now() + (parts.timeoutMs > 0 ? parts.timeoutMs : RETRY_FOR_MS);
  }

  begin(): CallPromise {
    let first: Promise<unknown>;
    try {
      const params = this.#parts.params;
      this.#id = actorId(this.#parts.actor, typeof params === "object" && params !== null ? (params as Params) : {});
      first = this.#try();
    } catch (error) {
      first = Promise.reject(error instanceof Error ? error : new Error(String(error)));
    }
    const result = first.catch((error: unknown) => this.#onError(error));
    return Object.defineProperty(result, "ctx", { get: () => this.#attempt?.ctx, set() {} }) as CallPromise;
  }

  /** @throws {DstaError} NO_NODE, MESH_DOWN */
  #try(): CallPromise {
    const { next, name, params, options, ports } = this.#parts;
    const nodeID = this.#place();
    if (nodeID !== ports.directory.nodeId && !ports.connected()) {
      throw this.#refusal("MESH_DOWN", "this node has no connection to the others");
    }
    // The time left shrinks with each attempt; the first one has what the caller gave.
    const left = this.#attempts++ === 0 ? {} : { timeout: Math.max(1, this.#untilMs - ports.clock.now()) };
    this.#attempt = next(name, params, { ...options, ...left, nodeID });
    return this.#attempt;
  }

  #place(): string {
    const { directory } = this.#parts.ports;
    const hint = this.#hint;
    this.#hint = null;
    if (hint !== null && directory.members().some(({ node }) => node === hint)) return hint;
    const { kind } = this.#parts.actor;
    const node = directory.locate(kind, this.#id)?.node ?? directory.candidate(kind, this.#id);
    if (node === null) throw this.#refusal("NO_NODE", "no living node hosts it");
    return node;
  }

  #refusal(type: string, reason: string): DstaError {
    const actor = `${this.#parts.actor.kind}/${this.#id}`;
    return new DstaError(type, `${this.#parts.name} was not sent to ${actor}: ${reason}`, { code: 503, retryable: true, data: { actor } });
  }

  async #onError(error: unknown): Promise<unknown> {
    let failure = error;
    while (this.#isSafeToRepeat(failure)) {
      const { clock } = this.#parts.ports;
      const pauseMs = Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** (this.#attempts - 1));
      if (clock.now() + pauseMs >= this.#untilMs) break;
      // A refusal that names the owner needs no pause, once.
      if (this.#hint === null || this.#attempts > 1) await new Promise<void>((resolve) => void clock.after(pauseMs, resolve));
      try {
        return await this.#try();
      } catch (next) {
        failure = next;
      }
    }
    // The broker's word for "the node went away while we waited".
    if (isExpected(failure) && (failure as { readonly type: string }).type === "REQUEST_REJECTED") {
      throw nodeLost(`${this.#parts.actor.kind}/${this.#id}`, "its node went away with the call in its hands");
    }
    throw failure;
  }

  /** Only what this very actor or the broker refused before anything happened; the same error of a nested call is not ours. */
  #isSafeToRepeat(error: unknown): boolean {
    if (!isExpected(error)) return false;
    const data: Readonly<Record<string, unknown>> = error.data ?? {};
    if (error.type === "WRONG_OWNER") {
      if (data["actor"] !== `${this.#parts.actor.kind}/${this.#id}`) return false;
      this.#hint = typeof data["node"] === "string" ? data["node"] : null;
      return true;
    }
    if (error.type === "FENCED") return true;
    return /^SERVICE_NOT_(FOUND|AVAILABLE)$/.test(error.type) && data["action"] === this.#parts.name;
  }
}
