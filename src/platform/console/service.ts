import { sql } from "drizzle-orm";
import { guard, write } from "../../database/write.ts";
import { AREAS, type Area, parseAreas } from "../../kernel/areas.ts";
import { Conflict, Invalid, NotFound } from "../../kernel/errors.ts";
import type { UserId } from "../../kernel/ids.ts";
import { type ActingContext, record } from "../context.ts";
import { messageRows } from "../messages/queue.ts";

/** An account that runs the platform. */
export interface OperatorAccount {
  readonly userId: UserId;
  readonly email: string;
  readonly name: string;
  readonly areas: readonly Area[];
  readonly addedBy: string;
  readonly addedAt: number;
}

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
      sql`exists (select 1 from users where id = ${account.id} and email_verified_at is not null)`,
      () =>
        new Conflict(
          "operator/email-unverified",
          "The address of this account is not confirmed. Its owner has to confirm it first.",
        ),
    ),
    {
      sql: `INSERT INTO operators (user_id, areas, added_by, added_at) VALUES (?, ?, ?, ?)
            ON CONFLICT (user_id) DO UPDATE SET areas = excluded.areas`,
      args: [
        account.id,
        JSON.stringify(areas),
        ctx.caller.type === "operator" ? ctx.caller.name : "",
        ctx.services.now().getTime(),
      ],
    },
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
    guard(sql`exists (select 1 from operators where user_id = ${account.id})`, notAnOperator),
    { sql: "DELETE FROM operators WHERE user_id = ?", args: [account.id] },
    record(ctx, "operator.remove", account.id, { before: { areas: before.areas } }),
  ]);
  return before;
}

/** All operators, by address. */
export async function listOperators(ctx: ActingContext): Promise<readonly OperatorAccount[]> {
  return (await ctx.services.platform.db.all<OperatorRow>(`${OPERATORS} ORDER BY u.email`)).map(
    toOperator,
  );
}

type OperatorRow = Omit<OperatorAccount, "areas"> & { readonly areas: string };

const OPERATORS = `
  SELECT o.user_id AS userId, u.email, u.name, o.areas, o.added_by AS addedBy,
    o.added_at AS addedAt
  FROM operators o JOIN users u ON u.id = o.user_id`;

const toOperator = (row: OperatorRow): OperatorAccount => ({
  ...row,
  areas: parseAreas(row.areas),
});

async function operatorOf(ctx: ActingContext, id: UserId): Promise<OperatorAccount | undefined> {
  const query = `${OPERATORS} WHERE o.user_id = ?`;
  const row = await ctx.services.platform.db.first<OperatorRow>(query, id);
  return row && toOperator(row);
}

async function accountOf(ctx: ActingContext, address: string): Promise<{ readonly id: UserId }> {
  const email = address.trim().toLowerCase();
  const account = await ctx.services.platform.db.first<{ id: UserId }>(
    "SELECT id FROM users WHERE email = ?",
    email,
  );
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
