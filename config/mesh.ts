/**
 * How Moleculer's built-ins are tuned for the plain services (gateway, auth, floor, market, orders, strategies, reports),
 * each with its reason. Actor actions use none of breaker, retry and bulkhead: one bad key would block all actors of a
 * kind, and a repeated order is worse than a failed one.
 */
import type { BrokerOptions } from "moleculer";
import { DstaError } from "../domain/kernel/errors.ts";

export const MESH_POLICY = {
  /**
   * Seconds. Only for the list of services: the directory notices a lost node within its session's expiry and tells
   * Moleculer at once. At 2/6 a node that only Moleculer knows (a REPL) is gone from the list within 6 s.
   */
  heartbeatInterval: 2,
  heartbeatTimeout: 6,
  registry: {
    // Where a service lives on this node a call does not leave it: a hop costs 40 to 80 µs of wake-up alone.
    preferLocal: true,
    // Elsewhere the least busy node of a sample of 3 answers; a node above 90 % of a core is passed over.
    strategy: "CpuUsage",
    strategyOptions: { sampleCount: 3, lowCpuUsage: 30 },
  },
  circuitBreaker: {
    enabled: true,
    // Half of at least 20 calls failing within 30 s is a broken node, not a bad request…
    threshold: 0.5,
    minRequestCount: 20,
    windowTime: 30,
    // …which is tried again every 5 s with one call.
    halfOpenTime: 5_000,
    // What the caller did wrong must not shut anybody else out, and a part that is away (NATS, the journal, an actor's node)
    // is away for every node: the one that says so at once is well, and must not stay shut when the part is back.
    check: (error: Error & { code?: unknown }) =>
      !(error instanceof DstaError && error.retryable) && (typeof error.code !== "number" || error.code >= 500),
  },
  // Repeating is decided by those who know whether it is safe.
  retryPolicy: { enabled: false },
  // Bounds are kept by mailboxes and by the gateway's budget.
  bulkhead: { enabled: false },
} as const satisfies BrokerOptions;
