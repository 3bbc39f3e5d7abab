import { z } from "zod";

const LOOPBACK = /^(localhost|.+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

const environment = z.object({
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
  HOST: z.string().default("127.0.0.1"),
  /** Where people reach us. Links in mail and redirects are built from it, never from a header. */
  PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** Folder of the platform database, guild databases, template and mail outbox. */
  DATA_DIR: z.string().min(1).default("data"),
  /** At least 32 random characters. Signs access tokens; changing it signs everybody out of them. */
  GUILDHALL_SECRET: z.string().min(32, "needs at least 32 random characters"),
  PLATFORM_DATABASE_URL: z.string().optional(),
  OPEN_MAX: z.coerce.number().int().min(1).optional(),
  /** How many proxies in front of us append to X-Forwarded-For. 0 trusts none of it. */
  TRUSTED_PROXY_HOPS: z.coerce.number().int().min(0).max(10).default(0),
  SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional(),
  MAIL_FROM: z.string().default("Guildhall <no-reply@localhost>"),
  LOG_LEVEL: z.enum(["debug", "info", "warn", "error", "silent"]).default("info"),
});

/** Everything that differs between deployments, parsed once at the entrypoint. */
export interface Config {
  readonly port: number;
  readonly hostname: string;
  readonly publicUrl: URL;
  readonly dataDir: string;
  readonly secret: string;
  readonly platformDatabaseUrl: string | undefined;
  readonly openMax: number | undefined;
  readonly trustedProxyHops: number;
  readonly smtpUrl: string | undefined;
  readonly mailFrom: string;
  readonly logLevel: "debug" | "info" | "warn" | "error" | "silent";
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
    platformDatabaseUrl: value.PLATFORM_DATABASE_URL,
    openMax: value.OPEN_MAX,
    trustedProxyHops: value.TRUSTED_PROXY_HOPS,
    smtpUrl: value.SMTP_URL,
    mailFrom: value.MAIL_FROM,
    logLevel: value.LOG_LEVEL,
  };
}
