import { and, eq, sql } from "drizzle-orm";
import { columnsOf, prepare, type Values } from "../../database/query.ts";
import { build } from "../../database/statements.ts";
import { type Guard, type Writable, write } from "../../database/write.ts";
import type { ImportId, PersonId, UserId } from "../../kernel/ids.ts";
import { record } from "../audit.ts";
import type { GuildContext } from "../context.ts";
import { linkUser } from "../roster/member-links.ts";
import { persons } from "../roster/schema.ts";
import { allowImports } from "./access.ts";
import { type Batch, committedKeyOf, targetsOf } from "./queries.ts";
import { accountData } from "./row-data.ts";
import { importRows } from "./schema.ts";
import { isIn } from "./store.ts";

// Accounts belong to the platform. The operator's command makes and removes them; this is the guild's
// side: which person each belongs to.

/** An account of an import's source. */
export interface ImportedAccount {
  readonly key: string;
  readonly role: ReturnType<typeof accountData.parse>["role"];
  /** The guild's person. */
  readonly personId: PersonId;
  /** Whether the person belongs to a member already, and to which one. */
  readonly memberId: UserId | null;
  /** The account that the import made; null until it has. */
  readonly userId: UserId | null;
}

const membersOf = prepare(({ people }: Values<{ people: string }>) =>
  build
    .select(columnsOf(persons, "id", "userId"))
    .from(persons)
    .where(sql`${persons.id} in (select value from json_each(${people}))`),
);

/** The accounts of an import whose persons are in the guild. */
export async function importedAccounts(
  ctx: GuildContext,
  batch: Pick<Batch, "id">,
): Promise<readonly ImportedAccount[]> {
  allowImports(ctx);
  const people = new Map(
    (await targetsOf.all(ctx.db, { id: batch.id, kind: "person" })).map((row) => [row.key, row]),
  );
  const rows = await targetsOf.all(ctx.db, { id: batch.id, kind: "account" });
  const found = rows.flatMap(({ key, data, targetId, madeAt }) => {
    const { person, role } = accountData.parse(data);
    const personId = people.get(person)?.targetId;
    const userId = madeAt === null ? null : (targetId as UserId | null);
    return personId ? [{ key, role, personId: personId as PersonId, userId }] : [];
  });
  const list = JSON.stringify(found.map(({ personId }) => personId));
  const members = await membersOf.all(ctx.db, { people: list });
  const memberOf = new Map(members.map(({ id, userId }) => [id, userId]));
  return found.map((one) => ({ ...one, memberId: memberOf.get(one.personId) ?? null }));
}

/** Gives an account that was just made the person who is theirs. */
export async function linkAccount(
  ctx: GuildContext,
  batch: Pick<Batch, "id" | "source">,
  account: ImportedAccount,
  userId: UserId,
): Promise<void> {
  const isFree = account.memberId === null;
  await write(ctx.db, [
    isIn(batch.id, "done"),
    ...(isFree ? linkUser(ctx, account.personId, userId) : []),
    markStatement(batch.id, account.key, {
      committedKey: committedKeyOf(batch.source, "account", account.key),
      targetId: userId,
      madeAt: ctx.now().getTime(),
    }),
    record(ctx, "import.account", batch.id, { after: { userId, personId: account.personId } }),
  ]);
}

/** Takes the person back from an account that is removed. */
export async function unlinkAccount(
  ctx: GuildContext,
  batch: Pick<Batch, "id" | "state">,
  account: ImportedAccount,
): Promise<void> {
  const { personId, userId, key } = account;
  await write(ctx.db, [
    isIn(batch.id, batch.state),
    build
      .update(persons)
      .set({ userId: null, updatedAt: ctx.now().getTime() })
      .where(and(eq(persons.id, personId), sql`${persons.userId} = ${userId}`)),
    markStatement(batch.id, key, { committedKey: null, targetId: null, madeAt: null }),
    record(ctx, "import.account-end", batch.id, { before: { userId, personId } }),
  ]);
}

function markStatement(
  importId: ImportId,
  key: string,
  values: Pick<typeof importRows.$inferInsert, "committedKey" | "targetId" | "madeAt">,
): Writable | Guard {
  return build
    .update(importRows)
    .set(values)
    .where(
      and(
        eq(importRows.importId, importId),
        eq(importRows.kind, "account"),
        eq(importRows.key, key),
      ),
    );
}
