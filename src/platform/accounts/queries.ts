import { and, eq, gt, isNull, or, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import { asColumn, columnsOf, prepare, type Values } from "../../database/query.ts";
import { build } from "../../database/statements.ts";
import { impersonations, operators, sessions, users } from "../schema.ts";

const operatorUsers = alias(users, "operator_users");
const operatorSessions = alias(sessions, "operator_sessions");

const SESSION = {
  ...columnsOf(sessions, "id", "userId", "createdAt", "lastUsedAt", "expiresAt", "provedAt"),
  guildId: sessions.guildId,
  ...columnsOf(users, "name", "email", "emailVerifiedAt"),
  /** The areas of an operator. Null during an impersonation, and for other people. */
  areas: asColumn(
    operators.areas,
    sql`case when ${impersonations.id} is null then ${operators.areas} end`,
  ),
  /** Set during an impersonation, like the next three fields. */
  impersonationId: impersonations.id,
  operatorId: impersonations.operatorId,
  operatorName: operatorUsers.name,
  reason: impersonations.reason,
};

/** A session and its user. Times in Unix milliseconds. */
export type SessionRow = Awaited<ReturnType<typeof sessionByToken.all>>[number];

interface Moment {
  readonly nowMs: number;
  /** A session that was last used before this has ended. */
  readonly idleSinceMs: number;
}

/**
 * The only place that decides whether a session has ended: by its expiry or by idleness. Signing out deletes
 * the row. An impersonation also ends with the operator's own session, and with the right to impersonate.
 */
const openSession = ({ nowMs, idleSinceMs }: Values<Moment>) => {
  const isOpen = (table: typeof sessions | typeof operatorSessions) =>
    and(gt(table.expiresAt, nowMs), gt(table.lastUsedAt, idleSinceMs));
  const mayImpersonate = sql`instr(${operators.areas}, '"impersonate"') > 0`;
  return and(
    isOpen(sessions),
    or(isNull(impersonations.id), and(isOpen(operatorSessions), mayImpersonate)),
  );
};

const sessionRows = () =>
  build
    .select(SESSION)
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .leftJoin(impersonations, eq(impersonations.sessionId, sessions.id))
    .leftJoin(operatorUsers, eq(operatorUsers.id, impersonations.operatorId))
    .leftJoin(operatorSessions, eq(operatorSessions.id, impersonations.operatorSessionId))
    .leftJoin(
      operators,
      sql`${operators.userId} = coalesce(${impersonations.operatorId}, ${sessions.userId})`,
    );

/** The session of a token, by the token's SHA-256. */
export const sessionByToken = prepare((values: Values<Moment & { readonly tokenHash: string }>) =>
  sessionRows().where(and(openSession(values), eq(sessions.tokenHash, values.tokenHash))),
);

export const sessionById = prepare((values: Values<Moment & { readonly id: string }>) =>
  sessionRows().where(and(openSession(values), eq(sessions.id, values.id))),
);
