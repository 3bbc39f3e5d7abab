import { and, eq, sql } from "drizzle-orm";
import { columnsOf, existsIn, prepare, type Values } from "../../database/query.ts";
import { build, insertInto } from "../../database/statements.ts";
import { guard, write } from "../../database/write.ts";
import { Conflict } from "../../kernel/errors.ts";
import { type GuildId, type MembershipId, newId, type UserId } from "../../kernel/ids.ts";
import type { Role } from "../../kernel/permissions.ts";
import { type ActingContext, record } from "../context.ts";
import { identities, memberships, sessions, users } from "../schema.ts";
import { importableHash } from "./imported-passwords.ts";

/** An account of another system that becomes one of ours. */
export interface NewImportedAccount {
  /** The same in every try of the import. */
  readonly userId: UserId;
  /** In its normal form. */
  readonly email: string;
  readonly name: string;
  /** The bcrypt hash of the other system. */
  readonly hash: string;
  readonly guildId: GuildId;
  readonly role: Exclude<Role, "owner">;
}

const byEmail = prepare(({ email }: Values<{ email: string }>) =>
  build.select(columnsOf(users, "id")).from(users).where(sql`${users.email} = ${email}`),
);

const byId = prepare(({ id }: Values<{ id: string }>) =>
  build.select(columnsOf(users, "id")).from(users).where(sql`${users.id} = ${id}`),
);

const isUnused = prepare(({ id }: Values<{ id: string }>) =>
  build
    .select(columnsOf(users, "id"))
    .from(users)
    .where(
      and(
        sql`${users.id} = ${id}`,
        sql`(${users.passwordHash} is null or (${users.passwordHash} >= '$2' and ${users.passwordHash} < '$3'))`,
        sql`${users.emailVerifiedAt} is null`,
        sql`not ${existsIn(sessions, eq(sessions.userId, users.id))}`,
        sql`not ${existsIn(identities, eq(identities.userId, users.id))}`,
        sql`(select count(*) from ${memberships} where ${memberships.userId} = ${users.id}) <= 1`,
      ),
    ),
);

/** The account of an address, if there is one. */
export async function accountWith(
  { services }: Pick<ActingContext, "services">,
  email: string,
): Promise<UserId | undefined> {
  return (await byEmail.first(services.platform.db, { email }))?.id;
}

/**
 * Makes an account with its membership. Its address is not verified, as after a sign-up. An account that
 * exists is never changed: its owner accepts an invitation instead.
 * @throws {Conflict} `auth/email-taken`
 */
export async function makeImportedAccount(
  ctx: ActingContext,
  { userId, email, name, hash, guildId, role }: NewImportedAccount,
): Promise<void> {
  const { platform, now } = ctx.services;
  const createdAt = now().getTime();
  await write(platform.db, [
    guard(
      sql`not ${existsIn(users, sql`${users.email} = ${email}`)}`,
      () =>
        new Conflict("auth/email-taken", "This address already has an account. Sign in instead."),
    ),
    insertInto(users, { id: userId, email, name, passwordHash: importableHash(hash), createdAt }),
    insertInto(memberships, {
      ...{ id: newId<MembershipId>(), userId, guildId, role, overrides: {}, createdAt },
    }),
    record(ctx, "user.import", userId, { guildId, after: { name, role } }),
  ]);
}

/** Whether an imported account was never used, or is removed already. */
export async function isImportUnused(
  { services }: Pick<ActingContext, "services">,
  id: UserId,
): Promise<boolean> {
  const { db } = services.platform;
  if ((await byId.first(db, { id })) === undefined) return true;
  return (await isUnused.first(db, { id })) !== undefined;
}

/** Removes an imported account that was never used, with its membership. */
export async function removeImportedAccount(
  ctx: ActingContext,
  userId: UserId,
  guildId: GuildId,
): Promise<void> {
  const { platform } = ctx.services;
  const isTheirs = and(eq(memberships.userId, userId), eq(memberships.guildId, guildId));
  await write(platform.db, [
    build.delete(memberships).where(isTheirs),
    build.delete(users).where(eq(users.id, userId)),
    record(ctx, "user.import-end", userId, { guildId }),
  ]);
}
