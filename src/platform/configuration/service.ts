import { sql } from "drizzle-orm";
import { guard, write } from "../../database/write.ts";
import { Invalid } from "../../kernel/errors.ts";
import { allowArea, type OperatorContext, record } from "../context.ts";
import { SETTINGS, type SettingKey, type Settings } from "./app-config.ts";

/** The current settings. */
export async function settings(ctx: OperatorContext): Promise<Settings> {
  allowArea(ctx, "configuration");
  return await ctx.services.appConfig.current();
}

/**
 * Changes the given settings and keeps the rest. Takes effect in every process within seconds.
 * @throws {Invalid} `configuration/no-such-plan`
 */
export async function changeSettings(
  ctx: OperatorContext,
  change: Partial<Settings>,
): Promise<Settings> {
  allowArea(ctx, "configuration");
  const { appConfig, platform, now } = ctx.services;
  appConfig.forget();
  const before = await appConfig.current();
  const changed = (Object.keys(change) as SettingKey[]).filter(
    (key) => change[key] !== undefined && change[key] !== before[key],
  );
  const only = (all: Partial<Settings>) =>
    Object.fromEntries(changed.map((key) => [key, all[key]]));
  await write(platform.db, [
    guard(
      sql`exists (select 1 from plans where name = ${change.firstPlan ?? before.firstPlan})`,
      () =>
        new Invalid(
          "configuration/no-such-plan",
          "This plan does not exist. Choose one from the list.",
          {
            errors: [
              {
                pointer: "/firstPlan",
                detail: "This plan does not exist. Choose one from the list.",
              },
            ],
          },
        ),
    ),
    ...changed.map((key) => ({
      sql: `INSERT INTO app_config (key, category, value, updated_at) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT (key) DO UPDATE SET category = ?2, value = ?3, updated_at = ?4`,
      args: [key, SETTINGS[key].category, JSON.stringify(change[key]), now().getTime()],
    })),
    ...(changed.length > 0
      ? [record(ctx, "configuration.change", "", { before: only(before), after: only(change) })]
      : []),
  ]);
  appConfig.forget();
  return await appConfig.current();
}

/** One tag of the response cache, with its size. */
export interface CacheTag {
  readonly tag: string;
  readonly entries: number;
  readonly chars: number;
  readonly oldestAt: number;
}

/** Every tag of the cache, the largest first. */
export async function cacheTags(ctx: OperatorContext): Promise<readonly CacheTag[]> {
  allowArea(ctx, "configuration");
  return await ctx.services.platform.db.all<CacheTag>(
    `SELECT t.tag, count(*) AS entries, sum(length(c.body)) AS chars, min(c.stored_at) AS oldestAt
     FROM response_cache_tags t JOIN response_cache c ON c.scope = t.scope AND c.key = t.key
     GROUP BY t.tag ORDER BY chars DESC, t.tag LIMIT 200`,
  );
}

/** Deletes all responses with this tag. They are fetched again when needed. */
export async function forgetTag(ctx: OperatorContext, tag: string): Promise<number> {
  allowArea(ctx, "configuration");
  const forgotten = await ctx.services.cache.invalidate(tag);
  await write(ctx.services.platform.db, [
    record(ctx, "cache.forget", tag, { before: { entries: forgotten } }),
  ]);
  return forgotten;
}
