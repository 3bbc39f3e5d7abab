import { z } from "@hono/zod-openapi";
import { backupShapes } from "./backups.ts";
import { companionShapes } from "./companion.ts";
import { declaredShapes } from "./declared.ts";
import { guildShapes } from "./guilds.ts";
import { identityShapes } from "./identity.ts";
import { importShapes } from "./import.ts";
import { logShapes } from "./logs.ts";
import { migrateShapes } from "./migrate.ts";
import { text } from "./parts.ts";
import { platformShapes } from "./platform.ts";
import { statsShapes } from "./stats.ts";

/** The `--json` output of each command, by its name. Fields are never removed. */
export const shapes: Readonly<Record<string, z.ZodType>> = {
  ...guildShapes,
  ...declaredShapes,
  ...backupShapes,
  ...migrateShapes,
  ...platformShapes,
  ...statsShapes,
  ...logShapes,
  ...importShapes,
  ...companionShapes,
  ...identityShapes,
};

/** The `--json` output of every command on standard error when it fails. */
export const failureShape = z.strictObject({
  error: z.strictObject({
    code: text.describe("stable, such as guild/not-found"),
    message: text,
    next: z.array(text).describe("what to type now"),
  }),
});
