/**
 * What the gateway is given, and its settings with units and defaults. Nothing here reads the environment: the
 * values come from config/ through whoever builds the process.
 */
import type { Feed } from "../../domain/contract/subjects.ts";
import type { Clock } from "../../domain/kernel/clock.ts";
import type { TokenVerifier } from "./token-verifier.ts";

export interface GatewaySettings {
  /** Address to listen on. Default 127.0.0.1: only this machine. */
  readonly host: string;
  /** 0 picks a free one. Default 3000. */
  readonly port: number;
  /** Budget of one request inside the mesh. Default 5,000. */
  readonly callTimeoutMs: number;
  /** Requests a minute from one address without a valid token. Default 100. */
  readonly anonymousPerMinute: number;
  /** Requests a minute of one user. Default 6,000. */
  readonly userPerMinute: number;
  /** Takes the caller's address from X-Forwarded-For: only behind a proxy that sets it. Default false. */
  readonly trustProxy: boolean;
  /** WebSocket clients on both streams together. Default 200. */
  readonly maxStreamClients: number;
  /** Folder of the built dashboard; absolute, or relative to the working folder. */
  readonly dashboardFolder: string;
  /** Shown in the OpenAPI document. */
  readonly version: string;
}

export interface GatewayDeps {
  readonly verifier: TokenVerifier;
  readonly clock: Clock;
  /** Carries floor topics and market subjects to the streams. */
  readonly feed: Feed;
  readonly settings?: Partial<GatewaySettings>;
}

export const GATEWAY_DEFAULTS: GatewaySettings = {
  host: "127.0.0.1",
  port: 3_000,
  callTimeoutMs: 5_000,
  anonymousPerMinute: 100,
  userPerMinute: 6_000,
  trustProxy: false,
  maxStreamClients: 200,
  dashboardFolder: "dashboard/dist",
  version: "0.1.0",
};

/** Prefix of every REST route and stream. */
export const API_PATH = "/api/v1";
