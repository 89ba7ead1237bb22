/**
 * Subjects of the mesh, built here only. Each begins with the namespace and names the area (role) it belongs to, so
 * that permissions on the bus can be given by role: a `data` node may not publish to `<ns>.actor.trading.>`.
 *
 *   <ns>.actor.<area>.<node>   messages to actors of the area's kinds on that node
 *   <ns>.reply.<area>.<node>   answers and acknowledgements to that node, from nodes that host the area's actors
 *   <ns>.feed.<area>.<node>    market data and views published by nodes of the area, for that node
 *   <ns>.interest.<node>       what `<node>` wants to hear, said to everybody
 *   <ns>.out.<subject>         events for others: the outbox's streams (trading.orders, fill.BTC-USDT …)
 */

export function meshSubjects(namespace: string) {
  return {
    actor: (area: string, node: string) => `${namespace}.actor.${area}.${node}`,
    /** Everything for one node. */
    actorsAt: (node: string) => `${namespace}.actor.*.${node}`,
    reply: (area: string, node: string) => `${namespace}.reply.${area}.${node}`,
    repliesTo: (node: string) => `${namespace}.reply.*.${node}`,
    feed: (area: string, node: string) => `${namespace}.feed.${area}.${node}`,
    feedsAt: (node: string) => `${namespace}.feed.*.${node}`,
    interest: (node: string) => `${namespace}.interest.${node}`,
    interests: () => `${namespace}.interest.*`,
    out: (subject: string) => `${namespace}.out.${subject}`,
  } as const;
}

export type MeshSubjects = ReturnType<typeof meshSubjects>;
