import { z } from "@hono/zod-openapi";
import { eq } from "drizzle-orm";
import { insertInto } from "../../database/statements.ts";
import { write } from "../../database/write.ts";
import { Conflict, Invalid, Unavailable } from "../../kernel/errors.ts";
import { limits } from "../../limits.ts";
import { endRest } from "../../platform/messages/rest.ts";
import { UpstreamError } from "../../platform/upstreams/fetch-json.ts";
import type { Services } from "../../services.ts";
import { LOCALES } from "../../web/i18n/index.ts";
import { record } from "../audit.ts";
import { allow, type GuildContext } from "../context.ts";
import { provedServer } from "../identity/connect.ts";
import { snowflake } from "../identity/settings.ts";
import { settings } from "../schema.ts";

/** Looks for what the channels of a guild should show. One job for each guild with a channel. */
export const FEED_JOB = "discord.feed";

const NAME = "discord";

/** The schema version that brought the table of posts. Guilds wait for it in a rollout. */
const SCHEMA_VERSION = 15;

const channel = snowflake.nullable().default(null);
const { announceHoursMax, reminderHoursMax } = limits.discord;

/** Which channel gets what. Null: nothing. */
export const feedSettings = z
  .object({
    raidChannelId: channel.openapi({
      description: "Raids with buttons for signing up. The message follows the sign-ups.",
    }),
    announceHours: z.int().min(1).max(announceHoursMax).default(72).openapi({
      description: "How many hours before its start a raid is announced.",
    }),
    reminderHours: z.int().min(1).max(reminderHoursMax).nullable().default(null).openapi({
      description: "How many hours before its start those are named who have not answered.",
    }),
    auctionChannelId: channel.openapi({ description: "Starts and ends of auctions." }),
    lootChannelId: channel.openapi({ description: "Items and who got them." }),
    language: z.enum(LOCALES).default("en"),
  })
  .openapi("DiscordFeeds");

export type FeedSettings = z.infer<typeof feedSettings>;

const stored = feedSettings.extend({ since: z.int().default(0) });

/** What is stored: the settings, and since when they are used. Nothing older is posted. */
export type StoredFeeds = z.infer<typeof stored>;

const CHANNELS = ["raidChannelId", "auctionChannelId", "lootChannelId"] as const;

/** Is there a channel that gets anything? */
export function hasChannel(feeds: FeedSettings): boolean {
  return CHANNELS.some((name) => feeds[name] !== null);
}

export async function readFeeds(ctx: Pick<GuildContext, "db">): Promise<StoredFeeds> {
  const [row] = await ctx.db.orm
    .select({ value: settings.value })
    .from(settings)
    .where(eq(settings.name, NAME));
  return stored.parse(row?.value ?? {});
}

/** Does the guild's database have the table of posts? */
export function hasPosts(ctx: Pick<GuildContext, "guild">): boolean {
  return ctx.guild.schemaVersion >= SCHEMA_VERSION;
}

/**
 * Stores which channel gets what. Each has to be on the server that the guild proved.
 * @throws {Conflict} `discord/not-connected` @throws {Invalid} `discord/channel-not-here`
 * @throws {UpstreamError}
 */
export async function storeFeeds(
  ctx: GuildContext,
  services: Pick<Services, "platform" | "discord" | "jobs" | "wakeJobs">,
  next: FeedSettings,
): Promise<FeedSettings> {
  allow(ctx, "settings.manage");
  if (hasChannel(next) && !hasPosts(ctx)) {
    throw new Unavailable(
      "guild/schema-behind",
      "This guild's database is about to be updated. Try again in a moment.",
      { retryAfterMs: limits.database.movedRetryAfterMs },
    );
  }
  if (hasChannel(next)) await requireChannels(ctx, services, next);
  const { since: _, ...before } = await readFeeds(ctx);
  const updatedAt = ctx.now().getTime();
  const value = { ...next, since: updatedAt };
  await write(ctx.db, [
    insertInto(
      settings,
      { name: NAME, value, updatedAt },
      { on: [settings.name], set: { value, updatedAt } },
    ),
    record(ctx, "discord.feeds", NAME, { before, after: next }),
  ]);
  await endRest(services, ctx.guild.id);
  if (hasChannel(next)) {
    await services.jobs.enqueue(ctx.guild.id, FEED_JOB, "");
    services.wakeJobs();
  }
  return next;
}

async function requireChannels(
  ctx: GuildContext,
  services: Pick<Services, "platform" | "discord">,
  feeds: FeedSettings,
): Promise<void> {
  const server = await provedServer(ctx, services);
  const token = services.discord.ownToken;
  if (server === null || token === undefined) {
    throw new Conflict(
      "discord/not-connected",
      "Add the bot to the guild's Discord server first, in the identity settings.",
    );
  }
  const places = new Map<string, string | undefined>();
  for (const id of new Set(CHANNELS.map((name) => feeds[name]))) {
    if (id !== null) places.set(id, await serverOf(services, token, id));
  }
  const errors = CHANNELS.filter((name) => {
    const id = feeds[name];
    return id !== null && places.get(id) !== server;
  }).map((name) => ({ pointer: `/${name}`, detail: "It is not on the guild's server." }));
  if (errors.length === 0) return;
  throw new Invalid(
    "discord/channel-not-here",
    "Choose channels of the guild's own Discord server that the bot can see.",
    { errors },
  );
}

/** The server of a channel. Undefined for a channel that the bot cannot see. */
async function serverOf(
  { discord }: Pick<Services, "discord">,
  token: string,
  channelId: string,
): Promise<string | undefined> {
  try {
    return await discord.serverOf(token, channelId);
  } catch (error) {
    const isUnseen =
      error instanceof UpstreamError && (error.status === 403 || error.status === 404);
    if (isUnseen) return undefined;
    throw error;
  }
}
