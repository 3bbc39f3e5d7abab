import { isNotNull, isNull } from "drizzle-orm";
import { write } from "../../database/write.ts";
import { type IntegrityIssueId, newId } from "../../kernel/ids.ts";
import { DAY_MS } from "../../kernel/time.ts";
import { inTurns, nextTurn } from "../../kernel/turns.ts";
import { limits } from "../../limits.ts";
import { record } from "../audit.ts";
import type { GuildContext } from "../context.ts";
import { chunks } from "./character-sync.ts";
import { findIssues } from "./integrity/check.ts";
import { compareIssues } from "./integrity/delta.ts";
import { ISSUE_KINDS } from "./integrity/kinds.ts";
import type { IdentityState, SourceName, SourceState } from "./integrity/state.ts";
import { issues, setIssues } from "./issues.ts";
import type { MatchRun } from "./match-run.ts";
import { contests } from "./proof-run.ts";
import { rankSettings, readState, worldOf } from "./queries.ts";
import { integrityIssues, type SourceKind } from "./schema.ts";
import { readSettings } from "./settings.ts";
import { readSources, type Source } from "./sources.ts";

export type CheckCounts = Readonly<Record<"opened" | "resolved" | "open", number>>;

/**
 * Checks what does not fit and stores the difference to the issues of before. New issues of a large guild are
 * stored in several writes. A second check of the same state opens and resolves nothing.
 */
export async function runChecks(ctx: GuildContext, matched: MatchRun): Promise<CheckCounts> {
  const nowMs = ctx.now().getTime();
  const { state, settings } = await pictureOf(ctx, matched);
  await nextTurn();
  const open = await ctx.db.orm
    .select()
    .from(integrityIssues)
    .where(isNull(integrityIssues.resolvedAt));
  const over = await ctx.db.orm
    .selectDistinct({ fingerprint: integrityIssues.fingerprint })
    .from(integrityIssues)
    .where(isNotNull(integrityIssues.resolvedAt));
  const before = new Set(over.map(({ fingerprint }) => fingerprint));
  const found = findIssues(state, settings, nowMs);
  await nextTurn();
  const delta = compareIssues(open, found, before);
  const created = delta.created.map(({ isReopened: _, ...issue }) => ({
    ...issue,
    id: newId<IntegrityIssueId>(),
    firstDetectedAt: nowMs,
    lastDetectedAt: nowMs,
  }));
  const isChange = created.length > 0 || delta.resolved.length > 0;
  const counts = {
    opened: created.length,
    resolved: delta.resolved.length,
    open: created.length + delta.stillOpen.length,
  };
  await inTurns(chunks(created), async (rows) => {
    await write(ctx.db, [ctx.db.orm.insert(integrityIssues).values([...rows])]);
  });
  await write(ctx.db, [
    ...setIssues(
      delta.stillOpen.map(({ issue }) => issue),
      { lastDetectedAt: nowMs },
    ),
    ...setIssues(delta.resolved, { resolvedAt: nowMs, resolvedBy: "auto" }),
    ...(isChange ? [record(ctx, "identity.check", "identity", { after: counts })] : []),
  ]);
  return counts;
}

/** Members whose role is not the one that their rank means. */
export async function mismatches(
  ctx: GuildContext,
): Promise<readonly { discordId: string; ingame: string; has: string }[]> {
  const open = await issues(ctx, "open");
  return open.flatMap(({ type, details }) => {
    if (type !== "role_mismatch") return [];
    const found = ISSUE_KINDS.role_mismatch.details.safeParse(details);
    if (!found.success) return [];
    const { discordId, ingame, has } = found.data;
    return [{ discordId, ingame, has }];
  });
}

async function pictureOf(ctx: GuildContext, matched: MatchRun) {
  const rows = await readState(ctx);
  const identity = await readSettings(ctx);
  await nextTurn();
  const world = worldOf(rows, identity);
  const stored = new Map(rows.characters.map((one) => [one.id as string, one]));
  const state: IdentityState = {
    ...world,
    matched,
    roles: rows.roles,
    characters: world.characters.map((one) => ({
      ...one,
      lastLoginAt: stored.get(one.id)?.lastLoginAt ?? null,
      lastLoginSeenAt: stored.get(one.id)?.profileAt ?? stored.get(one.id)?.lastSeenAt ?? null,
    })),
    sources: sourceStates(await readSources(ctx)),
    contests: await contests(ctx),
    personNames: new Map(rows.persons.map(({ id, name }) => [id, name])),
  };
  const settings = {
    ...rankSettings(rows, identity),
    staleDays: identity.staleDays,
    sourceStaleDays: limits.identity.sourceStaleMs / DAY_MS,
  };
  return { state, settings };
}

/** The sources that have a health of their own. Profiles follow the roster, and sheets come once. */
const SOURCE_NAMES: Readonly<Record<SourceKind, SourceName | undefined>> = {
  blizzard_roster: "blizzard",
  blizzard_profiles: undefined,
  discord_members: "discord",
  addon: "addon",
  guild_roster_manager: undefined,
  sheet: undefined,
};

function sourceStates(sources: readonly Source[]): readonly SourceState[] {
  return sources.flatMap(({ kind, lastGoodAt, lastChangeAt, quarantinedAt }) => {
    const source = SOURCE_NAMES[kind];
    return source === undefined
      ? []
      : [{ source, lastGoodAt, lastChangeAt, quarantinedSince: quarantinedAt }];
  });
}
