import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readConfig } from "../../../src/config.ts";
import { limits } from "../../../src/limits.ts";
import { type TestApp, type TestGuild, testApp } from "../../support/app.ts";
import { startStripe } from "../../support/stripe.ts";
import { anOperator } from "../console/support.ts";
import { countOf, tally } from "../guilds/support.ts";

let stripe: Awaited<ReturnType<typeof startStripe>>;
let t: TestApp;
beforeAll(async () => {
  stripe = await startStripe();
  t = await testApp(stripe.env);
});
afterAll(async () => {
  await t.close();
  await stripe.stop();
});

const planOf = async (guild: TestGuild) => (await t.services.platform.guild(guild.id))!.plan.name;

let number = 0;

/** A guild with a subscription at Stripe that we have not heard of yet. */
async function paying() {
  const slug = `paying-${"abcdefghijklmnopqrstuvwxyz"[number++]}`;
  const guild = await t.guild(slug);
  const subscription = `sub_${slug}`;
  const known = { status: "active" as const, guildId: guild.id, customer: `cus_${slug}` };
  stripe.subscriptions.set(subscription, known);
  return { guild, subscription };
}

async function send({ payload, signature }: { payload: string; signature: string }) {
  return await t.request("/api/payments/stripe", {
    method: "POST",
    body: payload,
    headers: { "content-type": "application/json", "stripe-signature": signature },
  });
}

const event = (id: string, subscription: string, type = "customer.subscription.updated") =>
  stripe.message({ id, type, subscription }, { at: t.now() });

describe("paying for a plan", () => {
  test("begins at Stripe with the guild, its price and the way back, for the owner only", async () => {
    const { guild } = await paying();
    const admin = await t.as("admin", guild);
    expect((await admin.post("/settings/plan/checkout", { plan: "premium" })).status).toBe(403);
    const made = await guild.owner.post("/settings/plan/checkout", { plan: "premium" });
    expect([made.status, made.body.url]).toEqual([201, expect.stringContaining("/pay/cs_1")]);
    expect(stripe.asked.at(-1)!.form).toMatchObject({
      mode: "subscription",
      "line_items[0][price]": "price_premium",
      "subscription_data[metadata][guildId]": guild.id,
      customer_email: guild.owner.identity.email,
      success_url: `http://localhost/g/${guild.slug}/settings/plan?done=paid`,
    });
    expect(await planOf(guild)).toBe("free");
    const other = await guild.owner.post("/settings/plan/checkout", { plan: "free" });
    expect([other.status, other.body.type]).toEqual([422, "/problems/plan/not-for-sale"]);
  });

  test("works by a form without scripts, and the policy lets the form lead there", async () => {
    const { guild } = await paying();
    const address = `/g/${guild.slug}/settings/plan`;
    const page = await guild.owner.page(address);
    expect(page.text).toContain("Pay for premium");
    expect(page.headers.get("content-security-policy")).toContain(
      "form-action 'self' https://checkout.stripe.com https://billing.stripe.com",
    );
    const sent = await guild.owner.submit(`${address}/checkout`, { plan: "premium" });
    expect([sent.status, sent.headers.get("location")]).toEqual([
      303,
      expect.stringContaining("/pay/cs_1"),
    ]);
    const admin = await t.as("admin", guild);
    expect((await admin.page(address)).text).toContain("Only the owner");
  });

  test("gives the plan with Stripe's signed event, and removes it when the payment ends", async () => {
    const { guild, subscription } = await paying();
    const answer = await send(event(`evt_${guild.slug}_1`, subscription));
    expect([answer.status, await answer.json()]).toEqual([200, { outcome: "taken" }]);
    expect(await planOf(guild)).toBe("premium");
    const page = await guild.owner.page(`/g/${guild.slug}/settings/plan`);
    expect(page.text).toContain("Manage payment");
    const again = await guild.owner.post("/settings/plan/checkout", { plan: "premium" });
    expect(again.body.type).toBe("/problems/plan/paid-already");
    const portal = await guild.owner.submit(`/g/${guild.slug}/settings/plan/portal`, {});
    expect([portal.status, stripe.asked.at(-1)!.form["customer"]]).toEqual([
      303,
      `cus_${guild.slug}`,
    ]);
    stripe.subscriptions.get(subscription)!.status = "canceled";
    await send(event(`evt_${guild.slug}_2`, subscription, "customer.subscription.deleted"));
    expect(await planOf(guild)).toBe("free");
  });

  test("stays while Stripe retries the payment, and ends when it gives up", async () => {
    const { guild, subscription } = await paying();
    for (const [status, plan] of [
      ["past_due", "premium"],
      ["unpaid", "free"],
      ["active", "premium"],
      ["incomplete_expired", "free"],
    ] as const) {
      stripe.subscriptions.get(subscription)!.status = status;
      await send(event(`evt_${guild.slug}_${status}`, subscription));
      expect([status, await planOf(guild)]).toEqual([status, plan]);
    }
  });
});

describe("S53 what Stripe sends", () => {
  test("has one effect, even when it comes ten times at once and once more", async () => {
    const { guild, subscription } = await paying();
    const message = event("evt_replayed", subscription);
    const answers = await Promise.all(Array.from({ length: 10 }, () => send(message)));
    expect(tally(answers)).toEqual({ 200: 10 });
    const outcomes = await Promise.all(answers.map((answer) => answer.json()));
    expect(outcomes.filter(({ outcome }) => outcome === "taken")).toHaveLength(1);
    const auditor = await anOperator(t, ["audit"]);
    const rows = async () =>
      (await auditor.get(`/api/operator/audit?action=plan.paid&guild=${guild.slug}`)).body.items;
    expect(await rows()).toHaveLength(1);
    expect(await (await send(message)).json()).toEqual({ outcome: "known" });
    expect(await rows()).toHaveLength(1);
    expect(await countOf(t, "payment_events WHERE id = 'evt_replayed'")).toBe(1);
  });

  test("in the wrong order ends with the present state, not with the last event", async () => {
    const { guild, subscription } = await paying();
    const began = event("evt_began", subscription, "customer.subscription.created");
    stripe.subscriptions.get(subscription)!.status = "canceled";
    await send(event("evt_ended", subscription, "customer.subscription.deleted"));
    t.advance(1_000);
    await send(began);
    expect(await planOf(guild)).toBe("free");
  });

  test("about an older payment does not end the one that replaced it", async () => {
    const { guild, subscription } = await paying();
    const second = { ...stripe.subscriptions.get(subscription)! };
    stripe.subscriptions.set("sub_second", second);
    await send(event("evt_first", subscription));
    await send(event("evt_second", "sub_second"));
    stripe.subscriptions.get(subscription)!.status = "canceled";
    await send(event("evt_first_over", subscription));
    expect(await planOf(guild)).toBe("premium");
    second.status = "canceled";
    await send(event("evt_second_over", "sub_second"));
    expect(await planOf(guild)).toBe("free");
  });

  test("unsigned, signed with another key, changed or signed too long ago is refused and does nothing", async () => {
    const { guild, subscription } = await paying();
    const event = { id: "evt_forged", type: "customer.subscription.updated", subscription };
    const good = stripe.message(event, { at: t.now() });
    const old = new Date(t.now().getTime() - limits.payments.newsAgeMs - 1_000);
    const forged = [
      { ...good, signature: "" },
      { ...good, signature: "t=1,v1=00" },
      stripe.message(event, { at: t.now(), secret: "whsec_of_somebody_else" }),
      stripe.message(event, { at: old }),
      { ...good, payload: good.payload.replace(subscription, "sub_other") },
    ];
    for (const message of forged) {
      const answer = await send(message);
      expect([answer.status, (await answer.json()).type]).toEqual([
        401,
        "/problems/payment/bad-signature",
      ]);
    }
    expect(await planOf(guild)).toBe("free");
    expect(await countOf(t, "payment_events WHERE id = 'evt_forged'")).toBe(0);
  });

  test("about something else, or a price without a plan, changes nothing", async () => {
    const { guild, subscription } = await paying();
    const invoice = await send(event("evt_invoice", subscription, "invoice.paid"));
    stripe.subscriptions.set("sub_shirt", {
      status: "active",
      guildId: guild.id,
      customer: "cus_x",
      price: "price_shirt",
    });
    const shirt = await send(event("evt_shirt", "sub_shirt"));
    for (const answer of [invoice, shirt]) {
      expect([answer.status, await answer.json()]).toEqual([200, { outcome: "not ours" }]);
    }
    expect(await planOf(guild)).toBe("free");
  });

  test("is fetched again when Stripe does not answer, and applied then", async () => {
    const { guild, subscription } = await paying();
    stripe.state.isDown = true;
    const message = event("evt_down", subscription);
    const answer = await send(message);
    expect([answer.status, (await answer.json()).type]).toEqual([
      503,
      "/problems/payment/unavailable",
    ]);
    stripe.state.isDown = false;
    expect(await (await send(message)).json()).toEqual({ outcome: "taken" });
    expect(await planOf(guild)).toBe("premium");
  });
});

test("a granted plan outlives a payment, and a payment outlives a grant", async () => {
  const { guild, subscription } = await paying();
  const operator = await anOperator(t, ["plans"]);
  const address = `/api/operator/guilds/${guild.id}/grant`;
  await operator.put(address, { plan: "premium", until: null, reason: "Beta" });
  await send(event(`evt_${guild.slug}`, subscription));
  await operator.delete(address);
  expect(await planOf(guild)).toBe("premium");
  await operator.put(address, { plan: "premium", until: null, reason: "Beta" });
  stripe.subscriptions.get(subscription)!.status = "canceled";
  await send(event(`evt_${guild.slug}_over`, subscription));
  expect(await planOf(guild)).toBe("premium");
  await operator.delete(address);
  expect(await planOf(guild)).toBe("free");
});

test("without Stripe the page says how to get a plan, no button is there, and nothing can be paid", async () => {
  await using plain = await testApp();
  const guild = await plain.guild("unpaid");
  const page = await guild.owner.page("/g/unpaid/settings/plan");
  expect(page.text).toContain("Ask the operator of this platform");
  expect(page.text).not.toContain("/settings/plan/checkout");
  expect(page.headers.get("content-security-policy")).not.toContain("stripe");
  const tried = await guild.owner.post("/settings/plan/checkout", { plan: "premium" });
  expect([tried.status, tried.body.type]).toEqual([501, "/problems/payment/not-configured"]);
  const sent = await plain.anonymous.post("/api/payments/stripe", {});
  expect(sent.status).toBe(404);
});

test("half of Stripe's configuration is refused at the start", () => {
  const { STRIPE_PRICES: _left, ...half } = stripe.env;
  expect(() => readConfig({ GUILDHALL_SECRET: "x".repeat(32), ...half })).toThrow(
    /belong together/,
  );
});
