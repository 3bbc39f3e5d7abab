import { sql } from "drizzle-orm";
import type { Statement } from "../../database/client.ts";
import { type Guard, guard, type Writable, write } from "../../database/write.ts";
import { Conflict, Invalid, NotFound } from "../../kernel/errors.ts";
import type { GuildId } from "../../kernel/ids.ts";
import type { Services } from "../../services.ts";
import { SETTINGS } from "../configuration/app-config.ts";
import { allowArea, type OperatorContext } from "../console/context.ts";
import { type ActingContext, record } from "../context.ts";
import { PLAN_JOB } from "../jobs/kinds.ts";
import type { SubscriptionSource } from "./schema.ts";

/** What gives a guild its plan. */
export interface Subscription {
  readonly source: SubscriptionSource;
  readonly plan: string;
  readonly status: "active" | "ended";
  readonly until: number | null;
  readonly reason: string;
  readonly customer: string | null;
}

/** Where a guild's plan comes from, or came from. */
export function subscriptionsOf(services: Services, id: GuildId): Promise<Subscription[]> {
  return services.platform.db.all<Subscription>(
    `SELECT source, plan, status, until, reason, customer FROM subscriptions
     WHERE guild_id = ? ORDER BY source`,
    id,
  );
}

/**
 * Gives a guild a plan, until a day or for good, without payment.
 * @throws {NotFound} `plan/not-found`, `guild/not-found` @throws {Invalid} `plan/past`
 */
export async function grantPlan(
  ctx: OperatorContext,
  id: GuildId,
  input: { readonly plan: string; readonly until: number | null; readonly reason: string },
): Promise<void> {
  allowArea(ctx, "plans");
  const nowMs = ctx.services.now().getTime();
  if (input.until !== null && input.until <= nowMs) {
    throw new Invalid("plan/past", "This day is over. Choose one to come, or none.", {
      errors: [{ pointer: "/until", detail: "Choose a day to come." }],
    });
  }
  await write(ctx.services.platform.db, [
    guildIsThere(id),
    guard(
      sql`exists (select 1 from plans where name = ${input.plan})`,
      () =>
        new NotFound("plan/not-found", "There is no such plan.", {
          errors: [{ pointer: "/plan", detail: "There is no such plan." }],
        }),
    ),
    ...subscriptionRows(ctx, id, { ...input, source: "grant", status: "active", asOf: nowMs }),
    record(ctx, "plan.grant", id, { guildId: id, after: input }),
  ]);
}

/** Takes a grant back; a plan that is paid for stays. @throws {Conflict} `plan/no-grant` */
export async function revokeGrant(ctx: OperatorContext, id: GuildId): Promise<void> {
  allowArea(ctx, "plans");
  await write(ctx.services.platform.db, [
    guildIsThere(id),
    guard(
      sql`exists (select 1 from subscriptions where guild_id = ${id} and source = 'grant'
          and status = 'active')`,
      () => new Conflict("plan/no-grant", "No operator gave this guild a plan."),
    ),
    {
      sql: `UPDATE subscriptions SET status = 'ended', updated_at = ?
            WHERE guild_id = ? AND source = 'grant'`,
      args: [ctx.services.now().getTime(), id],
    },
    ...applied(ctx, id),
    record(ctx, "plan.revoke", id, { guildId: id }),
  ]);
}

/** Ends what was given until now, so that guilds go back to what else they have a right to. */
export async function endPastGrants(services: Services): Promise<number> {
  const { db } = services.platform;
  const nowMs = services.platform.settledNow().getTime();
  const past = await db.all<{ guildId: GuildId; plan: string; source: SubscriptionSource }>(
    `SELECT guild_id AS guildId, plan, source FROM subscriptions
     WHERE status = 'active' AND until <= ? LIMIT 100`,
    nowMs,
  );
  const caller = { type: "system", name: "plans" } as const;
  const ctx = { services, caller, requestId: "", address: "", agent: "" };
  for (const { guildId, plan, source } of past) {
    const over = sql`exists (select 1 from subscriptions where guild_id = ${guildId}
      and source = ${source} and status = 'active' and until <= ${nowMs})`;
    await write(db, [
      guard(over, () => new Conflict("plan/changed", "Another process ended it, or it goes on.")),
      {
        sql: `UPDATE subscriptions SET status = 'ended', updated_at = ?
              WHERE guild_id = ? AND source = ?`,
        args: [nowMs, guildId, source],
      },
      ...applied(ctx, guildId),
      record(ctx, "plan.end", guildId, { guildId, before: { plan, source } }),
    ]).catch((error: unknown) => {
      if (!(error instanceof Conflict)) throw error;
    });
  }
  return past.length;
}

/**
 * What one source gives a guild from now on, and the plan that follows from all of them. Older news
 * change nothing, nor does the end of a payment that another one has replaced.
 */
export function subscriptionRows(
  ctx: ActingContext,
  id: GuildId,
  given: {
    readonly source: SubscriptionSource;
    readonly plan: string;
    readonly status: "active" | "ended";
    readonly until: number | null;
    readonly asOf: number;
    readonly reason?: string;
    readonly customer?: string | null;
    readonly reference?: string | null;
  },
): readonly Writable[] {
  return [
    {
      sql: `INSERT INTO subscriptions (guild_id, source, plan, status, until, reason, customer,
              reference, as_of, updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
            ON CONFLICT (guild_id, source) DO UPDATE SET plan = ?3, status = ?4, until = ?5,
              reason = ?6, customer = coalesce(?7, customer),
              reference = coalesce(?8, reference), as_of = ?9, updated_at = ?10
              WHERE as_of <= ?9 AND (?4 = 'active' OR ?8 IS NULL OR reference IS NULL
                OR reference = ?8)`,
      args: [
        id,
        given.source,
        given.plan,
        given.status,
        given.until,
        given.reason ?? "",
        given.customer ?? null,
        given.reference ?? null,
        given.asOf,
        ctx.services.now().getTime(),
      ],
    },
    ...applied(ctx, id),
  ];
}

/** Puts a guild on the largest plan that it has a right to now; nothing happens if it is there. */
function applied(ctx: ActingContext, id: GuildId): readonly Statement[] {
  const { jobs, now } = ctx.services;
  const change: Statement = {
    sql: `UPDATE guilds SET plan = best.name, plan_since = ?2, updated_at = ?2
          FROM (SELECT coalesce((SELECT p.name FROM subscriptions s JOIN plans p ON p.name = s.plan
              WHERE s.guild_id = ?1 AND s.status = 'active' AND (s.until IS NULL OR s.until > ?2)
              ORDER BY p.position DESC LIMIT 1),
              (SELECT value ->> '$' FROM app_config WHERE key = 'firstPlan'), ?3) AS name) AS best
          WHERE guilds.id = ?1 AND guilds.plan <> best.name`,
    args: [id, ctx.services.now().getTime(), SETTINGS.firstPlan.byDefault],
  };
  // Its database is held to the new plan where it is, which may take some tries.
  return [change, jobs.enqueueRow(id, PLAN_JOB, "", now().getTime())];
}

function guildIsThere(id: GuildId): Guard {
  return guard(
    sql`exists (select 1 from guilds where id = ${id})`,
    () => new NotFound("operator/no-such-guild", "No guild has this id. Look for it in the list."),
  );
}
