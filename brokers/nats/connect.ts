/**
 * Connects to NATS with the reconnect behaviour that the mesh is tuned for: a lost server is noticed within six seconds
 * even when no packet says so, and looked for ten times a second without end.
 * Refuses, naming the setting: a server that is not there, credentials it does not take, files that cannot be read.
 */
import { readFile } from "node:fs/promises";
import { connect, type ConnectionOptions, credsAuthenticator, ErrorCode, type NatsConnection, NatsError, nkeyAuthenticator } from "nats";
import { DstaError, messageOf } from "../../domain/kernel/errors.ts";

export interface NatsSettings {
  /** `nats://host:port` or `tls://host:port`. */
  readonly servers: readonly string[];
  /** Shown in the server's monitoring. */
  readonly name: string;
  readonly user?: string;
  readonly password?: string;
  /** Paths of a JWT credentials file, or of a file that holds an nkey seed. */
  readonly credentialsFile?: string;
  readonly nkeyFile?: string;
  readonly tls?: {
    /** PEM of the authority that signed the server's certificate; the system's when absent. */
    readonly caFile?: string;
    /** PEMs of this client, for servers that verify clients. */
    readonly certFile?: string;
    readonly keyFile?: string;
  };
}

const RECONNECT_MS = 100;
const PING_MS = 2_000;
const PINGS_UNANSWERED_MAX = 2;
const CONNECT_TIMEOUT_MS = 3_000;

/** @throws {DstaError} NATS_UNREACHABLE (retryable), NATS_REFUSED, CONFIG_INVALID */
export async function connectNats(settings: NatsSettings): Promise<NatsConnection> {
  const options = await natsOptions(settings);
  try {
    return await connect(options);
  } catch (error) {
    throw refusal(settings, error);
  }
}

/** Also what Moleculer's NATS transporter takes as its options. @throws {DstaError} CONFIG_INVALID for a file that cannot be read */
export async function natsOptions(settings: NatsSettings): Promise<ConnectionOptions> {
  const { user, password, credentialsFile, nkeyFile, tls } = settings;
  return {
    servers: [...settings.servers],
    name: settings.name,
    reconnect: true,
    maxReconnectAttempts: -1,
    reconnectTimeWait: RECONNECT_MS,
    reconnectJitter: 0,
    reconnectJitterTLS: 0,
    pingInterval: PING_MS,
    maxPingOut: PINGS_UNANSWERED_MAX,
    timeout: CONNECT_TIMEOUT_MS,
    // Rights given later (a server's new configuration) must be found by reconnecting, not end the connection for good.
    ignoreAuthErrorAbort: true,
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { pass: password }),
    ...(credentialsFile === undefined ? {} : { authenticator: credsAuthenticator(await bytesOf("credentialsFile", credentialsFile)) }),
    ...(nkeyFile === undefined ? {} : { authenticator: nkeyAuthenticator(await seedOf(nkeyFile)) }),
    ...(tls === undefined ? {} : { tls: await pemsOf(tls) }),
  };
}

/** Read here and not by the client, whose error for a missing file does not name the setting. */
async function pemsOf(tls: NonNullable<NatsSettings["tls"]>): Promise<NonNullable<ConnectionOptions["tls"]>> {
  const pem = async (setting: "caFile" | "certFile" | "keyFile") => {
    const path = tls[setting];
    return path === undefined ? undefined : Buffer.from(await bytesOf(setting, path)).toString();
  };
  const [ca, cert, key] = await Promise.all([pem("caFile"), pem("certFile"), pem("keyFile")]);
  return { ...(ca === undefined ? {} : { ca }), ...(cert === undefined ? {} : { cert }), ...(key === undefined ? {} : { key }) };
}

/** The environment's names of files, for messages. */
const VARIABLES: Readonly<Record<string, string>> = { caFile: "NATS_CA", certFile: "NATS_CERT", keyFile: "NATS_KEY" };

async function seedOf(path: string): Promise<Uint8Array> {
  return new TextEncoder().encode(
    Buffer.from(await bytesOf("nkeyFile", path))
      .toString()
      .trim(),
  );
}

async function bytesOf(setting: string, path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    const field = VARIABLES[setting] ?? `nats.${setting}`;
    throw new DstaError("CONFIG_INVALID", `${field}: cannot read ${path}: ${messageOf(error)}`, {
      data: { field, got: path },
      cause: error,
    });
  }
}

const REFUSED: Readonly<Record<string, string>> = {
  [ErrorCode.AuthorizationViolation]: "NATS_USER, NATS_PASSWORD: the server does not take them",
  [ErrorCode.AuthenticationExpired]: "nats.credentialsFile: it has expired",
  [ErrorCode.AccountExpired]: "nats.credentialsFile: its account has expired",
  [ErrorCode.BadAuthentication]: "NATS_USER, NATS_PASSWORD: not usable",
  [ErrorCode.BadCreds]: "nats.credentialsFile: not a credentials file",
  [ErrorCode.PermissionsViolation]: "NATS_USER: it has no permission",
  [ErrorCode.Tls]: "NATS_CA, NATS_CERT, NATS_KEY: the server's certificate and ours do not fit",
};

function refusal(settings: NatsSettings, error: unknown): DstaError {
  const servers = settings.servers.join(", ");
  const code = error instanceof NatsError ? error.code : String((error as { code?: unknown }).code ?? "");
  const reason =
    REFUSED[code] ?? (/certificate|TLS|SSL|self.signed|wrong version/i.test(messageOf(error)) ? REFUSED[ErrorCode.Tls] : undefined);
  if (reason === undefined) {
    // A server that wants a certificate only hangs up on those without one.
    const hint = settings.tls !== undefined && settings.tls.certFile === undefined ? "; does it want NATS_CERT?" : "";
    return new DstaError("NATS_UNREACHABLE", `NATS_URL: no answer from ${servers}: ${messageOf(error)}${hint}`, {
      code: 503,
      retryable: true,
      data: { field: "NATS_URL", got: servers },
      cause: error,
    });
  }
  return new DstaError("NATS_REFUSED", `${servers} refused the connection: ${reason} (${messageOf(error)})`, {
    code: 503,
    data: { servers, reason: code },
    cause: error,
  });
}
