import { eq, inArray, isNull, sql } from "drizzle-orm";
import { type Writable, write } from "../../database/write.ts";
import { inTurns } from "../../kernel/turns.ts";
import { limits } from "../../limits.ts";
import type { GuildContext } from "../context.ts";
import { changeRows, chunks, type SyncResult } from "./character-sync.ts";
import { discordMembers, discordRoles } from "./schema.ts";
import { readSource, sourceRow } from "./sources.ts";

export type StoredMember = typeof discordMembers.$inferSelect;

/** An account of the guild's Discord server as Discord tells it. */
export interface ObservedMember {
  readonly id: string;
  readonly username: string;
  readonly displayName: string | null;
  readonly nick: string | null;
  readonly isBot: boolean;
  readonly roleIds: readonly string[];
  readonly joinedAt: number | null;
}

export interface ObservedRole {
  readonly id: string;
  readonly name: string;
  readonly position: number;
  readonly isManaged: boolean;
}

interface MemberChange {
  readonly kind: "joined" | "returned" | "left" | "renamed" | "roles_changed";
  readonly subject: string;
  readonly before: string | null;
  readonly after: string | null;
}

/**
 * Stores the members and roles of the guild's Discord server. With `isComplete`, members that the answer
 * lacks have left the server; their rows and links stay. A large server is stored in several writes, each
 * with what it tells of its members: the next run completes what an interruption left.
 */
export async function storeMembers(
  ctx: GuildContext,
  answer: {
    readonly members: readonly ObservedMember[];
    readonly roles: readonly ObservedRole[];
    readonly isComplete: boolean;
  },
): Promise<SyncResult> {
  const nowMs = ctx.now().getTime();
  const { members, isComplete } = answer;
  const stored = await ctx.db.orm.select().from(discordMembers);
  const present = stored.filter(({ leftAt }) => leftAt === null).length;
  const known = await readSource(ctx, "discord_members");
  const isHeldBack =
    isComplete &&
    (members.length === 0 ||
      (present >= limits.identity.shrinkFrom &&
        members.length < present * (1 - limits.identity.shrinkMax)));
  const none = { seen: members.length, joined: 0, left: 0, changed: 0 };
  if (isHeldBack) {
    await write(ctx.db, [
      sourceRow(ctx, "discord_members", {
        lastTryAt: nowMs,
        error: "identity/members-quarantined",
        quarantinedAt: known?.quarantinedAt ?? nowMs,
      }),
    ]);
    return { counts: none, isQuarantined: true };
  }
  const { added, updated, changes } = memberDifferences(stored, members, isComplete, nowMs);
  const changesOf = Map.groupBy(changes, ({ subject }) => subject);
  const told = (some: readonly { readonly id: string }[]) => {
    const rows = some.flatMap(({ id }) => changesOf.get(id) ?? []);
    return changeRows(ctx, "discord_members", rows, nowMs, "discord");
  };
  await inTurns(chunks(added), async (some) => {
    await write(ctx.db, [ctx.db.orm.insert(discordMembers).values([...some]), ...told(some)]);
  });
  await inTurns(chunks(updated), async (some) => {
    const sets = some.map(({ id, set }) =>
      ctx.db.orm.update(discordMembers).set(set).where(eq(discordMembers.id, id)),
    );
    await write(ctx.db, [...sets, ...told(some)]);
  });
  await write(ctx.db, [
    seenRow(ctx, members, nowMs),
    ...roleRows(ctx, answer.roles, nowMs),
    sourceRow(ctx, "discord_members", {
      lastTryAt: nowMs,
      lastGoodAt: nowMs,
      error: null,
      quarantinedAt: null,
      rows: members.length,
      ...((changes.length > 0 || added.length > 0) && { lastChangeAt: nowMs }),
    }),
  ]);
  const left = changes.filter(({ kind }) => kind === "left").length;
  const counts = { seen: members.length, joined: added.length, left, changed: updated.length };
  return { counts, isQuarantined: false };
}

function memberDifferences(
  stored: readonly StoredMember[],
  members: readonly ObservedMember[],
  isComplete: boolean,
  nowMs: number,
) {
  const isFirst = stored.length === 0;
  const byId = new Map(stored.map((one) => [one.id, one]));
  const added: (typeof discordMembers.$inferInsert)[] = [];
  const updated: { readonly id: string; readonly set: Partial<StoredMember> }[] = [];
  const changes: MemberChange[] = [];
  const seen = new Set<string>();
  for (const one of members) {
    if (seen.has(one.id)) continue;
    seen.add(one.id);
    const known = byId.get(one.id);
    if (known === undefined) {
      added.push({ ...one, firstSeenAt: nowMs, lastSeenAt: nowMs });
      if (!isFirst) changes.push(change("joined", one.id, null, one.username));
      continue;
    }
    const roles = (ids: readonly string[]) => [...ids].sort().join(" ");
    const isRolesChanged = roles(known.roleIds) !== roles(one.roleIds);
    const isRenamed = nameOf(known) !== nameOf(one) || known.username !== one.username;
    if (known.leftAt !== null) changes.push(change("returned", one.id, null, one.username));
    if (isRenamed) changes.push(change("renamed", one.id, nameOf(known), nameOf(one)));
    if (isRolesChanged) {
      changes.push(change("roles_changed", one.id, roles(known.roleIds), roles(one.roleIds)));
    }
    const isChanged = isRenamed || isRolesChanged || known.leftAt !== null;
    if (isChanged || known.isBot !== one.isBot || known.displayName !== one.displayName) {
      updated.push({ id: one.id, set: { ...one, leftAt: null } });
    }
  }
  if (isComplete) {
    for (const one of stored) {
      if (seen.has(one.id) || one.leftAt !== null) continue;
      updated.push({ id: one.id, set: { leftAt: nowMs } });
      changes.push(change("left", one.id, one.username, null));
    }
  }
  return { added, updated, changes };
}

/** The name that other members see. */
export function nameOf(one: Pick<StoredMember, "nick" | "displayName" | "username">): string {
  return one.nick ?? one.displayName ?? one.username;
}

function seenRow(ctx: GuildContext, members: readonly ObservedMember[], nowMs: number): Writable {
  const ids = JSON.stringify(members.map(({ id }) => id));
  return ctx.db.orm
    .update(discordMembers)
    .set({ lastSeenAt: nowMs })
    .where(inArray(discordMembers.id, sql`(select value from json_each(${ids}))`));
}

/** The server's roles as they are now; one that is gone is kept, as removed. */
function roleRows(
  ctx: GuildContext,
  roles: readonly ObservedRole[],
  nowMs: number,
): readonly Writable[] {
  if (roles.length === 0) return [];
  return [
    ctx.db.orm.update(discordRoles).set({ removedAt: nowMs }).where(isNull(discordRoles.removedAt)),
    ...chunks(roles).map((some) =>
      ctx.db.orm
        .insert(discordRoles)
        .values(some.map((role) => ({ ...role, removedAt: null })))
        .onConflictDoUpdate({
          target: discordRoles.id,
          set: {
            name: sql`excluded.name`,
            position: sql`excluded.position`,
            isManaged: sql`excluded.is_managed`,
            removedAt: null,
          },
        }),
    ),
  ];
}

function change(
  kind: MemberChange["kind"],
  subject: string,
  before: string | null,
  after: string | null,
): MemberChange {
  return { kind, subject, before, after };
}
