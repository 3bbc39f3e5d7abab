import { and, eq, type SQL, sql } from "drizzle-orm";
import { build, insertInto } from "../../database/statements.ts";
import { guard, write } from "../../database/write.ts";
import type { Crest } from "../../kernel/crest.ts";
import { Conflict } from "../../kernel/errors.ts";
import type { GuildId } from "../../kernel/ids.ts";
import { inAreaOrder, PUBLIC_AREAS, type VisitorArea } from "../../kernel/visitor-areas.ts";
import { limits } from "../../limits.ts";
import { allow, type GuildContext } from "../../tenant/context.ts";
import { type ActingContext, record } from "../context.ts";
import { actorUnchanged } from "../rights/unchanged-role.ts";
import {
  type Faction,
  type GuildSettings,
  guilds,
  type RaidSchedule,
  slugHistory,
} from "../schema.ts";
import type { Guild } from "../store.ts";
import { refuseBadSlug } from "./service.ts";
import { slugTaken } from "./slug-guard.ts";
import { nameKey } from "./slugs.ts";
import { visitorColumns } from "./visitor-areas.ts";

/** What a guild's admins may change. Absent fields stay. */
export interface SettingsChange {
  readonly name?: string | undefined;
  readonly slug?: string | undefined;
  readonly faction?: Faction | undefined;
  readonly description?: string | undefined;
  readonly contact?: string | undefined;
  /** True opens `PUBLIC_AREAS` besides those that are open, false closes all areas. */
  readonly isPublic?: boolean | undefined;
  /** The areas that visitors see from now on, in place of those that were open. */
  readonly visitorAreas?: readonly VisitorArea[] | undefined;
  readonly timeZone?: string | undefined;
  readonly raidSchedule?: RaidSchedule | null | undefined;
  readonly crest?: Crest | undefined;
}

/**
 * Changes a guild's settings. The former slug redirects and is held for a while.
 * @throws {Conflict} `guild/name-taken`, `guild/slug-taken`, `guild/too-many-slugs`
 */
export async function changeSettings(
  ctx: GuildContext,
  platform: ActingContext,
  change: SettingsChange,
): Promise<{ slug: string }> {
  allow(ctx, "settings.manage");
  const { db } = platform.services.platform;
  const nowMs = platform.services.now().getTime();
  // Uses the settled time, so that a wrong clock cannot free a former address that is held for its
  // guild.
  const settledMs = platform.services.platform.settledNow().getTime();
  const { guild } = ctx;
  const { isPublic: _, visitorAreas: __, ...named } = change;
  const visitorAreas = areasAfter(guild, change);
  const given = Object.fromEntries(
    Object.entries({ ...named, visitorAreas }).filter(([, value]) => value !== undefined),
  ) as Omit<SettingsChange, "isPublic">;
  const before = Object.fromEntries(
    Object.keys(given).map((name) => [name, guild[name as keyof typeof guild]]),
  );
  const { crest, visitorAreas: areas, ...columns } = given;
  await write(db, [
    ...actorUnchanged(ctx),
    ...(given.name === undefined ? [] : [nameIsFree(ctx, nameKey(given.name))]),
    ...(given.slug === undefined ? [] : slugChange(ctx.guild, given.slug, settledMs)),
    db.orm
      .update(guilds)
      .set({
        ...columns,
        ...settingsColumns(crest, areas),
        ...(given.name !== undefined && { nameKey: nameKey(given.name) }),
        updatedAt: nowMs,
      } as Partial<typeof guilds.$inferInsert>)
      .where(eq(guilds.id, guild.id)),
    record(platform, "guild.change", guild.id, { guildId: guild.id, before, after: given }),
  ]);
  return { slug: given.slug ?? guild.slug };
}

/** The areas after a change. Undefined if it does not concern them. */
function areasAfter(
  guild: Guild,
  { isPublic, visitorAreas }: SettingsChange,
): readonly VisitorArea[] | undefined {
  if (visitorAreas !== undefined) return inAreaOrder(visitorAreas);
  if (isPublic === undefined) return undefined;
  return isPublic ? inAreaOrder([...guild.visitorAreas, ...PUBLIC_AREAS]) : [];
}

/** The columns that hold what no query filters by, with the parts that change. */
function settingsColumns(
  crest: Crest | undefined,
  areas: readonly VisitorArea[] | undefined,
): { readonly settings?: SQL<GuildSettings>; readonly isPublic?: boolean } {
  const settings =
    crest &&
    sql<GuildSettings>`json_set(${guilds.settings}, '$.crest', json(${JSON.stringify(crest)}))`;
  if (areas !== undefined) return visitorColumns(areas, settings ?? guilds.settings);
  return settings === undefined ? {} : { settings };
}

function nameIsFree(ctx: GuildContext, key: string) {
  const { id } = ctx.guild;
  return guard(
    sql`not exists (select 1 from guilds g, guilds me where me.id = ${id} and g.id <> ${id}
        and g.name_key = ${key} and g.realm_key = me.realm_key and g.region = me.region
        and g.edition = me.edition)`,
    () =>
      new Conflict(
        "guild/name-taken",
        "A guild of this name already exists on this realm. Choose another name or realm.",
        {
          errors: [
            {
              pointer: "/name",
              detail: "A guild on this realm already has this name. Choose another one.",
            },
          ],
        },
      ),
  );
}

/** The guards and statements of a change of address. The former one redirects and is held. */
export function slugChange(guild: Pick<Guild, "id" | "slug">, slug: string, nowMs: number) {
  if (slug === guild.slug) return [];
  refuseBadSlug(slug);
  const held = { guildId: guild.id, heldUntil: nowMs + limits.guild.slugHeldMs };
  const hold = insertInto(
    slugHistory,
    { slug: guild.slug, ...held },
    { on: [slugHistory.slug], set: held },
  );
  const takeBack = build
    .delete(slugHistory)
    .where(and(eq(slugHistory.slug, slug), eq(slugHistory.guildId, guild.id)));
  return [slugTaken(slug, nowMs, guild.id), fewSlugsHeld(guild.id, slug, nowMs), takeBack, hold];
}

/** A held slug is blocked for all other guilds, so each guild may hold only a few. */
function fewSlugsHeld(id: GuildId, slug: string, nowMs: number) {
  return guard(
    sql`(select count(*) from slug_history where guild_id = ${id}
          and held_until > ${nowMs} and slug <> ${slug}) < ${limits.guild.slugsHeldMax}`,
    () =>
      new Conflict(
        "guild/too-many-slugs",
        "The address was changed too often. Return to a former one, or wait a few weeks.",
        { errors: [{ pointer: "/slug", detail: "Choose a former address of the guild." }] },
      ),
  );
}
