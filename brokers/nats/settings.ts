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
  const servers = natsUrl.split(",").map(withoutCredentials);
  const user = natsUser ?? servers[0]!.user;
  const password = natsPassword ?? servers[0]!.password;
  return {
    servers: servers.map(({ server }) => server),
    name,
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password }),
    ...(Object.keys(tls).length === 0 ? {} : { tls }),
  };
}

/** `nats://user:password@host:port` in its parts: a server's name is shown in messages and logs, credentials never are. */
function withoutCredentials(text: string): { server: string; user?: string; password?: string } {
  const parts = /^([a-z]+:\/\/)(?:([^:@/]*)(?::([^@/]*))?@)?(.+)$/.exec(text.trim());
  if (!parts) throw new DstaError("CONFIG_INVALID", "NATS_URL: expected nats://host:port", { data: { field: "NATS_URL" } });
  const [, scheme, user, password, rest] = parts;
  return {
    server: `${scheme}${rest}`,
    ...(user === undefined ? {} : { user: decodeURIComponent(user) }),
    ...(password === undefined ? {} : { password: decodeURIComponent(password) }),
  };
}
