/**
 * Who may import whom, as tables. The prose is in docs/ARCHITECTURE.md; a change there is a change here and an ADR.
 */

/** Root folder → root folders its product code may import, itself left out. */
export const ROOT_IMPORTS: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  strategies: ["domain"],
  venues: ["domain"],
  config: ["domain"],
  mixins: ["domain"],
  research: ["domain", "strategies", "venues", "config"],
  actors: ["domain", "strategies", "venues", "config", "mixins", "research"],
  topology: ["domain", "strategies", "venues", "config", "mixins", "research", "actors"],
  brokers: ["domain", "strategies", "venues", "config", "mixins", "research", "actors", "topology"],
  cli: ["domain", "strategies", "venues", "config", "mixins", "research", "actors", "topology", "brokers"],
  // Types of domain/contract only: see rules/dashboard-apart.ts.
  dashboard: ["domain"],
  bench: ["domain", "strategies", "venues", "config", "mixins", "research", "actors", "topology", "brokers", "cli", "dashboard", "test"],
  test: ["domain", "strategies", "venues", "config", "mixins", "research", "actors", "topology", "brokers", "cli", "dashboard", "bench"],
  // Files of the root itself: moleculer.config.ts and the settings of tools.
  "": ["domain", "strategies", "venues", "config", "mixins", "research", "actors", "topology", "brokers"],
};

const upTo = {
  book: ["kernel", "instrument", "market", "book", "journal"],
  position: ["kernel", "instrument", "market", "book", "journal", "order", "position"],
  simulation: ["kernel", "instrument", "market", "book", "journal", "order", "position", "risk", "strategy", "simulation"],
};

/** Folder of domain/ → folders of domain/ it may import, itself left out. */
export const DOMAIN_IMPORTS: Readonly<Record<string, readonly string[]>> = {
  kernel: [],
  instrument: ["kernel"],
  market: ["kernel", "instrument"],
  book: ["kernel", "instrument", "market"],
  // Knows events as named data only; whoever makes events turns them into that shape with its codec.
  journal: ["kernel"],
  order: upTo.book,
  position: [...upTo.book, "order"],
  risk: upTo.position,
  strategy: [...upTo.position, "risk", "indicator"],
  simulation: [...upTo.position, "risk", "strategy", "indicator", "analytics"],
  optimization: [...upTo.simulation, "indicator", "analytics"],
  validation: [...upTo.simulation, "analytics", "optimization"],
  indicator: ["kernel", "instrument", "market"],
  contract: ["kernel", "instrument", "market", "order"],
  // Permissions are named by the routes they guard.
  access: ["kernel", "instrument", "market", "order", "contract"],
  analytics: upTo.position,
  learning: ["kernel", "instrument", "market", "indicator", "analytics"],
};

/** Shapes of views may be named, as types, by whoever fills them; not by the folders those types are made of. */
export const MAY_NAME_VIEWS: readonly string[] = [
  "position",
  "risk",
  "strategy",
  "simulation",
  "optimization",
  "validation",
  "analytics",
  "learning",
];
