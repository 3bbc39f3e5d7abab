import { z } from "@hono/zod-openapi";
import { at, count, error, orWould, rows, text } from "./parts.ts";

const backup = z.strictObject({
  id: text,
  guildId: text.nullable(),
  slug: text.nullable().describe("null once the guild is gone"),
  reason: text,
  status: text,
  takenAt: at,
  createdBy: text,
  objectKey: text.nullable(),
  bytes: count.nullable(),
  storedBytes: count.nullable(),
  schemaVersion: count.nullable(),
  rows: rows.nullable(),
  verifiedAt: at.nullable(),
  error,
});

/** The result for one guild or for all, with the failures. */
const forEach = <Value extends z.ZodType>(value: Value) =>
  z.strictObject({
    done: z.array(z.strictObject({ slug: text, value })),
    failed: z.array(z.strictObject({ slug: text, error: text })),
  });

const platformCopies = z.array(z.strictObject({ key: text, takenAt: at }));

export const backupShapes = {
  "backups create": orWould(forEach(backup)),
  "backups list": z.array(backup).describe("the newest first"),
  "backups verify": forEach(z.strictObject({ copies: count, wrong: z.array(text) })),
  "backups prune": forEach(
    z.union([z.strictObject({ removed: count }), z.strictObject({ expired: z.array(backup) })]),
  ).describe("with --dry-run, what has expired"),
  "backups find": orWould(forEach(z.strictObject({ found: count }))),
  "backups restore": z.strictObject({
    backup: text,
    takenAt: at,
    distanceMs: count.optional().describe("with --at: how long before it the copy was made"),
    lost: z.strictObject({ changes: count }).nullable().describe("null when it cannot be told"),
    generation: count.optional().describe("left out with --dry-run"),
  }),
  "backups platform": orWould(platformCopies),
  "backups restore-platform": orWould(
    z.union([
      z.strictObject({ path: text, rows, pending: z.array(text), oldPlaces: count }),
      platformCopies.describe("without a key"),
    ]),
  ),
};
