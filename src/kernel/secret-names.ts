/** Variables whose value is a secret. It is never shown, and may be in a file that `<name>_FILE` names. */
export const SECRET_NAMES = [
  "GUILDHALL_SECRET",
  "SECRETS_KEYS",
  "SMTP_URL",
  "SQLD_ADMIN_KEY",
  "SQLD_PRIVATE_KEY",
  "BACKUP_S3_SECRET_ACCESS_KEY",
  "PLATFORM_DATABASE_TOKEN",
  "TURSO_API_TOKEN",
  "MAIL_API_TOKEN",
  "METRICS_TOKEN",
  "DISCORD_CLIENT_SECRET",
  "BATTLENET_CLIENT_SECRET",
  "STRIPE_SECRET_KEY",
  "STRIPE_WEBHOOK_SECRET",
] as const;
