import { sql } from "drizzle-orm";
import { guard, write } from "../../database/write.ts";
import { notFound } from "../../http/problem.ts";
import { Conflict, Invalid, NotSupported } from "../../kernel/errors.ts";
import type { Services } from "../../services.ts";
import { allow, type GuildContext } from "../../tenant/context.ts";
import { accountHolder } from "../accounts/accounts.ts";
import { type PlatformContext, record } from "../context.ts";
import type { Payments } from "./payments.ts";
import { subscriptionRows, subscriptionsOf } from "./subscriptions.ts";

/**
 * The address where the guild's owner pays for a plan. The plan itself comes with the provider's
 * news of it. @throws {Conflict} `plan/paid-already` @throws {NotSupported} `payment/not-configured`
 */
export async function beginCheckout(
  ctx: GuildContext,
  platform: PlatformContext,
  plan: string,
): Promise<{ readonly url: string }> {
  const payments = payable(ctx, platform);
  const { email } = accountHolder(platform);
  if (!payments.plans.includes(plan)) {
    throw new Invalid("plan/not-for-sale", "This plan cannot be bought here.", {
      errors: [{ pointer: "/plan", detail: "Choose one that is for sale." }],
    });
  }
  const paid = await paidNow(platform.services, ctx);
  if (paid?.status === "active") {
    throw new Conflict("plan/paid-already", "This guild's plan is paid for. Change it instead.");
  }
  const page = planPage(ctx, platform.services);
  const url = await payments.checkout({
    guildId: ctx.guild.id,
    plan,
    email,
    customer: paid?.customer ?? null,
    paidAt: `${page}?done=paid`,
    canceledAt: page,
  });
  await write(platform.services.platform.db, [
    record(platform, "plan.checkout", ctx.guild.id, { guildId: ctx.guild.id, after: { plan } }),
  ]);
  return { url };
}

/** The address where the owner changes or ends what is paid. @throws {Conflict} `plan/not-paid` */
export async function openPortal(
  ctx: GuildContext,
  platform: PlatformContext,
): Promise<{ readonly url: string }> {
  const payments = payable(ctx, platform);
  accountHolder(platform);
  const paid = await paidNow(platform.services, ctx);
  if (!paid?.customer) {
    throw new Conflict("plan/not-paid", "Nothing was paid for this guild yet.");
  }
  return { url: await payments.portal(paid.customer, planPage(ctx, platform.services)) };
}

/**
 * Takes in what the payment provider sends: each message has one effect, in whatever order and
 * however often it comes. @throws {Unauthenticated} `payment/bad-signature`
 */
export async function takeNews(
  platform: PlatformContext,
  message: string,
  signature: string,
): Promise<"taken" | "known" | "not ours"> {
  const { services } = platform;
  const { payments } = services;
  if (!payments) return notFound();
  const news = await payments.news(message, signature);
  if (!news) return "not ours";
  const { id, type, guildId, plan, isActive, customer, reference, asOf } = news;
  const caller = { type: "system", name: "payments" } as const;
  const ctx = { ...platform, caller };
  const known = new Conflict("payment/known", "This message was taken in before.");
  try {
    await write(services.platform.db, [
      guard(sql`not exists (select 1 from payment_events where id = ${id})`, () => known),
      {
        sql: "INSERT INTO payment_events (id, type, guild_id, received_at) VALUES (?, ?, ?, ?)",
        args: [id, type, guildId, services.now().getTime()],
      },
      ...subscriptionRows(ctx, guildId, {
        source: "stripe",
        plan,
        status: isActive ? "active" : "ended",
        until: null,
        asOf,
        customer,
        reference,
      }),
      record(ctx, isActive ? "plan.paid" : "plan.unpaid", guildId, {
        guildId,
        after: { plan, event: id },
      }),
    ]);
    return "taken";
  } catch (error) {
    if (error !== known) throw error;
    return "known";
  }
}

function payable(ctx: GuildContext, { services }: PlatformContext): Payments {
  allow(ctx, "guild.own");
  if (services.payments) return services.payments;
  throw new NotSupported(
    "payment/not-configured",
    "Nothing can be paid here. Ask whoever runs this platform for a larger plan.",
  );
}

async function paidNow(services: Services, { guild }: GuildContext) {
  const all = await subscriptionsOf(services, guild.id);
  return all.find(({ source }) => source === "stripe");
}

function planPage({ guild }: GuildContext, { config }: Services): string {
  return new URL(`/g/${guild.slug}/settings/plan`, config.publicUrl).href;
}
