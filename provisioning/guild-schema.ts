import { tenantMigrations } from "../tenant-migrations/index.ts";
import { parseMigrations } from "./migrations.ts";

/** The guild schema this build brings; parsed once, the same for every guild and every runtime. */
export const guildSchema = parseMigrations(tenantMigrations);

/**
 * The oldest guild schema this build serves: the one before the newest, since a fleet is on both while
 * a rollout runs. A migration whose code cannot do without it moves in two releases, or sets this to
 * its own number and says why: its guilds answer 503 until they are migrated, at their first visit.
 */
export const SCHEMA_VERSION_MIN = guildSchema.length - 1;
