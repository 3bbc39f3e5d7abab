import type { Services } from "../../services.ts";
import type { GuildContext } from "../context.ts";

/** The full address of a page of the guild, for a message outside. */
export function pageUrl(
  place: { readonly services: Pick<Services, "config">; readonly ctx: Pick<GuildContext, "guild"> },
  path: string,
): string {
  const { slug } = place.ctx.guild;
  return new URL(`/g/${slug}${path}`, place.services.config.publicUrl).href;
}
