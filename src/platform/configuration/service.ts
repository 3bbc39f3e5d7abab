import { and, asc, count, desc, eq, sql } from "drizzle-orm";
import { asNumber, existsIn, prepare, type RowOf } from "../../database/query.ts";
import { build, insertInto } from "../../database/statements.ts";
import { guard, write } from "../../database/write.ts";
import { Invalid } from "../../kernel/errors.ts";
import { allowArea, type OperatorContext, record } from "../context.ts";
import { plans } from "../schema.ts";
import { SETTINGS, type SettingKey, type Settings } from "./app-config.ts";
import { responseCache, responseCacheTags, appConfig as settingRows } from "./schema.ts";

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
      existsIn(plans, eq(plans.name, change.firstPlan ?? before.firstPlan)),
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
    ...changed.map((key) => {
      const { category } = SETTINGS[key];
      const setting = { category, value: change[key], updatedAt: now().getTime() };
      return insertInto(settingRows, { key, ...setting }, { on: [settingRows.key], set: setting });
    }),
    ...(changed.length > 0
      ? [record(ctx, "configuration.change", "", { before: only(before), after: only(change) })]
      : []),
  ]);
  appConfig.forget();
  return await appConfig.current();
}

const chars = asNumber(sql`sum(length(${responseCache.body}))`);

const CACHE_TAG = {
  tag: responseCacheTags.tag,
  entries: count(),
  chars,
  oldestAt: asNumber(sql`min(${responseCache.storedAt})`),
};

/** One tag of the response cache, with its size. */
export type CacheTag = Readonly<RowOf<typeof CACHE_TAG>>;

const largestTags = prepare(() =>
  build
    .select(CACHE_TAG)
    .from(responseCacheTags)
    .innerJoin(
      responseCache,
      and(
        eq(responseCache.scope, responseCacheTags.scope),
        eq(responseCache.key, responseCacheTags.key),
      ),
    )
    .groupBy(responseCacheTags.tag)
    .orderBy(desc(chars), asc(responseCacheTags.tag))
    .limit(200),
);

/** Every tag of the cache, the largest first. */
export async function cacheTags(ctx: OperatorContext): Promise<readonly CacheTag[]> {
  allowArea(ctx, "configuration");
  return await largestTags.all(ctx.services.platform.db);
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
