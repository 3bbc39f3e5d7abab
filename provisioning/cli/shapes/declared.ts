import { z } from "@hono/zod-openapi";
import { FIELD_NAMES } from "../../../src/platform/declared/guild-file.ts";
import { at, count, orWould, text } from "./parts.ts";

const value = z.union([text, z.number(), z.boolean(), z.null()]);
const guild = z.strictObject({ id: text, slug: text });

/** One difference between the files and the platform. */
export const declaredChange = z.strictObject({
  id: text,
  slug: text.describe("as it is on the platform"),
  action: z.enum(["create", "update", "rename", "move", "unmanaged"]),
  field: z.enum(FIELD_NAMES).nullable().describe("null for a whole guild"),
  from: value,
  to: value,
});
const changes = z.array(declaredChange);
const failed = z.array(guild.extend({ code: text, message: text }));

export const declaredShapes = {
  "declared validate": z.strictObject({
    files: count,
    errors: z.array(
      z.strictObject({ file: text, line: count, column: count, code: text, message: text }),
    ),
  }),
  "declared diff": z.strictObject({ changes }),
  "declared plan": z.strictObject({ plan: text.describe("the file"), changes }),
  "declared apply": orWould(z.strictObject({ changes, failed, isResumed: z.boolean() })),
  "declared prune": orWould(
    z.strictObject({
      pruned: z.array(guild.extend({ purgeAfter: at })),
      skipped: z.array(guild).describe("protected guilds"),
    }),
  ),
  "declared export": z.strictObject({ files: count, folder: text }),
  "declared reconcile": z.strictObject({
    guilds: z.array(
      guild.extend({
        state: z.enum(["in step", "drifted", "unmanaged", "missing"]),
        drift: z.array(
          z.strictObject({
            field: z.enum(FIELD_NAMES),
            from: value.describe("as it is on the platform"),
            to: value.describe("as the file says"),
            by: text.nullable().describe("who set it last; null when the audit log does not say"),
            at: at.nullable(),
          }),
        ),
      }),
    ),
    repaired: z.array(guild),
    failed,
  }),
};
