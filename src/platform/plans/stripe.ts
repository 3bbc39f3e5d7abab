import Stripe from "stripe";
import type { StripeConfig } from "../../config.ts";
import type { Clock } from "../../kernel/clock.ts";
import { Unauthenticated, Unavailable } from "../../kernel/errors.ts";
import type { GuildId } from "../../kernel/ids.ts";
import { limits } from "../../limits.ts";
import type { Order, PaymentEvent, Payments } from "./payments.ts";

/** Paid, or overdue and retried by Stripe, which gives up after some tries. */
const ACTIVE: ReadonlySet<Stripe.Subscription.Status> = new Set(["active", "trialing", "past_due"]);

/** Sells plans as subscriptions of Stripe, by its checkout, customer portal and signed webhooks. */
export class StripePayments implements Payments {
  readonly plans: readonly string[];
  readonly origins: readonly string[];
  readonly #stripe: Stripe;
  readonly #config: StripeConfig;
  readonly #now: Clock;

  constructor(config: StripeConfig, now: Clock) {
    const { protocol, hostname, port } = config.apiUrl;
    this.plans = [...config.prices.keys()];
    this.origins = ["https://checkout.stripe.com", "https://billing.stripe.com"];
    this.#config = config;
    this.#now = now;
    this.#stripe = new Stripe(config.secretKey, {
      httpClient: Stripe.createFetchHttpClient(),
      host: hostname,
      protocol: protocol === "http:" ? "http" : "https",
      ...(port !== "" && { port }),
      timeout: limits.payments.deadlineMs,
      maxNetworkRetries: limits.payments.retriesMax,
      telemetry: false,
    });
  }

  async checkout(order: Order): Promise<string> {
    const price = this.#config.prices.get(order.plan);
    if (price === undefined) throw new Error(`There is no price for the plan ${order.plan}.`);
    const metadata = { guildId: order.guildId };
    const session = await this.#asked(
      this.#stripe.checkout.sessions.create({
        mode: "subscription",
        line_items: [{ price, quantity: 1 }],
        client_reference_id: order.guildId,
        metadata,
        subscription_data: { metadata },
        ...(order.customer ? { customer: order.customer } : { customer_email: order.email }),
        success_url: order.paidAt,
        cancel_url: order.canceledAt,
      }),
    );
    if (session.url === null) throw unavailable();
    return session.url;
  }

  async portal(customer: string, backTo: string): Promise<string> {
    const portal = this.#stripe.billingPortal.sessions;
    return (await this.#asked(portal.create({ customer, return_url: backTo }))).url;
  }

  async event(message: string, signature: string): Promise<PaymentEvent | undefined> {
    const event = await this.#verified(message, signature);
    if (!event.type.startsWith("customer.subscription.")) return undefined;
    const { id: reference } = event.data.object as Stripe.Subscription;
    // Events may arrive out of order, so read the current state of the subscription.
    const asOf = this.#now().getTime();
    const now = await this.#asked(this.#stripe.subscriptions.retrieve(reference));
    const guildId = now.metadata["guildId"];
    const plan = this.#planOf(now.items.data[0]?.price.id);
    if (guildId === undefined || plan === undefined) return undefined;
    return {
      id: event.id,
      type: event.type,
      guildId: guildId as GuildId,
      plan,
      isActive: ACTIVE.has(now.status),
      customer: typeof now.customer === "string" ? now.customer : now.customer.id,
      reference,
      asOf,
    };
  }

  async #verified(message: string, signature: string): Promise<Stripe.Event> {
    try {
      return await this.#stripe.webhooks.constructEventAsync(
        message,
        signature,
        this.#config.webhookSecret,
        limits.payments.newsAgeMs / 1_000,
        undefined,
        this.#now().getTime(),
      );
    } catch (error) {
      throw new Unauthenticated(
        "payment/bad-signature",
        "This message is too old or not signed by the payment provider. Send it again.",
        {},
        { cause: error },
      );
    }
  }

  #planOf(price: string | undefined): string | undefined {
    return [...this.#config.prices].find(([, known]) => known === price)?.[0];
  }

  async #asked<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      throw unavailable(error);
    }
  }
}

function unavailable(cause?: unknown): Unavailable {
  return new Unavailable(
    "payment/unavailable",
    "The payment provider does not answer. Nothing was paid. Try again later.",
    { retryAfterMs: limits.payments.retryAfterMs },
    { cause },
  );
}
