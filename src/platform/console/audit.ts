import { and, desc, eq, gte, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import { asJsonText, asText, columnsOf, prepare, type Values } from "../../database/query.ts";
import { build } from "../../database/statements.ts";
import { decodeCursor, type Page, toPage } from "../../kernel/cursor.ts";
import { allowArea, type OperatorContext } from "../context.ts";
import { auditLog, guilds, users } from "../schema.ts";

/** One row of the platform's audit log. */
export type PlatformAuditRow = Readonly<Awaited<ReturnType<typeof auditPage.all>>[number]>;

export interface PlatformAuditQuery {
  readonly limit: number;
  readonly cursor?: string | undefined;
  /** A part of the actor's name or address, or its id. */
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
  /** A guild's address or id. */
  readonly guild?: string | undefined;
  readonly subject?: string | undefined;
  /** Unix milliseconds. Excludes older rows. */
  readonly since?: number | undefined;
}

const impersonated = alias(users, "impersonated");

const ROW = {
  ...columnsOf(auditLog, "seq", "at", "actorType", "actorId"),
  /** The account's current name, else its id. Empty for an impersonation if an account is gone. */
  actorName: asText(sql`coalesce(case ${auditLog.actorType} when 'impersonation'
    then 'operator ' || ${users.name} || ' as ' || ${impersonated.name}
    else coalesce(${users.name}, ${auditLog.actorId}) end, '')`),
  ...columnsOf(auditLog, "action", "subject", "guildId"),
  guildSlug: guilds.slug,
  before: asJsonText(auditLog.before),
  after: asJsonText(auditLog.after),
  ...columnsOf(auditLog, "address", "agent"),
};

/** Filters of a page. An empty text does not filter. */
interface AuditFilters {
  /** The number of the last row of the page before. */
  readonly before: string | number;
  readonly actor: string;
  readonly action: string;
  readonly guild: string;
  readonly subject: string;
  readonly since: number;
  readonly limit: number;
}

const auditPage = prepare((value: Values<AuditFilters>) => {
  const { actorType, actorId } = auditLog;
  const isActor = sql`${users.id} = case ${actorType} when 'user' then ${actorId}
    when 'impersonation' then substr(${actorId}, 1, 36) end`;
  const isImpersonated = sql`${actorType} = 'impersonation'
    and ${impersonated.id} = substr(${actorId}, 41)`;
  return build
    .select(ROW)
    .from(auditLog)
    .leftJoin(users, isActor)
    .leftJoin(impersonated, isImpersonated)
    .leftJoin(guilds, eq(guilds.id, auditLog.guildId))
    .where(
      and(
        sql`${auditLog.seq} < ${value.before}`,
        sql`(${value.actor} = '' or instr(${actorId}, ${value.actor}) > 0
          or instr(lower(${users.name}), ${value.actor}) > 0 or ${users.email} = ${value.actor})`,
        sql`(${value.action} = '' or instr(${auditLog.action}, ${value.action}) > 0)`,
        sql`(${value.guild} = '' or ${guilds.slug} = ${value.guild}
          or ${auditLog.guildId} = ${value.guild})`,
        sql`(${value.subject} = '' or ${auditLog.subject} = ${value.subject})`,
        gte(auditLog.at, value.since),
      ),
    )
    .orderBy(desc(auditLog.seq))
    .limit(value.limit);
});

/** The platform's audit log, newest first. */
export async function platformAudit(
  ctx: OperatorContext,
  query: PlatformAuditQuery,
): Promise<Page<PlatformAuditRow>> {
  allowArea(ctx, "audit");
  const { cursor, limit } = query;
  const [before] = cursor === undefined ? [Number.MAX_SAFE_INTEGER] : decodeCursor(cursor, 1);
  const rows = await auditPage.all(ctx.services.platform.db, {
    before: before!,
    actor: (query.actor ?? "").trim().toLowerCase(),
    action: (query.action ?? "").trim(),
    guild: (query.guild ?? "").trim().toLowerCase(),
    subject: (query.subject ?? "").trim(),
    since: query.since ?? 0,
    limit: limit + 1,
  });
  return toPage(rows, limit, (last) => [last.seq]);
}
