import { z } from "@hono/zod-openapi";
import { backupShapes } from "./backups.ts";
import { guildShapes } from "./guilds.ts";
import { logShapes } from "./logs.ts";
import { migrateShapes } from "./migrate.ts";
import { text } from "./parts.ts";
import { platformShapes } from "./platform.ts";
import { statsShapes } from "./stats.ts";

/** What each command prints with `--json`, by its name. Fields are only ever added to. */
export const shapes: Readonly<Record<string, z.ZodType>> = {
  ...guildShapes,
  ...backupShapes,
  ...migrateShapes,
  ...platformShapes,
  ...statsShapes,
  ...logShapes,
};

/** What every command prints with `--json` on standard error when it could not do what was asked. */
export const failureShape = z.strictObject({
  error: z.strictObject({
    code: text.describe("stable, such as guild/not-found"),
    message: text,
    next: z.array(text).describe("what to type now"),
  }),
});
