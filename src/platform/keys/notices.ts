import { and, eq, gt, isNull, lte, or, sql } from "drizzle-orm";
import { asNumber, columnsOf, existsIn, prepare, type Values } from "../../database/query.ts";
import { build } from "../../database/statements.ts";
import { guard, type Writable, write } from "../../database/write.ts";
import { Conflict } from "../../kernel/errors.ts";
import type { GuildId, UserId } from "../../kernel/ids.ts";
import { DAY_MS } from "../../kernel/time.ts";
import { limits } from "../../limits.ts";
import type { Services } from "../../services.ts";
import { record } from "../context.ts";
import { messageRows } from "../messages/queue.ts";
import { apiKeys, apiKeyUsage, auditLog, guilds, memberships } from "../schema.ts";

export type NoticeServices = Pick<Services, "platform" | "jobs" | "config" | "now">;

interface NoticedKey {
  readonly id: string;
  readonly name: string;
  readonly guildId: GuildId;
  readonly createdBy: UserId;
  readonly guildName: string;
  readonly slug: string;
}

const NOTICED = {
  ...columnsOf(apiKeys, "id", "name", "guildId", "createdBy"),
  guildName: guilds.name,
  slug: guilds.slug,
};

const isLive = (nowMs: Values<{ nowMs: number }>["nowMs"]) =>
  and(
    isNull(apiKeys.revokedAt),
    isNull(apiKeys.successorId),
    or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, nowMs)),
    // A key whose maker left the guild is invalid.
    existsIn(
      memberships,
      sql`${memberships.guildId} = ${apiKeys.guildId} and ${memberships.userId} = ${apiKeys.createdBy}`,
    ),
  );

interface Old {
  readonly nowMs: number;
  readonly before: number;
}

const OLD = prepare(({ nowMs, before }: Values<Old>) =>
  build
    .select({ ...NOTICED, createdAt: apiKeys.createdAt })
    .from(apiKeys)
    .innerJoin(guilds, eq(guilds.id, apiKeys.guildId))
    .where(and(isLive(nowMs), lte(apiKeys.createdAt, before), isNull(apiKeys.remindedAt)))
    .orderBy(apiKeys.createdAt)
    .limit(limits.keys.remindersMax),
);

/** Emails the makers of keys that are a month old, once for each key. A rotation begins a new month. */
export async function remindOfRotation(services: NoticeServices): Promise<number> {
  const { platform } = services;
  const nowMs = platform.settledNow().getTime();
  const old = await OLD.all(platform.db, { nowMs, before: nowMs - limits.keys.rotateAfterMs });
  for (const key of old) {
    const days = String(Math.floor((nowMs - key.createdAt) / DAY_MS));
    const isUnsaid = and(eq(apiKeys.id, key.id), isNull(apiKeys.remindedAt));
    await write(platform.db, [
      guard(existsIn(apiKeys, isUnsaid), () => new Conflict("job/lost", "It was sent already.")),
      build.update(apiKeys).set({ remindedAt: nowMs }).where(eq(apiKeys.id, key.id)),
      ...(await noticeOf(services, "key-old", key, { days })),
    ]);
  }
  return old.length;
}

interface Day {
  readonly nowMs: number;
  readonly day: number;
  readonly before: number;
}

// Lines of a live log are no requests, and a raid night has many.
const requestsOn = (days: ReturnType<typeof sql>) => sql`(select coalesce(sum(u.requests), 0)
  from ${apiKeyUsage} as u where u.key_id = ${apiKeys.id} and u.endpoint <> 'live lines' and ${days})`;

const SUDDEN = prepare(({ nowMs, day, before }: Values<Day>) => {
  const yesterday = requestsOn(sql`u.day = ${day}`);
  const { volumeDays, volumeTimes, volumeMin } = limits.keys;
  const earlier = requestsOn(
    sql`u.day < ${day} and u.day >= ${day} - ${sql.raw(String(volumeDays))}`,
  );
  return build
    .select({ ...NOTICED, requests: asNumber(yesterday) })
    .from(apiKeys)
    .innerJoin(guilds, eq(guilds.id, apiKeys.guildId))
    .where(
      and(
        isLive(nowMs),
        lte(apiKeys.createdAt, before),
        sql`${apiKeys.id} in (select key_id from ${apiKeyUsage} where day = ${day})`,
        sql`${yesterday} >= ${sql.raw(String(volumeMin))}`,
        sql`${yesterday} * ${sql.raw(String(volumeDays))} >= ${earlier} * ${sql.raw(String(volumeTimes))}`,
        // The daily job also runs at each start of a server.
        sql`not exists (select 1 from ${auditLog} as a where a.guild_id = ${apiKeys.guildId}
          and a.at >= (${day} + 1) * ${sql.raw(String(DAY_MS))} and a.action = 'key.volume'
          and a.subject = ${apiKeys.id})`,
      ),
    )
    .limit(limits.keys.remindersMax);
});

/** Emails the makers of keys with many more requests yesterday than on the days before. Once a day. */
export async function tellOfVolume(services: NoticeServices): Promise<number> {
  const { platform } = services;
  const nowMs = platform.settledNow().getTime();
  const day = Math.floor(nowMs / DAY_MS) - 1;
  const before = nowMs - limits.keys.volumeDays * DAY_MS;
  const sudden = await SUDDEN.all(platform.db, { nowMs, day, before });
  for (const { requests, ...key } of sudden) {
    await write(platform.db, [
      ...(await noticeOf(services, "key-volume", key, { requests: String(requests) })),
      anomaly(services, "key.volume", key, { requests }),
    ]);
  }
  return sudden.length;
}

/** The email about a key to its maker. */
export async function noticeOf(
  services: NoticeServices,
  template: "key-old" | "key-network" | "key-volume",
  { name, createdBy, guildName, slug }: NoticedKey,
  params: Readonly<Record<string, string>>,
): Promise<readonly Writable[]> {
  const page = new URL(`/g/${slug}/settings/keys`, services.config.publicUrl).href;
  return await messageRows(services, {
    template,
    userId: createdBy,
    // Accounts store no language, and this email answers no request.
    locale: "en",
    params: { key: name, guild: guildName, page, ...params },
  });
}

/** The row about an unusual use of a key in the platform's audit log. */
export function anomaly(
  services: NoticeServices,
  action: string,
  key: NoticedKey,
  after: Readonly<Record<string, unknown>>,
) {
  const caller = { type: "system", name: "keys" } as const;
  const ctx = { services, caller, requestId: "", address: "", agent: "" };
  return record(ctx, action, key.id, { guildId: key.guildId, after: { name: key.name, ...after } });
}
