import { z } from "@hono/zod-openapi";
import type { GuildEnv } from "../../http/env.ts";
import { guildOperations } from "../../http/operations.ts";
import { createRouter, json, shownOnce } from "../../http/router.ts";
import { beginCheckout, openPortal, takeNews } from "./checkout.ts";
import { planJson } from "./routes.ts";
import { logStorageOf, usageOf } from "./service.ts";

const api = guildOperations("Plans");
const used = z.object({ used: z.int(), limit: z.int().nullable() });
const address = z.object({ url: z.string() });

export const checkoutInput = z.strictObject({ plan: z.string().min(1).max(40) });

/** Below `/api/g/:guild`: a guild's plan, its use and its payment. */
export const guildPlansApi = createRouter<GuildEnv>();

guildPlansApi.openapi(
  api.get("/settings/plan", {
    id: "getPlanUsage",
    summary: "Get the plan of a guild",
    description: "Returns the guild's plan, its limits, and how much of each is used.",
    needs: "settings.manage",
    answers: {
      200: json(
        z.object({
          plan: planJson,
          usage: z.object({ members: used, guilds: used, keys: used, logBytes: used }),
        }),
        "The guild's plan and how much of it is used.",
      ),
    },
  }),
  async (c) => {
    const { guild } = c.var.guild;
    const { members, guilds, keys } = await usageOf(c.var.services.platform, guild);
    const logBytes = await logStorageOf(c.var.guild);
    return c.json({ plan: guild.plan, usage: { members, guilds, keys, logBytes } }, 200);
  },
);

guildPlansApi.openapi(
  api.post("/settings/plan/checkout", {
    id: "beginCheckout",
    summary: "Begin the payment of a plan",
    description:
      "Returns the address of the payment page. The guild has the plan after the payment " +
      "is confirmed.",
    problems: [
      "payment/not-configured",
      "payment/unavailable",
      "plan/not-for-sale",
      "plan/paid-already",
    ],
    needs: "guild.own",
    body: checkoutInput,
    answers: { 201: shownOnce(address, "Where the plan is paid.") },
    runsEachTime: true,
  }),
  async (c) => {
    const { plan } = c.req.valid("json");
    return c.json(await beginCheckout(c.var.guild, c.var.platform, plan), 201);
  },
);

guildPlansApi.openapi(
  api.post("/settings/plan/portal", {
    id: "openPaymentPortal",
    summary: "Open the payment portal",
    description: "Returns an address at which the payment can be changed or ended.",
    problems: ["payment/not-configured", "payment/unavailable", "plan/not-paid"],
    needs: "guild.own",
    answers: { 201: shownOnce(address, "Where the payment is changed or ended.") },
    runsEachTime: true,
  }),
  async (c) => c.json(await openPortal(c.var.guild, c.var.platform), 201),
);

/** The webhook of the payment provider. It authenticates by a signature, not by a session. */
export const paymentNewsApi = createRouter();

paymentNewsApi.post("/payments/stripe", async (c) => {
  const signature = c.req.header("stripe-signature") ?? "";
  const outcome = await takeNews(c.var.platform, await c.req.text(), signature);
  return c.json({ outcome });
});
