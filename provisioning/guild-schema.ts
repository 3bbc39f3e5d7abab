import { tenantMigrations } from "../tenant-migrations/index.ts";
import { parseMigrations } from "./migrations.ts";

/** The guild schema this build brings; parsed once, the same for every guild and every runtime. */
export const guildSchema = parseMigrations(tenantMigrations);

/**
 * The oldest guild schema this release serves. Between two releases the fleet is on both of their
 * schemas, so this stays behind the newest one unless the code cannot do without what that brought.
 */
export const SCHEMA_VERSION_MIN = guildSchema.length;
