import type { Context, MiddlewareHandler } from "hono";
import type { GuildEnv } from "../../http/env.ts";

/** How people outside the guild reach a page. */
export interface Share {
  /** The page's own address, without filters. */
  readonly canonical: string;
  /** What others see at this link: the page with the reader's filters. */
  readonly link: string;
}

/**
 * The public address of the page of this request, at the platform's host. Undefined while combat logs are
 * closed to visitors: a link would look like a missing page to them.
 */
export function shareOf(c: Context<GuildEnv>): Share | undefined {
  const { guild, services } = c.var;
  if (!guild.guild.visitorAreas.includes("logs")) return undefined;
  const { pathname, searchParams } = new URL(c.req.url);
  const below = pathname.startsWith("/g/") ? pathname.replace(/^\/g\/[^/]+/, "") : pathname;
  const { origin } = services.config.publicUrl;
  const canonical = `${origin}/g/${guild.guild.slug}${below}`;
  searchParams.delete("done");
  const query = searchParams.size > 0 ? `?${searchParams}` : "";
  return { canonical, link: canonical + query };
}

/** Keeps pages that people share by link out of search engines. Pages that are refused are not marked. */
export const unlisted: MiddlewareHandler<GuildEnv> = async (c, next) => {
  await next();
  if (c.error === undefined) c.header("X-Robots-Tag", "noindex, nofollow");
};
