/**
 * What people and programs are shown: one schema per row, used by REST answers, the WebSocket stream, the CLI and
 * the dashboard alike. A view is a copy; nothing decides on it.
 */
export * from "./views/strategy.ts";
export * from "./views/order.ts";
export * from "./views/account.ts";
export * from "./views/risk.ts";
export * from "./views/market.ts";
export * from "./views/system.ts";
export * from "./views/audit.ts";
export * from "./views/research.ts";
