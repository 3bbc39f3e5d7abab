import { z } from "@hono/zod-openapi";
import { eq } from "drizzle-orm";
import { write } from "../../database/write.ts";
import { lineField } from "../../http/text-fields.ts";
import { EDITION_NAMES, REGIONS } from "../../kernel/game/editions.ts";
import { limits } from "../../limits.ts";
import { record } from "../audit.ts";
import type { GuildContext } from "../context.ts";
import { settings } from "../schema.ts";
import { allowIdentity } from "./access.ts";

const NAME = "identity";
const slug = lineField(100).refine(
  (text) => /^[^\s/?#%]+$/u.test(text),
  "Use the slug from the address of the guild's page.",
);
const roleName = lineField(100).refine(
  (text) => text !== "",
  "Name a role, or leave the rank out.",
);

/** A Discord id. It is text, since a number loses its last digits. */
export const snowflake = z
  .string("Send the id as text: a number loses its last digits.")
  .regex(/^\d{1,20}$/, "Use the id as Discord copies it: digits only.");

/** Where the guild is found, and how its ranks correspond to roles. */
export const identitySettings = z.object({
  blizzard: z
    .object({
      region: z.enum(REGIONS),
      realmSlug: slug.openapi({ example: "alterac-mountains" }),
      guildSlug: slug.openapi({ example: "iron-vow" }),
      edition: z.enum(EDITION_NAMES).default("retail"),
    })
    .nullable()
    .default(null)
    .openapi({ description: "The guild in Blizzard's API. Null: its roster is not read." }),
  discord: z
    .object({
      serverId: snowflake,
      auditChannelId: snowflake.nullable().default(null),
    })
    .nullable()
    .default(null)
    .openapi({ description: "The guild's Discord server. Null: its members are not read." }),
  rankToRole: z
    .record(z.string().regex(/^\d{1,2}$/, "A rank is a number from 0."), roleName)
    .refine((map) => Object.keys(map).length <= limits.identity.ranksMax, "There are ten ranks.")
    .default({})
    .openapi({
      description: "The Discord role, by name or id, of each rank of the game. 0 is the leader.",
      example: { "0": "GM", "1": "Officer" },
    }),
  staleDays: z
    .int()
    .min(1)
    .max(365)
    .default(30)
    .openapi({ description: "A character that has not logged in for this long is stale." }),
});

export type IdentitySettings = z.infer<typeof identitySettings>;

/** The guild's identity settings; defaults where none are stored. */
export async function readSettings(ctx: GuildContext): Promise<IdentitySettings> {
  const [row] = await ctx.db.orm
    .select({ value: settings.value })
    .from(settings)
    .where(eq(settings.name, NAME));
  return identitySettings.parse(row?.value ?? {});
}

/** Replaces the guild's identity settings. */
export async function storeSettings(ctx: GuildContext, next: IdentitySettings): Promise<void> {
  allowIdentity(ctx, "settings.manage");
  const before = await readSettings(ctx);
  const updatedAt = ctx.now().getTime();
  await write(ctx.db, [
    ctx.db.orm
      .insert(settings)
      .values({ name: NAME, value: next, updatedAt })
      .onConflictDoUpdate({ target: settings.name, set: { value: next, updatedAt } }),
    record(ctx, "identity.settings", "identity", { before, after: next }),
  ]);
}
