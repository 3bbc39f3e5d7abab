import { eq, not } from "drizzle-orm";
import { existsIn } from "../../database/query.ts";
import { insertInto } from "../../database/statements.ts";
import { guard, write } from "../../database/write.ts";
import { notFound } from "../../http/problem.ts";
import { Conflict, Invalid, NotSupported } from "../../kernel/errors.ts";
import type { Services } from "../../services.ts";
import { allow, type GuildContext } from "../../tenant/context.ts";
import { accountHolder } from "../accounts/accounts.ts";
import { type PlatformContext, record } from "../context.ts";
import { paymentEvents } from "../schema.ts";
import type { Payments } from "./payments.ts";
import { subscriptionRows, subscriptionsOf } from "./subscriptions.ts";

/**
 * Starts a payment. Returns the address where the owner pays. The plan changes when the provider sends its
 * event. @throws {Conflict} `plan/paid-already` @throws {NotSupported} `payment/not-configured`
 */
export async function beginCheckout(
  ctx: GuildContext,
  platform: PlatformContext,
  plan: string,
): Promise<{ readonly url: string }> {
  const payments = payable(ctx, platform);
  const { email } = accountHolder(platform);
  if (!payments.plans.includes(plan)) {
    throw new Invalid("plan/not-for-sale", "This plan is not for sale here. Choose another one.", {
      errors: [{ pointer: "/plan", detail: "Choose a plan that is for sale." }],
    });
  }
  const paid = await paidNow(platform.services, ctx);
  if (paid?.status === "active") {
    throw new Conflict(
      "plan/paid-already",
      "This guild already pays for a plan. Change that payment instead.",
    );
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

/** Returns the address where the owner changes or ends a payment. @throws {Conflict} `plan/not-paid` */
export async function openPortal(
  ctx: GuildContext,
  platform: PlatformContext,
): Promise<{ readonly url: string }> {
  const payments = payable(ctx, platform);
  accountHolder(platform);
  const paid = await paidNow(platform.services, ctx);
  if (!paid?.customer) {
    throw new Conflict("plan/not-paid", "This guild has no payment yet.");
  }
  return { url: await payments.portal(paid.customer, planPage(ctx, platform.services)) };
}

/**
 * Applies an event of the payment provider. Events may arrive in any order and several times, and each is
 * applied once. @throws {Unauthenticated} `payment/bad-signature`
 */
export async function takeNews(
  platform: PlatformContext,
  message: string,
  signature: string,
): Promise<"taken" | "known" | "not ours"> {
  const { services } = platform;
  const { payments } = services;
  if (!payments) return notFound();
  const event = await payments.event(message, signature);
  if (!event) return "not ours";
  const { id, type, guildId, plan, isActive, customer, reference, asOf } = event;
  const caller = { type: "system", name: "payments" } as const;
  const ctx = { ...platform, caller };
  const known = new Conflict("payment/known", "This message was already received.");
  try {
    await write(services.platform.db, [
      guard(not(existsIn(paymentEvents, eq(paymentEvents.id, id))), () => known),
      insertInto(paymentEvents, { id, type, guildId, receivedAt: services.now().getTime() }),
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
    "Payment is not available here. Ask the operator of this platform for a larger plan.",
  );
}

async function paidNow(services: Services, { guild }: GuildContext) {
  const all = await subscriptionsOf(services, guild.id);
  return all.find(({ source }) => source === "stripe");
}

function planPage({ guild }: GuildContext, { config }: Services): string {
  return new URL(`/g/${guild.slug}/settings/plan`, config.publicUrl).href;
}
