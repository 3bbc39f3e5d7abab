import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import Stripe from "stripe";

const SECRET_KEY = "sk_test_stand_in";
const WEBHOOK_SECRET = "whsec_stand_in";
const PRICE = "price_premium";

/** A subscription as the fake keeps it. */
export interface Subscribed {
  status: Stripe.Subscription.Status;
  readonly guildId: string;
  readonly customer: string;
  readonly price?: string;
}

/** A fake of the few Stripe addresses that the product uses, on a local port. */
export async function startStripe() {
  const subscriptions = new Map<string, Subscribed>();
  const asked: { path: string; form: Record<string, unknown> }[] = [];
  const state = { isDown: false };
  const app = new Hono();
  app.use(async (c, next) => {
    if (state.isDown) return c.json({ error: { type: "api_error", message: "down" } }, 500);
    if (c.req.header("authorization") !== `Bearer ${SECRET_KEY}`) {
      return c.json({ error: { type: "invalid_request_error", message: "key" } }, 401);
    }
    return await next();
  });
  app.post("/v1/checkout/sessions", async (c) => {
    asked.push({ path: c.req.path, form: await c.req.parseBody() });
    return c.json({ id: "cs_1", object: "checkout.session", url: `${url()}/pay/cs_1` });
  });
  app.post("/v1/billing_portal/sessions", async (c) => {
    asked.push({ path: c.req.path, form: await c.req.parseBody() });
    return c.json({ id: "bps_1", object: "billing_portal.session", url: `${url()}/portal/1` });
  });
  app.get("/v1/subscriptions/:id", (c) => {
    const id = c.req.param("id");
    const known = subscriptions.get(id);
    if (!known) return c.json({ error: { type: "invalid_request_error", message: "none" } }, 404);
    const { status, guildId, customer, price = PRICE } = known;
    const items = { object: "list", data: [{ id: "si_1", price: { id: price } }] };
    return c.json({ id, object: "subscription", status, customer, metadata: { guildId }, items });
  });
  const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" });
  await new Promise<void>((resolve) => server.once("listening", () => resolve()));
  const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const signer = new Stripe(SECRET_KEY);

  return {
    env: {
      STRIPE_SECRET_KEY: SECRET_KEY,
      STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET,
      STRIPE_PRICES: `premium=${PRICE}`,
      STRIPE_API_URL: url(),
    },
    subscriptions,
    asked,
    state,
    /** A message as Stripe sends it, signed with the package's own helper. */
    message(
      event: { id: string; type: string; subscription: string },
      signed: { at: Date; secret?: string },
    ) {
      const payload = JSON.stringify({
        id: event.id,
        object: "event",
        type: event.type,
        data: { object: { id: event.subscription, object: "subscription" } },
      });
      const signature = signer.webhooks.generateTestHeaderString({
        payload,
        secret: signed.secret ?? WEBHOOK_SECRET,
        timestamp: Math.floor(signed.at.getTime() / 1_000),
      });
      return { payload, signature };
    },
    stop: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}
