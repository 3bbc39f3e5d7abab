import { z } from "@hono/zod-openapi";
import { HOST_KINDS, SERVER_VARIABLES } from "./config-hosts.ts";
import { SECRET_NAMES } from "./config-secrets.ts";
import { limits } from "./limits.ts";

/** The sign-in providers, with the endpoints that apply unless the environment names others. */
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

/** Where the game and Discord answer, unless the environment names other addresses. */
export const UPSTREAM_DEFAULTS = {
  BLIZZARD_API_URL: "https://{region}.api.blizzard.com",
  BLIZZARD_TOKEN_URL: "https://oauth.battle.net/token",
  DISCORD_API_URL: "https://discord.com/api",
  DISCORD_GATEWAY_URL: "wss://gateway.discord.gg",
} as const;

export type ProviderPrefix = keyof typeof PROVIDER_DEFAULTS;

/** The address of a name server, with or without a port. */
const NAME_SERVER = String.raw`(\d+(\.\d+){3}|\[[\da-fA-F:]+\])(:\d+)?`;

/** Every variable: its meaning and its valid values. */
export const environment = z.object({
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
  OPERATOR_SECOND_FACTOR: z
    .enum(["required", "offered"])
    .optional()
    .describe("whether the console needs a second factor; required where SECRETS_KEYS is set"),
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
    .enum(HOST_KINDS)
    .default("file")
    .describe("where new guilds' databases are made: files here, a libSQL server, or Turso"),
  ...SERVER_VARIABLES,
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
    .default(15)
    .describe("how often changed guilds and the platform are copied; 0 for never"),
  DISK_FREE_MIN_MB: z.coerce
    .number()
    .int()
    .min(0)
    .default(100)
    .describe(
      "megabytes that must be free on the disk of DATA_DIR: with less, /readyz answers 503",
    ),
  METRICS_ADDRESS: z
    .string()
    .regex(/^([\w.-]+|\[[\da-fA-F:.]+\]):\d{1,5}$/, "is written like 127.0.0.1:9464")
    .optional()
    .describe("serves /metrics and probes at an address of their own, such as 127.0.0.1:9464"),
  METRICS_TOKEN: z
    .string()
    .min(16)
    .optional()
    .describe("a scrape of /metrics has to send it as its bearer token"),
  METRICS_TOP_GUILDS: z.coerce
    .number()
    .int()
    .min(0)
    .max(limits.metrics.topGuildsMax)
    .default(10)
    .describe("how many guilds the metrics name, those with the most requests; 0 for none"),
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe("sends traces by OTLP over HTTP, such as to http://127.0.0.1:4318"),
  OTEL_EXPORTER_OTLP_HEADERS: z
    .string()
    .regex(/^[\w-]+=[^,]*(,[\w-]+=[^,]*)*$/, "is written like authorization=Bearer%20abc")
    .optional()
    .describe("tracing: headers for the collector, such as authorization=Bearer%20abc"),
  OTEL_SERVICE_NAME: z.string().min(1).default("guildhall").describe("tracing: the service's name"),
  OTEL_TRACES_SAMPLER_ARG: z.coerce
    .number()
    .min(0)
    .max(1)
    .default(1)
    .describe("tracing: the part of all requests and jobs that is traced, from 0 to 1"),
  OPEN_MAX: z.coerce.number().int().min(1).optional().describe("idle guild databases kept open"),
  TRUSTED_PROXY_HOPS: z.coerce
    .number()
    .int()
    .min(0)
    .max(10)
    .default(0)
    .describe("proxies of yours in front of it"),
  DNS_SERVERS: z
    .string()
    .regex(
      new RegExp(`^${NAME_SERVER}(,${NAME_SERVER})*$`),
      "is written like 9.9.9.9,[2620:fe::fe]:53",
    )
    .optional()
    .describe("name servers that prove guilds' domains, if not those of the system"),
  RATE_LIMITS: z
    .string()
    .default("")
    .describe("limits of yours, such as read.account=6000/m, sign-up.address=off"),
  SMTP_URL: z
    .url({ protocol: /^smtps?$/ })
    .optional()
    .describe("mail; without it e-mails are files in DATA_DIR/outbox"),
  MAIL_API_URL: z
    .url({ protocol: /^https$/ })
    .optional()
    .describe("Workers: a mail service that takes {from, to, subject, text} as JSON"),
  MAIL_API_TOKEN: z.string().min(1).optional().describe("Workers: its bearer token"),
  MAIL_FROM: z.string().default("Guildhall <no-reply@localhost>").describe("the sender of e-mails"),
  STRIPE_SECRET_KEY: z.string().min(8).optional().describe("Stripe: plans can be paid for"),
  STRIPE_WEBHOOK_SECRET: z.string().min(8).optional().describe("Stripe: signs what it tells us"),
  STRIPE_PRICES: z
    .string()
    .regex(/^[a-z-]+=\w+(,[a-z-]+=\w+)*$/, "is written like premium=price_123")
    .optional()
    .describe("Stripe: the price of each plan, such as premium=price_123"),
  STRIPE_API_URL: z.url().default("https://api.stripe.com").describe("Stripe: where it is asked"),
  BLIZZARD_API_URL: z
    .string()
    .default(UPSTREAM_DEFAULTS.BLIZZARD_API_URL)
    .describe("Blizzard's API; {region} stands for us, eu, kr or tw"),
  BLIZZARD_TOKEN_URL: z
    .string()
    .default(UPSTREAM_DEFAULTS.BLIZZARD_TOKEN_URL)
    .describe("Blizzard: where tokens come from; may contain {region}"),
  BLIZZARD_CLIENT_ID: z.string().min(1).optional().describe("Blizzard: the platform's client"),
  BLIZZARD_CLIENT_SECRET: z.string().min(1).optional().describe("Blizzard: the client's secret"),
  DISCORD_API_URL: z
    .string()
    .default(UPSTREAM_DEFAULTS.DISCORD_API_URL)
    .describe("Discord's API, without the version"),
  DISCORD_GATEWAY_URL: z
    .string()
    .default(UPSTREAM_DEFAULTS.DISCORD_GATEWAY_URL)
    .describe("Discord's gateway"),
  DISCORD_BOT_TOKEN: z
    .string()
    .min(20)
    .optional()
    .describe("Discord: the platform's bot; a guild's own bot comes first"),
  DISCORD_PUBLIC_KEY: z
    .string()
    .regex(/^[\da-fA-F]{64}$/, "is 64 hexadecimal digits, as Discord shows it")
    .optional()
    .describe("Discord: checks commands and buttons of the platform's bot"),
  ALLOW_OTHER_UPSTREAMS: z
    .enum(["true", "false"])
    .default("false")
    .describe("lets Blizzard's and Discord's addresses above be on other machines"),
  LOG_LEVEL: z
    .enum(["debug", "info", "warn", "error", "silent"])
    .default("info")
    .describe("one JSON line per request from info on"),
  ...providerVariables("DISCORD", "Discord"),
  ...providerVariables("BATTLENET", "Battle.net"),
});

/** Variables whose value is never shown. */
export const SECRETS: ReadonlySet<string> = new Set(SECRET_NAMES);

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
