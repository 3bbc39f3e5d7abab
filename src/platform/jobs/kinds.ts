import type { GuildId } from "../../kernel/ids.ts";

// Kinds of jobs that the console enqueues and a server runs (src/node).

/** Takes the newest rollout through its waves. */
export const ROLLOUT_JOB = "fleet.rollout";
/** Backs up the guilds that changed, part by part. */
export const ROUND_JOB = "platform.copy-round";
/** Backs up one guild: on request, and after a failure until it succeeds. */
export const BACKUP_JOB = "guild.backup";
/** Emails operators about guilds without recent backups. */
export const LATE_COPIES_JOB = "platform.late-copies";
/** Applies a guild's new plan to its database. */
export const PLAN_JOB = "guild.plan";
/** Counts one guild for the figures of operators. */
export const FIGURES_JOB = "guild.figures";
/** Looks for the DNS records of guilds' domains. */
export const DOMAINS_JOB = "platform.domains";

/** The guild id of the platform's own jobs. */
export const OF_THE_PLATFORM = "" as GuildId;
