import type { GuildId } from "../../kernel/ids.ts";

// Kinds of jobs that the console asks for and a server's process does (src/node).

/** Takes the newest rollout through its waves. */
export const ROLLOUT_JOB = "fleet.rollout";
/** Copies one guild, and comes again. */
export const BACKUP_JOB = "guild.backup";
/** Writes to operators that guilds go without copies. */
export const LATE_COPIES_JOB = "platform.late-copies";
/** Holds a guild's database to its plan, after that was changed. */
export const PLAN_JOB = "guild.plan";

/** The platform's own work stands under no guild. */
export const OF_THE_PLATFORM = "" as GuildId;
