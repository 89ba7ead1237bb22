/** What the program's settings say about NATS, as the connection wants it. */
import type { Settings } from "../../config/settings.ts";
import { DstaError } from "../../domain/kernel/errors.ts";
import type { NatsSettings } from "./connect.ts";

/** @throws {DstaError} CONFIG_INVALID without NATS_URL */
export function natsSettings(settings: Settings, name: string): NatsSettings {
  const { natsUrl, natsUser, natsPassword, natsCa, natsCert, natsKey } = settings;
  if (natsUrl === undefined) throw new DstaError("CONFIG_INVALID", "NATS_URL: expected nats://host:port", { data: { field: "NATS_URL" } });
  const tls = {
    ...(natsCa === undefined ? {} : { caFile: natsCa }),
    ...(natsCert === undefined ? {} : { certFile: natsCert }),
    ...(natsKey === undefined ? {} : { keyFile: natsKey }),
  };
  return {
    servers: natsUrl.split(","),
    name,
    ...(natsUser === undefined ? {} : { user: natsUser }),
    ...(natsPassword === undefined ? {} : { password: natsPassword }),
    ...(Object.keys(tls).length === 0 ? {} : { tls }),
  };
}
