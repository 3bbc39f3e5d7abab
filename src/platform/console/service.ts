import { and, asc, eq, isNotNull } from "drizzle-orm";
import { columnsOf, existsIn, prepare, type RowOf, type Values } from "../../database/query.ts";
import { build, insertInto } from "../../database/statements.ts";
import { guard, write } from "../../database/write.ts";
import { AREAS, type Area, knownAreas } from "../../kernel/areas.ts";
import { Conflict, Invalid, NotFound } from "../../kernel/errors.ts";
import type { UserId } from "../../kernel/ids.ts";
import { type ActingContext, record } from "../context.ts";
import { messageRows } from "../messages/queue.ts";
import { operators, users } from "../schema.ts";

/** An account that runs the platform. */
export type OperatorAccount = Readonly<RowOf<typeof OPERATOR>>;

const OPERATOR = {
  userId: operators.userId,
  ...columnsOf(users, "email", "name"),
  ...columnsOf(operators, "areas", "addedBy", "addedAt"),
};

const operatorRows = () =>
  build.select(OPERATOR).from(operators).innerJoin(users, eq(users.id, operators.userId));

const allOperators = prepare(() => operatorRows().orderBy(asc(users.email)));

const operatorById = prepare(({ id }: Values<{ readonly id: UserId }>) =>
  operatorRows().where(eq(operators.userId, id)),
);

/** The account with an address, which is in lower case. */
export const userByEmail = prepare(({ email }: Values<{ readonly email: string }>) =>
  build.select(columnsOf(users, "id")).from(users).where(eq(users.email, email)),
);

/**
 * Gives an account exactly these areas of the platform. Only the command line calls this, so access to
 * the machine decides who can become an operator.
 * @throws {NotFound} `operator/no-account`, {Conflict} `operator/email-unverified`
 */
export async function addOperator(
  ctx: ActingContext,
  input: { readonly email: string; readonly areas: readonly Area[] },
): Promise<OperatorAccount> {
  const { db } = ctx.services.platform;
  const account = await accountOf(ctx, input.email);
  const areas = AREAS.filter((area) => input.areas.includes(area));
  if (areas.length === 0) {
    throw new Invalid("operator/no-areas", `Choose at least one area: ${AREAS.join(", ")}.`);
  }
  const before = await operatorOf(ctx, account.id);
  await write(db, [
    guard(
      existsIn(users, and(eq(users.id, account.id), isNotNull(users.emailVerifiedAt))),
      () =>
        new Conflict(
          "operator/email-unverified",
          "The address of this account is not confirmed. Its owner has to confirm it first.",
        ),
    ),
    insertInto(
      operators,
      {
        userId: account.id,
        areas,
        addedBy: ctx.caller.type === "operator" ? ctx.caller.name : "",
        addedAt: ctx.services.now().getTime(),
      },
      { on: [operators.userId], set: { areas } },
    ),
    ...(await messageRows(ctx.services, {
      template: "operator-added",
      userId: account.id,
      locale: "en",
      params: { areas: areas.join(", ") },
    })),
    record(ctx, "operator.add", account.id, {
      ...(before && { before: { areas: before.areas } }),
      after: { areas },
    }),
  ]);
  return (await operatorOf(ctx, account.id))!;
}

/** Removes all areas, with immediate effect everywhere. @throws {NotFound} `operator/not-found` */
export async function removeOperator(ctx: ActingContext, email: string): Promise<OperatorAccount> {
  const account = await accountOf(ctx, email);
  const before = await operatorOf(ctx, account.id);
  if (!before) throw notAnOperator();
  await write(ctx.services.platform.db, [
    guard(existsIn(operators, eq(operators.userId, account.id)), notAnOperator),
    build.delete(operators).where(eq(operators.userId, account.id)),
    record(ctx, "operator.remove", account.id, { before: { areas: before.areas } }),
  ]);
  return before;
}

/** All operators, by address. */
export async function listOperators(ctx: ActingContext): Promise<readonly OperatorAccount[]> {
  return (await allOperators.all(ctx.services.platform.db)).map(toOperator);
}

/** Without areas that this release does not know. */
const toOperator = (row: OperatorAccount): OperatorAccount => ({
  ...row,
  areas: knownAreas(row.areas),
});

async function operatorOf(ctx: ActingContext, id: UserId): Promise<OperatorAccount | undefined> {
  const row = await operatorById.first(ctx.services.platform.db, { id });
  return row && toOperator(row);
}

async function accountOf(ctx: ActingContext, address: string): Promise<{ readonly id: UserId }> {
  const email = address.trim().toLowerCase();
  const account = await userByEmail.first(ctx.services.platform.db, { email });
  if (account) return account;
  throw new NotFound(
    "operator/no-account",
    `No account has the address ${email}. Its owner has to create an account first.`,
  );
}

function notAnOperator(): NotFound {
  return new NotFound("operator/not-found", "This account is not an operator.", {
    next: ["guildhall operators list"],
  });
}
