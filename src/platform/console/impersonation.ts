import { desc, eq, not, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import {
  asText,
  columnsOf,
  existsIn,
  prepare,
  type RowOf,
  type Values,
} from "../../database/query.ts";
import { build, insertInto } from "../../database/statements.ts";
import { guard, write } from "../../database/write.ts";
import { decodeCursor, type Page, toPage } from "../../kernel/cursor.ts";
import { Conflict, NotFound } from "../../kernel/errors.ts";
import { newId, type SessionId } from "../../kernel/ids.ts";
import { hashToken, newToken } from "../../kernel/tokens.ts";
import { limits } from "../../limits.ts";
import type { ImpersonationSession } from "../accounts/impersonation-session.ts";
import { allowArea, type OperatorContext, record } from "../context.ts";
import {
  guilds,
  impersonationGuilds,
  impersonations,
  operators,
  sessions,
  users,
} from "../schema.ts";
import { userByEmail } from "./service.ts";

/**
 * Lets an operator see and act as another person for a limited time. Changes to the account itself stay
 * forbidden. The platform's and each guild's audit log name the operator.
 * @throws {NotFound} `operator/no-account` @throws {Conflict} `operator/is-operator`
 */
export async function beginImpersonation(
  ctx: OperatorContext,
  input: { readonly email: string; readonly reason: string },
): Promise<ImpersonationSession> {
  allowArea(ctx, "impersonate");
  const { caller } = ctx;
  if (caller.type !== "user")
    throw new Error("Only an operator who signed in can act as another account.");
  const { db } = ctx.services.platform;
  const target = await userByEmail.first(db, { email: input.email.trim().toLowerCase() });
  if (!target) {
    throw new NotFound("operator/no-such-account", "No account has this address. Check it.", {
      errors: [{ pointer: "/email", detail: "No account has this address. Check it." }],
    });
  }
  const nowMs = ctx.services.now().getTime();
  const expiresAt = nowMs + limits.operators.impersonationMs;
  const [id, sessionId, token] = [newId<string>(), newId<SessionId>(), newToken()];
  await write(db, [
    guard(
      not(existsIn(operators, eq(operators.userId, target.id))),
      () => new Conflict("operator/is-operator", "You cannot impersonate an operator or yourself."),
    ),
    db.orm.insert(sessions).values({
      id: sessionId,
      userId: target.id,
      tokenHash: hashToken(token),
      createdAt: nowMs,
      lastUsedAt: nowMs,
      expiresAt,
      // The operator did not enter this person's password, so actions that require it stay forbidden.
      provedAt: 0,
      address: ctx.address,
      agent: ctx.agent,
    }),
    insertInto(impersonations, {
      ...{ id, sessionId, expiresAt, reason: input.reason, startedAt: nowMs, userId: target.id },
      operatorSessionId: caller.sessionId,
      operatorId: caller.userId,
    }),
    record(ctx, "impersonation.begin", target.id, { after: { id, reason: input.reason } }),
  ]);
  return { id, token, expiresAt };
}

const operatorUsers = alias(users, "operator_users");

/** One impersonation by an operator. */
export type Impersonation = Readonly<RowOf<typeof IMPERSONATION>>;

const IMPERSONATION = {
  id: impersonations.id,
  operatorName: operatorUsers.name,
  userName: users.name,
  userEmail: users.email,
  ...columnsOf(impersonations, "reason", "startedAt", "expiresAt", "endedAt"),
  /** Addresses of the guilds that the operator entered, separated by commas. */
  guilds: asText(sql`coalesce((select group_concat(${guilds.slug}, ', ') from ${impersonationGuilds}
    join ${guilds} on ${guilds.id} = ${impersonationGuilds.guildId}
    where ${impersonationGuilds.impersonationId} = ${impersonations.id}), '')`),
};

interface Before {
  readonly at: string | number;
  readonly id: string | number;
  readonly limit: number;
}

const impersonationsPage = prepare(({ at, id, limit }: Values<Before>) =>
  build
    .select(IMPERSONATION)
    .from(impersonations)
    .innerJoin(operatorUsers, eq(operatorUsers.id, impersonations.operatorId))
    .innerJoin(users, eq(users.id, impersonations.userId))
    .where(sql`(${impersonations.startedAt}, ${impersonations.id}) < (${at}, ${id})`)
    .orderBy(desc(impersonations.startedAt), desc(impersonations.id))
    .limit(limit),
);

/** Past and current impersonations, newest first. */
export async function listImpersonations(
  ctx: OperatorContext,
  { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<Page<Impersonation>> {
  allowArea(ctx, "impersonate");
  const [at, id] = cursor === undefined ? [Number.MAX_SAFE_INTEGER, ""] : decodeCursor(cursor, 2);
  const page = { at: at!, id: id!, limit: limit + 1 };
  const rows = await impersonationsPage.all(ctx.services.platform.db, page);
  return toPage(rows, limit, (last) => [last.startedAt, last.id]);
}
