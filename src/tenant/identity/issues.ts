import { and, desc, eq, inArray, isNotNull, isNull, sql } from "drizzle-orm";
import { build } from "../../database/statements.ts";
import { type Writable, write } from "../../database/write.ts";
import { NotFound } from "../../kernel/errors.ts";
import type { IntegrityIssueId } from "../../kernel/ids.ts";
import { limits } from "../../limits.ts";
import { describe, record } from "../audit.ts";
import type { GuildContext } from "../context.ts";
import { allowIdentity } from "./access.ts";
import { integrityIssues } from "./schema.ts";

export type StoredIssue = typeof integrityIssues.$inferSelect;

export interface IssueChange {
  readonly acknowledged?: boolean | undefined;
  readonly snoozedUntil?: number | null | undefined;
  readonly resolved?: true | undefined;
  readonly note?: string | undefined;
}

/** Issues that are open, or that are over, the newest first. */
export async function issues(
  ctx: GuildContext,
  state: "open" | "resolved",
): Promise<readonly StoredIssue[]> {
  allowIdentity(ctx);
  const { resolvedAt, firstDetectedAt, id } = integrityIssues;
  return await ctx.db.orm
    .select()
    .from(integrityIssues)
    .where(state === "open" ? isNull(resolvedAt) : isNotNull(resolvedAt))
    .orderBy(desc(firstDetectedAt), desc(id))
    .limit(limits.identity.issuesShown);
}

/**
 * Acknowledges, snoozes or resolves an issue; what is left out stays. An issue whose cause is still
 * there comes back as a new one.
 * @throws {NotFound} `identity/issue-not-found`
 */
export async function changeIssue(
  ctx: GuildContext,
  id: string,
  change: IssueChange,
): Promise<StoredIssue> {
  allowIdentity(ctx);
  const { orm } = ctx.db;
  const open = and(
    eq(integrityIssues.id, id as IntegrityIssueId),
    isNull(integrityIssues.resolvedAt),
  );
  const [before] = await orm.select().from(integrityIssues).where(open);
  if (before === undefined) throw noSuchIssue();
  const nowMs = ctx.now().getTime();
  const by = describe(ctx.actor).name;
  const set = {
    ...(change.acknowledged !== undefined && {
      acknowledgedAt: change.acknowledged ? nowMs : null,
      acknowledgedBy: change.acknowledged ? by : null,
    }),
    ...(change.snoozedUntil !== undefined && { snoozedUntil: change.snoozedUntil }),
    ...(change.resolved && { resolvedAt: nowMs, resolvedBy: by }),
    ...(change.note !== undefined && { note: change.note }),
  };
  if (Object.keys(set).length === 0) return before;
  await write(ctx.db, [
    orm.update(integrityIssues).set(set).where(open),
    record(ctx, "identity.issue", id, { before: { type: before.type }, after: change }),
  ]);
  return { ...before, ...set };
}

/** The statement that changes some issues, to stand in a write; nothing for none. */
export function setIssues(
  rows: readonly Pick<StoredIssue, "id">[],
  set: Partial<typeof integrityIssues.$inferInsert>,
): readonly Writable[] {
  if (rows.length === 0) return [];
  const ids = JSON.stringify(rows.map(({ id }) => id));
  return [
    build
      .update(integrityIssues)
      .set(set)
      .where(inArray(integrityIssues.id, sql`(select value from json_each(${ids}))`)),
  ];
}

function noSuchIssue(): NotFound {
  return new NotFound(
    "identity/issue-not-found",
    "There is no such open issue. It may be resolved already.",
  );
}
