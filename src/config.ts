import { z } from "zod";
import { KEY_BYTES, type SealingKey } from "./kernel/envelope.ts";
import { type Rates, ratesWith } from "./kernel/rates.ts";

const LOOPBACK = /^(localhost|.+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** Who says who somebody is, with what applies unless the environment names other endpoints. */
const PROVIDER_DEFAULTS = {
  DISCORD: {
    ISSUER: "https://discord.com",
    AUTHORIZE_URL: "https://discord.com/oauth2/authorize",
    TOKEN_URL: "https://discord.com/api/oauth2/token",
    USER_URL: "https://discord.com/api/users/@me",
  },
  BATTLENET: {
    ISSUER: "https://oauth.battle.net",
    AUTHORIZE_URL: "https://oauth.battle.net/authorize",
    TOKEN_URL: "https://oauth.battle.net/token",
    USER_URL: "https://oauth.battle.net/userinfo",
  },
} as const;

type ProviderPrefix = keyof typeof PROVIDER_DEFAULTS;

const environment = z.object({
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000).describe("where it listens"),
  HOST: z.string().default("127.0.0.1").describe("the address it listens on"),
  PUBLIC_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe("where people reach it; links are built from it, never from a header"),
  DATA_DIR: z
    .string()
    .min(1)
    .default("data")
    .describe("folder of the databases, combat logs, template and mail outbox"),
  GUILDHALL_SECRET: z
    .string("is missing: set at least 32 random characters and keep them")
    .min(32, "needs at least 32 random characters")
    .describe("signs access tokens and keys; changing it ends all of them"),
  SECRETS_KEYS: z
    .string()
    .optional()
    .describe("seals what opens others' services: id:base64,… of 32 bytes; the first one seals"),
  PLATFORM_DATABASE_URL: z
    .url({
      protocol: /^(file|https?|libsql)$/,
      error: "must begin with file:, http:, https: or libsql:",
    })
    .optional()
    .describe("the platform database, if not a file in DATA_DIR; processes that share it are one"),
  PLATFORM_DATABASE_TOKEN: z
    .string()
    .min(1)
    .optional()
    .describe("opens the platform database; not needed on the server of SQLD_URL"),
  DATABASE_HOST: z
    .enum(["file", "sqld", "turso"])
    .default("file")
    .describe("where new guilds' databases are made: files here, a libSQL server, or Turso"),
  SQLD_URL: z.url().optional().describe("sqld: where databases are spoken to"),
  SQLD_ADMIN_URL: z.url().optional().describe("sqld: where they are made"),
  SQLD_ADMIN_KEY: z.string().min(16).optional().describe("sqld: its --admin-auth-key"),
  SQLD_PRIVATE_KEY: z
    .string()
    .optional()
    .describe("sqld: the Ed25519 key (PKCS #8, PEM) whose public half it was started with"),
  BACKUP_DIR: z
    .string()
    .optional()
    .describe("folder of the backups, if not DATA_DIR/backups: better another disk"),
  BACKUP_S3_URL: z.url().optional().describe("backups in a bucket instead: its address"),
  BACKUP_S3_REGION: z.string().default("auto").describe("backups: the bucket's region"),
  BACKUP_S3_ACCESS_KEY_ID: z.string().optional().describe("backups: who writes to the bucket"),
  BACKUP_S3_SECRET_ACCESS_KEY: z.string().optional().describe("backups: with this key"),
  BACKUP_EVERY_MINUTES: z.coerce
    .number()
    .int()
    .min(0)
    .default(60)
    .describe("how often every guild and the platform are copied; 0 for never"),
  TURSO_ORGANIZATION: z.string().min(1).optional().describe("turso: the organization's slug"),
  TURSO_API_TOKEN: z
    .string()
    .min(16)
    .optional()
    .describe("turso: makes and removes databases, and tokens for them"),
  TURSO_GROUP: z
    .string()
    .regex(/^[a-z0-9-]{1,64}$/, "needs lower-case letters, digits and hyphens")
    .default("guildhall")
    .describe("turso: the group of the guilds' databases; of this deployment alone"),
  TURSO_LOCATION: z
    .string()
    .min(1)
    .optional()
    .describe("turso: where to make the group when it is not there, such as aws-eu-west-1"),
  TURSO_API_URL: z
    .url({ protocol: /^https?$/ })
    .default("https://api.turso.tech")
    .describe("turso: where its Platform API is"),
  OPEN_MAX: z.coerce.number().int().min(1).optional().describe("idle guild databases kept open"),
  TRUSTED_PROXY_HOPS: z.coerce
    .number()
    .int()
    .min(0)
    .max(10)
    .default(0)
    .describe("proxies of yours in front of it"),
  RATE_LIMITS: z
    .string()
    .default("")
    .describe("limits of yours, such as read.account=6000/m, sign-up.address=off"),
  SMTP_URL: z
    .url({ protocol: /^smtps?$/ })
    .optional()
    .describe("mail; without it letters are files in DATA_DIR/outbox"),
  MAIL_FROM: z.string().default("Guildhall <no-reply@localhost>").describe("whom letters are from"),
  LOG_LEVEL: z
    .enum(["debug", "info", "warn", "error", "silent"])
    .default("info")
    .describe("one JSON line per request from info on"),
  ...providerVariables("DISCORD", "Discord"),
  ...providerVariables("BATTLENET", "Battle.net"),
});

/** Variables whose value nobody is shown. */
const SECRETS = new Set([
  "GUILDHALL_SECRET",
  "SECRETS_KEYS",
  "SMTP_URL",
  "SQLD_ADMIN_KEY",
  "SQLD_PRIVATE_KEY",
  "BACKUP_S3_SECRET_ACCESS_KEY",
  "PLATFORM_DATABASE_TOKEN",
  "TURSO_API_TOKEN",
  "DISCORD_CLIENT_SECRET",
  "BATTLENET_CLIENT_SECRET",
]);

/** One variable of the environment, for people who set it up. */
export interface Variable {
  readonly name: string;
  readonly meaning: string;
  /** The value, `set` for a secret, the default, or that it is not set. */
  readonly state: string;
  /** What is wrong with it and what to do; null when nothing is. */
  readonly fault: string | null;
}

/** What is set, what is not and what is wrong, without showing any secret. */
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

export interface SqldConfig {
  readonly url: string;
  readonly adminUrl: string;
  readonly adminKey: string;
  /** PKCS #8 in PEM. */
  readonly privateKey: string;
}

export interface BackupConfig {
  /** Undefined for the folder below the data folder. */
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

export interface TursoConfig {
  readonly apiUrl: string;
  readonly organization: string;
  readonly apiToken: string;
  readonly group: string;
  readonly placement: string | undefined;
}

/** One that people may sign in with: our registration there, and where to ask. */
export interface ProviderConfig {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly issuer: string;
  readonly authorizeUrl: URL;
  readonly tokenUrl: URL;
  readonly userUrl: URL;
}

/** Everything that differs between deployments, parsed once at the entrypoint. */
export interface Config {
  readonly port: number;
  readonly hostname: string;
  readonly publicUrl: URL;
  readonly dataDir: string;
  readonly secret: string;
  /** The first seals, all of them open. None: no secrets of others are kept here. */
  readonly secretsKeys: readonly SealingKey[];
  readonly platformDatabaseUrl: string | undefined;
  readonly platformDatabaseToken: string | undefined;
  readonly databaseHost: "file" | "sqld" | "turso";
  /** What a libSQL server needs; undefined without one. */
  readonly sqld: SqldConfig | undefined;
  readonly backups: BackupConfig;
  /** What Turso's cloud needs; undefined without it. */
  readonly turso: TursoConfig | undefined;
  readonly openMax: number | undefined;
  readonly trustedProxyHops: number;
  readonly rates: Rates;
  readonly smtpUrl: string | undefined;
  readonly mailFrom: string;
  readonly logLevel: "debug" | "info" | "warn" | "error" | "silent";
  /** Those whose registration is configured; nobody sees the others. */
  readonly providers: {
    readonly discord: ProviderConfig | undefined;
    readonly battlenet: ProviderConfig | undefined;
  };
}

/** Reads the environment once. @throws Error naming every variable that is missing or wrong. */
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
  return {
    port: value.PORT,
    hostname: value.HOST,
    publicUrl,
    dataDir: value.DATA_DIR,
    secret: value.GUILDHALL_SECRET,
    secretsKeys: sealingKeys(value.SECRETS_KEYS ?? ""),
    platformDatabaseUrl: value.PLATFORM_DATABASE_URL,
    platformDatabaseToken: value.PLATFORM_DATABASE_TOKEN,
    databaseHost: value.DATABASE_HOST,
    sqld: sqldConfig(value),
    backups: backupConfig(value),
    turso: tursoConfig(value),
    openMax: value.OPEN_MAX,
    trustedProxyHops: value.TRUSTED_PROXY_HOPS,
    rates: ratesWith(value.RATE_LIMITS),
    smtpUrl: value.SMTP_URL,
    mailFrom: value.MAIL_FROM,
    logLevel: value.LOG_LEVEL,
    providers: {
      discord: providerConfig(value, "DISCORD"),
      battlenet: providerConfig(value, "BATTLENET"),
    },
  };
}

/** @throws Error that names the key by its place: what stands there may be a secret. */
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

function providerVariables<P extends ProviderPrefix>(prefix: P, name: string) {
  const { ISSUER, AUTHORIZE_URL, TOKEN_URL, USER_URL } = PROVIDER_DEFAULTS[prefix];
  const endpoint = (url: string) => z.url({ protocol: /^https?$/ }).default(url);
  const variables = {
    CLIENT_ID: z.string().min(1).optional().describe(`signing in with ${name}: our id there`),
    CLIENT_SECRET: z.string().min(1).optional().describe(`${name}: the secret that belongs to it`),
    ISSUER: endpoint(ISSUER).describe(`${name}: who its answers say they are from`),
    AUTHORIZE_URL: endpoint(AUTHORIZE_URL).describe(`${name}: where people agree`),
    TOKEN_URL: endpoint(TOKEN_URL).describe(`${name}: where we learn that they did`),
    USER_URL: endpoint(USER_URL).describe(`${name}: where we learn who they are`),
  };
  return Object.fromEntries(
    Object.entries(variables).map(([key, schema]) => [`${prefix}_${key}`, schema]),
  ) as { [K in keyof typeof variables as `${P}_${K}`]: (typeof variables)[K] };
}

/** Both of id and secret, or neither: half of a registration is a mistake. */
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

function backupConfig(value: z.infer<typeof environment>): BackupConfig {
  const {
    BACKUP_S3_URL: url,
    BACKUP_S3_REGION: region,
    BACKUP_S3_ACCESS_KEY_ID: accessKeyId,
    BACKUP_S3_SECRET_ACCESS_KEY: secretAccessKey,
  } = value;
  const everyMs = value.BACKUP_EVERY_MINUTES * 60_000;
  if (!url) return { dir: value.BACKUP_DIR, s3: undefined, everyMs };
  if (accessKeyId && secretAccessKey) {
    return { dir: undefined, s3: { url, region, accessKeyId, secretAccessKey }, everyMs };
  }
  throw new Error(
    "BACKUP_S3_URL, BACKUP_S3_ACCESS_KEY_ID and BACKUP_S3_SECRET_ACCESS_KEY belong together.",
  );
}

/** All of it or none: half of a server's configuration is a mistake. */
function sqldConfig(value: z.infer<typeof environment>): SqldConfig | undefined {
  const { SQLD_URL: url, SQLD_ADMIN_URL: adminUrl, SQLD_ADMIN_KEY: adminKey } = value;
  const privateKey = value.SQLD_PRIVATE_KEY?.replaceAll("\\n", "\n");
  if (url && adminUrl && adminKey && privateKey) return { url, adminUrl, adminKey, privateKey };
  if (value.DATABASE_HOST !== "sqld" && !url) return undefined;
  throw new Error(
    "SQLD_URL, SQLD_ADMIN_URL, SQLD_ADMIN_KEY and SQLD_PRIVATE_KEY belong together: set all of them.",
  );
}

/** Also read when guilds are made elsewhere: those that are on Turso already are served. */
function tursoConfig(value: z.infer<typeof environment>): TursoConfig | undefined {
  const { TURSO_ORGANIZATION: organization, TURSO_API_TOKEN: apiToken } = value;
  const { TURSO_API_URL: apiUrl, TURSO_GROUP: group, TURSO_LOCATION: placement } = value;
  const { protocol, hostname } = new URL(apiUrl);
  if (protocol === "http:" && !LOOPBACK.test(hostname)) {
    throw new Error(
      "TURSO_API_URL must be https: outside this machine, or the token could be read.",
    );
  }
  if (organization && apiToken) return { apiUrl, organization, apiToken, group, placement };
  if (value.DATABASE_HOST !== "turso" && !organization && !apiToken) return undefined;
  throw new Error("TURSO_ORGANIZATION and TURSO_API_TOKEN belong together: set both.");
}
