import { SERVER_SECRETS } from "./config-hosts.ts";

/** Variables whose value is a secret. It is never shown, and may be in a file that `<name>_FILE` names. */
export const SECRET_NAMES = [
  "GUILDHALL_SECRET",
  "SECRETS_KEYS",
  "SMTP_URL",
  ...SERVER_SECRETS,
  "BACKUP_S3_SECRET_ACCESS_KEY",
  "PLATFORM_DATABASE_TOKEN",
  "MAIL_API_TOKEN",
  "METRICS_TOKEN",
  "OTEL_EXPORTER_OTLP_HEADERS",
  "BLIZZARD_CLIENT_SECRET",
  "DISCORD_BOT_TOKEN",
  "DISCORD_CLIENT_SECRET",
  "BATTLENET_CLIENT_SECRET",
  "STRIPE_SECRET_KEY",
  "STRIPE_WEBHOOK_SECRET",
] as const;
