import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { and, asc, eq, isNull, lt, or, sql } from "drizzle-orm";
import { write } from "../../database/write.ts";
import type { Envelopes } from "../../kernel/envelope.ts";
import { Invalid } from "../../kernel/errors.ts";
import { limits } from "../../limits.ts";
import type {
  BlizzardApi,
  BlizzardClient,
  BlizzardRoster,
} from "../../platform/upstreams/blizzard.ts";
import { UpstreamError } from "../../platform/upstreams/fetch-json.ts";
import { secretOf } from "../connections/service.ts";
import type { GuildContext } from "../context.ts";
import type { ClassId } from "../roster/classes.ts";
import type { ObservedCharacter } from "./character-changes.ts";
import { type SyncResult, storeCharacters } from "./character-sync.ts";
import { gameCharacters } from "./schema.ts";
import { type IdentitySettings, readSettings } from "./settings.ts";
import { sourceRow } from "./sources.ts";

/** Blizzard's numbers of the classes. */
const CLASS_OF: Readonly<Record<number, ClassId>> = {
  1: "warrior",
  2: "paladin",
  3: "hunter",
  4: "rogue",
  5: "priest",
  6: "death-knight",
  7: "shaman",
  8: "mage",
  9: "warlock",
  10: "monk",
  11: "druid",
  12: "demon-hunter",
  13: "evoker",
};

interface Deps {
  readonly blizzard: BlizzardApi;
  readonly envelopes: Envelopes;
}

/**
 * Reads the guild's roster from Blizzard and stores it, then as many profiles as a run may.
 * @throws {Invalid} `identity/not-configured` @throws {UpstreamError}
 */
export async function syncBlizzard(ctx: GuildContext, deps: Deps): Promise<SyncResult> {
  const { blizzard: guild } = await readSettings(ctx);
  if (guild === null) throw notConfigured("Set the guild's region, realm and name first.");
  const client = await clientOf(ctx, deps);
  const answer = await deps.blizzard.roster(client, guild).catch(async (error: unknown) => {
    await noteFailure(ctx, "blizzard_roster", error);
    throw error;
  });
  const result = await storeCharacters(ctx, {
    source: "blizzard_roster",
    edition: guild.edition,
    region: guild.region,
    characters: answer.members.map((member) => observedOf(member, answer)),
    isComplete: true,
    hash: hashOf(answer),
  });
  if (result.isQuarantined) return result;
  const profiles = await syncProfiles(ctx, deps.blizzard, client, guild);
  return { ...result, counts: { ...result.counts, ...profiles } };
}

/** Keeps what went wrong with a source, in the write of its last try. */
export async function noteFailure(
  ctx: GuildContext,
  source: "blizzard_roster" | "discord_members",
  error: unknown,
): Promise<void> {
  const code = error instanceof UpstreamError || error instanceof Invalid ? error.code : "internal";
  const lastTryAt = ctx.now().getTime();
  await write(ctx.db, [sourceRow(ctx, source, { lastTryAt, error: code })]);
}

async function clientOf(ctx: GuildContext, { blizzard, envelopes }: Deps): Promise<BlizzardClient> {
  const own = await secretOf(ctx, envelopes, "blizzard");
  if (own?.account) return { id: own.account, secret: own.value };
  if (blizzard.ownClient) return blizzard.ownClient;
  throw notConfigured("Store a Blizzard client in the connections first.");
}

function notConfigured(message: string): Invalid {
  return new Invalid("identity/not-configured", message);
}

function observedOf(
  { character, rank }: BlizzardRoster["members"][number],
  { guild }: BlizzardRoster,
): ObservedCharacter {
  const realm = character.realm ?? guild.realm;
  const classId = CLASS_OF[character.playable_class?.id ?? 0];
  return {
    name: character.name,
    realm: realm?.name ?? realm?.slug ?? "",
    blizzardId: character.id,
    rank,
    ...(character.level !== undefined && { level: character.level }),
    ...(classId !== undefined && { class: classId }),
  };
}

/** Of what a roster tells, whatever its order. */
function hashOf({ members }: BlizzardRoster): string {
  const lines = members.map(
    ({ character, rank }) =>
      `${character.id} ${character.name} ${character.realm?.slug ?? ""} ${character.level ?? ""} ${rank}`,
  );
  return bytesToHex(sha256(utf8ToBytes(lines.sort().join("\n"))));
}

/**
 * Reads profiles of present characters, the one that waits for the longest first, each at most once
 * a day. A missing profile is normal for a character that has not logged in for long.
 */
async function syncProfiles(
  ctx: GuildContext,
  api: BlizzardApi,
  client: BlizzardClient,
  guild: NonNullable<IdentitySettings["blizzard"]>,
): Promise<{ readonly profiles: number; readonly missing: number }> {
  const nowMs = ctx.now().getTime();
  const { profileAt } = gameCharacters;
  const due = await ctx.db.orm
    .select({ id: gameCharacters.id, name: gameCharacters.name, realm: gameCharacters.realm })
    .from(gameCharacters)
    .where(
      and(
        isNull(gameCharacters.removedAt),
        eq(gameCharacters.edition, guild.edition),
        eq(gameCharacters.region, guild.region),
        or(isNull(profileAt), lt(profileAt, nowMs - limits.identity.profileEveryMs)),
      ),
    )
    .orderBy(asc(sql`coalesce(${profileAt}, 0)`), asc(gameCharacters.rank), asc(gameCharacters.id))
    .limit(limits.identity.profilesPerRun);
  let missing = 0;
  let read = 0;
  for (const { id, ...character } of due) {
    let set: Partial<typeof gameCharacters.$inferInsert> = { profileAt: ctx.now().getTime() };
    try {
      const profile = await api.profile(client, guild, character);
      read++;
      set = {
        ...set,
        ...(profile.last_login_timestamp !== undefined && {
          lastLoginAt: profile.last_login_timestamp,
        }),
        ...(profile.equipped_item_level !== undefined && {
          itemLevel: profile.equipped_item_level,
        }),
        ...(profile.active_spec?.name !== undefined && { spec: profile.active_spec.name }),
      };
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      // Whatever else is wrong there is wrong for the next profile as well: the run ends here.
      if (error.code !== "identity/upstream-missing") break;
      missing++;
    }
    await write(ctx.db, [
      ctx.db.orm.update(gameCharacters).set(set).where(eq(gameCharacters.id, id)),
    ]);
  }
  if (due.length > 0) {
    await write(ctx.db, [
      sourceRow(ctx, "blizzard_profiles", {
        lastTryAt: nowMs,
        ...(read + missing > 0 && { lastGoodAt: ctx.now().getTime(), rows: read, error: null }),
      }),
    ]);
  }
  return { profiles: read, missing };
}
