import { and, eq, sql } from "drizzle-orm";
import { existsIn } from "../../database/query.ts";
import { build, excluded, insertInto } from "../../database/statements.ts";
import { type Guard, guard, type Writable, write } from "../../database/write.ts";
import { Conflict, Invalid, NotFound } from "../../kernel/errors.ts";
import type { GuildId } from "../../kernel/ids.ts";
import type { Services } from "../../services.ts";
import { type ActingContext, allowArea, type OperatorContext, record } from "../context.ts";
import { endSessionsWithoutPlan } from "../domains/claims.ts";
import { PLAN_JOB } from "../jobs/kinds.ts";
import { appConfig, guilds, plans, subscriptions } from "../schema.ts";
import { FIRST_PLAN } from "./plans.ts";
import { hasActive, largestPlan, pastSubscriptions, subscriptionsOfGuild } from "./queries.ts";
import type { SubscriptionSource } from "./schema.ts";

/** A source of a guild's plan. */
export type Subscription = Awaited<ReturnType<typeof subscriptionsOfGuild.all>>[number];

/** Lists the sources of a guild's plan, ended ones too. */
export function subscriptionsOf(services: Services, id: GuildId): Promise<Subscription[]> {
  return subscriptionsOfGuild.all(services.platform.db, { id });
}

/**
 * Gives a guild a plan without payment, until a day or without end.
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
    throw new Invalid(
      "plan/past",
      "This date is in the past. Choose a later date, or leave it empty.",
      {
        errors: [{ pointer: "/until", detail: "Choose a later date." }],
      },
    );
  }
  await write(ctx.services.platform.db, [
    guildIsThere(id),
    guard(
      existsIn(plans, eq(plans.name, input.plan)),
      () =>
        new NotFound("plan/not-found", "This plan does not exist. Choose one from the list.", {
          errors: [
            { pointer: "/plan", detail: "This plan does not exist. Choose one from the list." },
          ],
        }),
    ),
    ...subscriptionRows(ctx, id, { ...input, source: "grant", status: "active", asOf: nowMs }),
    record(ctx, "plan.grant", id, { guildId: id, after: input }),
  ]);
}

/** Revokes a grant. A plan that is paid for stays. @throws {Conflict} `plan/no-grant` */
export async function revokeGrant(ctx: OperatorContext, id: GuildId): Promise<void> {
  allowArea(ctx, "plans");
  await write(ctx.services.platform.db, [
    guildIsThere(id),
    guard(
      hasActive(id, "grant"),
      () => new Conflict("plan/no-grant", "This guild has no granted plan."),
    ),
    ended(id, "grant", ctx.services.now().getTime()),
    ...applied(ctx, id),
    record(ctx, "plan.revoke", id, { guildId: id }),
  ]);
}

/** How many grants one call of `endPastGrants` ends. The next call ends the others. */
const GRANTS_AT_ONCE = 100;

/**
 * Ends grants whose time is over. Their guilds get the largest plan that is left. Returns how many
 * there were.
 */
export async function endPastGrants(services: Services): Promise<number> {
  const { db } = services.platform;
  const nowMs = services.platform.settledNow().getTime();
  const past = await pastSubscriptions.all(db, { nowMs, limit: GRANTS_AT_ONCE });
  const caller = { type: "system", name: "plans" } as const;
  const ctx = { services, caller, requestId: "", address: "", agent: "" };
  for (const { guildId, plan, source } of past) {
    await write(db, [
      guard(
        hasActive(guildId, source, nowMs),
        () =>
          new Conflict("plan/changed", "Another process has changed this plan. Reload the page."),
      ),
      ended(guildId, source, nowMs),
      ...applied(ctx, guildId),
      record(ctx, "plan.end", guildId, { guildId, before: { plan, source } }),
    ]).catch((error: unknown) => {
      if (!(error instanceof Conflict)) throw error;
    });
  }
  return past.length;
}

/**
 * Returns the statements that record what one source gives a guild, and apply the plan that follows from all
 * sources. Older events change nothing. The end of a payment that another one has replaced changes nothing.
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
  const now = subscriptions;
  const isNewer = sql`${now.asOf} <= ${excluded(now.asOf)}`;
  const isOfSamePayment = sql`(${given.status} = 'active' or ${excluded(now.reference)} is null
    or ${now.reference} is null or ${now.reference} = ${excluded(now.reference)})`;
  const row = {
    plan: given.plan,
    status: given.status,
    until: given.until,
    reason: given.reason ?? "",
    asOf: given.asOf,
    updatedAt: ctx.services.now().getTime(),
  };
  const payer = { customer: given.customer ?? null, reference: given.reference ?? null };
  return [
    insertInto(
      subscriptions,
      { guildId: id, source: given.source, ...row, ...payer },
      {
        on: [now.guildId, now.source],
        set: {
          ...row,
          customer: sql`coalesce(${excluded(now.customer)}, ${now.customer})`,
          reference: sql`coalesce(${excluded(now.reference)}, ${now.reference})`,
        },
        where: and(isNewer, isOfSamePayment),
      },
    ),
    ...applied(ctx, id),
  ];
}

/** Ends what one source gives a guild. */
function ended(id: GuildId, source: SubscriptionSource, nowMs: number): Writable {
  return build
    .update(subscriptions)
    .set({ status: "ended", updatedAt: nowMs })
    .where(and(eq(subscriptions.guildId, id), eq(subscriptions.source, source)));
}

/** Puts a guild on the largest plan that it has a right to now. Changes nothing if it is on that plan. */
function applied(ctx: ActingContext, id: GuildId): readonly Writable[] {
  const { jobs, now } = ctx.services;
  const nowMs = now().getTime();
  const firstPlan = sql`(select ${appConfig.value} ->> '$' from ${appConfig}
    where ${appConfig.key} = 'firstPlan')`;
  const plan = sql<string>`coalesce(${largestPlan(id, nowMs)}, ${firstPlan},
    ${FIRST_PLAN})`;
  return [
    build
      .update(guilds)
      .set({ plan, planSince: nowMs, updatedAt: nowMs })
      .where(and(eq(guilds.id, id), sql`${guilds.plan} <> ${plan}`)),
    endSessionsWithoutPlan(id),
    // A job applies the plan's limits to the database, because that may need several tries.
    jobs.enqueueRow(id, PLAN_JOB, "", nowMs),
  ];
}

function guildIsThere(id: GuildId): Guard {
  return guard(
    existsIn(guilds, eq(guilds.id, id)),
    () => new NotFound("operator/no-such-guild", "No guild has this ID. Choose one from the list."),
  );
}
