import type { View } from "../http/view.ts";

/** A link into this guild. `path` begins with a slash or is empty. */
export function guildHref(view: View, path: string): string {
  return `/g/${view.guild!.guild.slug}${path}`;
}
