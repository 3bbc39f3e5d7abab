import { tenantMigrations } from "../tenant-migrations/index.ts";
import { parseMigrations } from "./migrations.ts";

/** The guild schema of this build; parsed once, the same for every guild and runtime. */
export const guildSchema = parseMigrations(tenantMigrations);

/**
 * The oldest guild schema that this build serves: the one before the newest, since both exist during a
 * rollout. If the code needs a new migration, release the migration one version earlier. Otherwise set this
 * to its number with a reason: guilds then answer 503 until they are migrated at their first visit.
 */
export const SCHEMA_VERSION_MIN = guildSchema.length - 1;
