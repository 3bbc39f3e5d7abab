import type { z } from "zod";
import { type HostKind, type ServersConfig, serversConfig } from "./config-hosts.ts";
import {
  environment,
  type ProviderPrefix,
  SECRETS,
  UPSTREAM_DEFAULTS,
} from "./config-variables.ts";
import { KEY_BYTES, type SealingKey } from "./kernel/envelope.ts";
import { LOOPBACK } from "./kernel/public-url.ts";
import { type Rates, ratesWith } from "./kernel/rates.ts";
import { MINUTE_MS } from "./kernel/time.ts";

/** One variable of the environment, described for the people who set it. */
export interface Variable {
  readonly name: string;
  readonly meaning: string;
  /** The value, `set` for a secret, the default, or a note that it is not set. */
  readonly state: string;
  /** What is wrong with it and what to do. Null when it is valid. */
  readonly fault: string | null;
}

/** Describes which variables are set, missing or invalid, without showing secrets. */
export function describeConfig(env: Readonly<Record<string, string | undefined>>): Variable[] {
  const issues = environment.safeParse(env).error?.issues ?? [];
  return Object.entries(environment.shape).map(([name, schema]) => {
    const value = env[name];
    const otherwise = schema.safeParse(undefined);
    const byDefault = otherwise.success ? otherwise.data : undefined;
    const unset = byDefault === undefined ? "not set" : `${String(byDefault)} (default)`;
    const state = value === undefined ? unset : SECRETS.has(name) ? "set" : value;
    const fault = issues.find((issue) => issue.path[0] === name)?.message ?? null;
    return { name, meaning: schema.description ?? "", state, fault };
  });
}

interface BackupConfig {
  /** Undefined means the folder below the data folder. */
  readonly dir: string | undefined;
  readonly s3:
    | {
        readonly url: string;
        readonly region: string;
        readonly accessKeyId: string;
        readonly secretAccessKey: string;
      }
    | undefined;
  readonly everyMs: number;
}

/** A sign-in provider: our registration there and its endpoints. */
export interface ProviderConfig {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly issuer: string;
  readonly authorizeUrl: URL;
  readonly tokenUrl: URL;
  readonly userUrl: URL;
}

/** Where metrics are served, and who may scrape them. */
interface MetricsConfig {
  /** Undefined if they are served at the product's own address. */
  readonly address: { readonly host: string; readonly port: number } | undefined;
  /** The bearer token that a scrape must send. Undefined if none is needed. */
  readonly token: string | undefined;
  readonly topGuilds: number;
}

/** Where traces are sent. */
export interface TracingConfig {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly serviceName: string;
  /** From 0 to 1. */
  readonly ratio: number;
}

export interface StripeConfig {
  readonly secretKey: string;
  readonly webhookSecret: string;
  /** Stripe's price of each plan, by the plan's name. */
  readonly prices: ReadonlyMap<string, string>;
  readonly apiUrl: URL;
}

/** The services that guilds' rosters and members are read from. */
interface UpstreamsConfig {
  readonly blizzard: {
    /** Both may contain `{region}`. */
    readonly apiUrl: string;
    readonly tokenUrl: string;
    /** The platform's client; undefined: only guilds with their own client are read. */
    readonly client: { readonly id: string; readonly secret: string } | undefined;
  };
  readonly discord: {
    readonly apiUrl: string;
    readonly gatewayUrl: string;
    /** The platform's bot; undefined: only guilds with their own bot are read. */
    readonly botToken: string | undefined;
    /** Checks interactions; undefined: the bot takes no commands. */
    readonly publicKey: string | undefined;
  };
}

/** The configuration of a deployment. The entrypoint parses it once. */
export interface Config {
  readonly port: number;
  readonly hostname: string;
  readonly publicUrl: URL;
  readonly dataDir: string;
  readonly secret: string;
  /** The first key encrypts. Every key decrypts. Without keys, no secrets of other services are stored. */
  readonly secretsKeys: readonly SealingKey[];
  /** Whether operators without a second factor are kept out of the console. */
  readonly operatorSecondFactor: "required" | "offered";
  readonly platformDatabaseUrl: string | undefined;
  readonly platformDatabaseToken: string | undefined;
  readonly databaseHost: HostKind;
  readonly servers: ServersConfig;
  readonly backups: BackupConfig;
  /** The server reports that it is not ready when the data folder's disk has less free space. */
  readonly diskFreeBytesMin: number;
  readonly openMax: number | undefined;
  /** Undefined where tracing is off. */
  readonly tracing: TracingConfig | undefined;
  /** Name servers for the records of guilds' domains. Empty for the system's. */
  readonly dnsServers: readonly string[];
  readonly trustedProxyHops: number;
  readonly rates: Rates;
  readonly smtpUrl: string | undefined;
  readonly mailApi: { readonly url: string; readonly token: string | undefined } | undefined;
  readonly mailFrom: string;
  /** Undefined when paid plans are not configured. */
  readonly stripe: StripeConfig | undefined;
  /** Undefined when metrics are off. */
  readonly metrics: MetricsConfig | undefined;
  readonly upstreams: UpstreamsConfig;
  readonly logLevel: "debug" | "info" | "warn" | "error" | "silent";
  /** Providers with a configured registration. The others are not shown. */
  readonly providers: {
    readonly discord: ProviderConfig | undefined;
    readonly battlenet: ProviderConfig | undefined;
  };
}

/** Reads the environment once. @throws Error naming every variable that is missing or invalid. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const parsed = environment.safeParse(env);
  if (!parsed.success) {
    const faults = parsed.error.issues.map(
      (issue) => `  ${issue.path.join(".")}: ${issue.message}`,
    );
    throw new Error(`The configuration is incomplete:\n${faults.join("\n")}`);
  }
  const value = parsed.data;
  const publicUrl = new URL(value.PUBLIC_URL ?? `http://localhost:${value.PORT}`);
  if (publicUrl.protocol === "http:" && !LOOPBACK.test(publicUrl.hostname)) {
    throw new Error("PUBLIC_URL must be https: outside this machine, or sign-ins could be read.");
  }
  const secretsKeys = sealingKeys(value.SECRETS_KEYS ?? "");
  return {
    port: value.PORT,
    hostname: value.HOST,
    publicUrl,
    dataDir: value.DATA_DIR,
    secret: value.GUILDHALL_SECRET,
    secretsKeys,
    operatorSecondFactor: operatorSecondFactor(value.OPERATOR_SECOND_FACTOR, secretsKeys),
    platformDatabaseUrl: value.PLATFORM_DATABASE_URL,
    platformDatabaseToken: value.PLATFORM_DATABASE_TOKEN,
    databaseHost: value.DATABASE_HOST,
    servers: serversConfig(value),
    backups: backupConfig(value),
    diskFreeBytesMin: value.DISK_FREE_MIN_MB * 1024 * 1024,
    openMax: value.OPEN_MAX,
    dnsServers: value.DNS_SERVERS?.split(",") ?? [],
    trustedProxyHops: value.TRUSTED_PROXY_HOPS,
    rates: ratesWith(value.RATE_LIMITS),
    smtpUrl: value.SMTP_URL,
    mailApi: value.MAIL_API_URL
      ? { url: value.MAIL_API_URL, token: value.MAIL_API_TOKEN }
      : undefined,
    mailFrom: value.MAIL_FROM,
    stripe: stripeConfig(value),
    tracing: tracingConfig(value),
    metrics: metricsConfig(value),
    upstreams: upstreamsConfig(value),
    logLevel: value.LOG_LEVEL,
    providers: {
      discord: providerConfig(value, "DISCORD"),
      battlenet: providerConfig(value, "BATTLENET"),
    },
  };
}

/** Without keys no factor can be stored. @throws Error if it is required all the same. */
function operatorSecondFactor(
  wanted: Config["operatorSecondFactor"] | undefined,
  keys: readonly SealingKey[],
): Config["operatorSecondFactor"] {
  if (keys.length > 0) return wanted ?? "required";
  if (wanted !== "required") return "offered";
  throw new Error(
    "OPERATOR_SECOND_FACTOR is required, but SECRETS_KEYS is not set, so none can be stored. Set SECRETS_KEYS.",
  );
}

/** @throws Error that names the key by its position, because its text may be a secret. */
function sealingKeys(text: string): readonly SealingKey[] {
  const parts = text.split(",").filter((part) => part.trim() !== "");
  const keys = parts.map((part, at) => {
    const [, id, base64 = ""] =
      /^([A-Za-z0-9_-]{1,32}):([A-Za-z0-9+/]+=*)$/.exec(part.trim()) ?? [];
    const bytes = Uint8Array.from(decoded(base64), (char) => char.charCodeAt(0));
    if (id !== undefined && bytes.length === KEY_BYTES) return { id, bytes };
    throw new Error(
      `SECRETS_KEYS: key ${at + 1} is not an id, a colon and ${KEY_BYTES} bytes in base64. ` +
        `Make one with: echo "$(date +%Y-%m):$(openssl rand -base64 ${KEY_BYTES})"`,
    );
  });
  if (new Set(keys.map(({ id }) => id)).size === keys.length) return keys;
  throw new Error("SECRETS_KEYS: two keys have the same id. Give each another one.");
}

function decoded(base64: string): string {
  try {
    return atob(base64);
  } catch {
    return "";
  }
}

/** Requires both id and secret, or neither. Half a registration is a mistake. */
function providerConfig(
  value: z.infer<typeof environment>,
  prefix: ProviderPrefix,
): ProviderConfig | undefined {
  const clientId = value[`${prefix}_CLIENT_ID`];
  const clientSecret = value[`${prefix}_CLIENT_SECRET`];
  if (clientId === undefined && clientSecret === undefined) return undefined;
  if (clientId === undefined || clientSecret === undefined) {
    throw new Error(`${prefix}_CLIENT_ID and ${prefix}_CLIENT_SECRET belong together: set both.`);
  }
  const endpoint = (name: "AUTHORIZE_URL" | "TOKEN_URL" | "USER_URL") => {
    const url = new URL(value[`${prefix}_${name}`]);
    if (url.protocol === "https:" || LOOPBACK.test(url.hostname)) return url;
    throw new Error(`${prefix}_${name} must be https: outside this machine.`);
  };
  return {
    clientId,
    clientSecret,
    issuer: value[`${prefix}_ISSUER`],
    authorizeUrl: endpoint("AUTHORIZE_URL"),
    tokenUrl: endpoint("TOKEN_URL"),
    userUrl: endpoint("USER_URL"),
  };
}

/** @throws Error for an address outside this machine that is not the vendor's, unless allowed. */
function upstreamsConfig(value: z.infer<typeof environment>): UpstreamsConfig {
  const address = (name: keyof typeof UPSTREAM_DEFAULTS): string => {
    const url = value[name];
    if (url === UPSTREAM_DEFAULTS[name] || value.ALLOW_OTHER_UPSTREAMS === "true") return url;
    const sample = url.replaceAll("{region}", "eu");
    if (URL.canParse(sample) && LOOPBACK.test(new URL(sample).hostname)) return url;
    throw new Error(
      `${name} is neither the vendor's address nor on this machine. Tokens would go there. ` +
        "Set ALLOW_OTHER_UPSTREAMS=true if that is what you want.",
    );
  };
  const { BLIZZARD_CLIENT_ID: id, BLIZZARD_CLIENT_SECRET: secret } = value;
  if ((id === undefined) !== (secret === undefined)) {
    throw new Error("BLIZZARD_CLIENT_ID and BLIZZARD_CLIENT_SECRET belong together: set both.");
  }
  return {
    blizzard: {
      apiUrl: address("BLIZZARD_API_URL"),
      tokenUrl: address("BLIZZARD_TOKEN_URL"),
      client: id !== undefined && secret !== undefined ? { id, secret } : undefined,
    },
    discord: {
      apiUrl: address("DISCORD_API_URL"),
      gatewayUrl: address("DISCORD_GATEWAY_URL"),
      botToken: value.DISCORD_BOT_TOKEN,
      publicKey: value.DISCORD_PUBLIC_KEY,
    },
  };
}

function backupConfig(value: z.infer<typeof environment>): BackupConfig {
  const {
    BACKUP_S3_URL: url,
    BACKUP_S3_REGION: region,
    BACKUP_S3_ACCESS_KEY_ID: accessKeyId,
    BACKUP_S3_SECRET_ACCESS_KEY: secretAccessKey,
  } = value;
  const everyMs = value.BACKUP_EVERY_MINUTES * MINUTE_MS;
  if (!url) return { dir: value.BACKUP_DIR, s3: undefined, everyMs };
  if (accessKeyId && secretAccessKey) {
    return { dir: undefined, s3: { url, region, accessKeyId, secretAccessKey }, everyMs };
  }
  throw new Error(
    "BACKUP_S3_URL, BACKUP_S3_ACCESS_KEY_ID and BACKUP_S3_SECRET_ACCESS_KEY belong together.",
  );
}

function tracingConfig(value: z.infer<typeof environment>): TracingConfig | undefined {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_HEADERS: headers } = value;
  if (!endpoint) return undefined;
  const pairs = (headers?.split(",") ?? []).map((pair) => {
    const at = pair.indexOf("=");
    return [pair.slice(0, at), decodeURIComponent(pair.slice(at + 1))] as const;
  });
  return {
    url: new URL(`${endpoint.replace(/\/$/, "")}/v1/traces`),
    headers: Object.fromEntries(pairs),
    serviceName: value.OTEL_SERVICE_NAME,
    ratio: value.OTEL_TRACES_SAMPLER_ARG,
  };
}

function metricsConfig(value: z.infer<typeof environment>): MetricsConfig | undefined {
  const { METRICS_ADDRESS: address, METRICS_TOKEN: token, METRICS_TOP_GUILDS: topGuilds } = value;
  if (!address) return token ? { address: undefined, token, topGuilds } : undefined;
  const colon = address.lastIndexOf(":");
  const port = Number(address.slice(colon + 1));
  if (port > 65_535) throw new Error("METRICS_ADDRESS: a port is 65535 at the most.");
  const host = address.slice(0, colon).replace(/^\[(.*)\]$/, "$1");
  return { address: { host, port }, token, topGuilds };
}

/** Requires all variables or none. Half a configuration is a mistake. */
function stripeConfig(value: z.infer<typeof environment>): StripeConfig | undefined {
  const { STRIPE_SECRET_KEY: secretKey, STRIPE_WEBHOOK_SECRET: webhookSecret } = value;
  const { STRIPE_PRICES: prices } = value;
  if (!secretKey && !webhookSecret && !prices) return undefined;
  if (!secretKey || !webhookSecret || !prices) {
    throw new Error(
      "STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET and STRIPE_PRICES belong together: set all of them.",
    );
  }
  const pairs = prices.split(",").map((pair) => pair.split("=") as [string, string]);
  return {
    secretKey,
    webhookSecret,
    prices: new Map(pairs),
    apiUrl: new URL(value.STRIPE_API_URL),
  };
}
