import { createRoute, z } from "@hono/zod-openapi";
import { requirePermission } from "../../http/access.ts";
import type { GuildEnv } from "../../http/env.ts";
import {
  createRouter,
  json,
  jsonBody,
  problem,
  runsEachTime,
  shownOnce,
} from "../../http/router.ts";
import { beginCheckout, openPortal, takeNews } from "./paying.ts";
import { planJson } from "./routes.ts";
import { logStorageOf, usageOf } from "./service.ts";

const tags = ["Plans"];
const used = z.object({ used: z.int(), limit: z.int().nullable() });
const address = z.object({ url: z.string() });

export const checkoutInput = z.strictObject({ plan: z.string().min(1).max(40) });

const getUsage = createRoute({
  method: "get",
  path: "/settings/plan",
  operationId: "getPlanUsage",
  tags,
  middleware: [requirePermission("settings.manage")] as const,
  responses: {
    200: json(
      z.object({
        plan: planJson,
        usage: z.object({ members: used, guilds: used, keys: used, logBytes: used }),
      }),
      "The guild's plan and how much of it is used.",
    ),
    default: problem,
  },
});

const checkout = createRoute({
  ...runsEachTime,
  method: "post",
  path: "/settings/plan/checkout",
  operationId: "beginCheckout",
  tags,
  middleware: [requirePermission("guild.own")] as const,
  request: { body: jsonBody(checkoutInput) },
  responses: { 201: shownOnce(address, "Where the plan is paid."), default: problem },
});

const portal = createRoute({
  ...runsEachTime,
  method: "post",
  path: "/settings/plan/portal",
  operationId: "openPaymentPortal",
  tags,
  middleware: [requirePermission("guild.own")] as const,
  responses: {
    201: shownOnce(address, "Where the payment is changed or ended."),
    default: problem,
  },
});

/** Below `/api/g/:guild`: a guild's plan, its use, and paying for it. */
export function guildPlansApi() {
  return createRouter<GuildEnv>()
    .openapi(getUsage, async (c) => {
      const { guild } = c.var.guild;
      const { members, guilds, keys } = await usageOf(c.var.services.platform, guild);
      const logBytes = await logStorageOf(c.var.guild);
      return c.json({ plan: guild.plan, usage: { members, guilds, keys, logBytes } }, 200);
    })
    .openapi(checkout, async (c) => {
      const { plan } = c.req.valid("json");
      return c.json(await beginCheckout(c.var.guild, c.var.platform, plan), 201);
    })
    .openapi(portal, async (c) => c.json(await openPortal(c.var.guild, c.var.platform), 201));
}

/** Where the payment provider sends its news. Whoever has no account here is known by a signature. */
export function paymentNewsApi() {
  const router = createRouter();
  router.post("/payments/stripe", async (c) => {
    const signature = c.req.header("stripe-signature") ?? "";
    const outcome = await takeNews(c.var.platform, await c.req.text(), signature);
    return c.json({ outcome });
  });
  return router;
}
