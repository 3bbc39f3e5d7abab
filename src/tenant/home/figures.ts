import { sql } from "drizzle-orm";
import { createMiddleware } from "hono/factory";
import { prepare, rowsOf, type Values } from "../../database/query.ts";
import type { GuildEnv } from "../../http/env.ts";
import type { NavFigures } from "../../web/places.ts";
import { openAuctionCount } from "../auctions/queries.ts";
import { type GuildContext, may } from "../context.ts";
import { openIssueCount } from "../identity/queries.ts";
import { openClaimCount } from "../roster/claims.ts";
import { hasJoins } from "../roster/joins.ts";
import { personIdOfUser } from "../roster/queries.ts";

const raiderFigures = prepare(({ userId }: Values<{ userId: string }>) =>
  rowsOf(
    { auctions: openAuctionCount, personId: personIdOfUser(userId) },
    (columns) => sql`select ${columns}`,
  ),
);

const officerFigures = prepare(({ userId }: Values<{ userId: string }>) =>
  rowsOf(
    {
      auctions: openAuctionCount,
      personId: personIdOfUser(userId),
      identity: openIssueCount,
      inbox: openClaimCount,
    },
    (columns) => sql`select ${columns}`,
  ),
);

/** Lets the pages read the figures of their navigation. It costs nothing until a page does. */
export const navFigures = createMiddleware<GuildEnv>(async function navFigures(c, next) {
  c.set("figures", () => figuresOf(c.var.guild));
  await next();
});

/** One query, none for visitors. Undefined when the database fails: pages of the platform work on. */
async function figuresOf(ctx: GuildContext): Promise<NavFigures | undefined> {
  if (ctx.actor.type !== "user") return undefined;
  const { userId } = ctx.actor;
  const none = { auctions: 0, personId: null, identity: 0, inbox: 0 };
  const decides = may(ctx, "roster.manage") && hasJoins(ctx);
  try {
    const found = decides
      ? await officerFigures.first(ctx.db, { userId })
      : await raiderFigures.first(ctx.db, { userId });
    return { ...none, ...found };
  } catch {
    return undefined;
  }
}
