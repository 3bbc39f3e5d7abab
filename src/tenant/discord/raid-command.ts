import { plainText } from "../identity/integrity/discord-text.ts";
import { comingRaids, raid } from "../raids/queries.ts";
import { RAID_ROLES } from "../roster/classes.ts";
import type { Call } from "./commands.ts";
import { pageUrl } from "./page-url.ts";

/** `/raid`: the next raid, who comes, and the caller's own answer. */
export async function raidAnswer(call: Call): Promise<string> {
  const { ctx, messages, link } = call;
  const t = messages.discord;
  const { items } = await comingRaids(ctx, { limit: 1 });
  const [next] = items;
  if (next === undefined) return t.noRaid;
  const { name, startsAt, coming, composition, people, id } = await raid(ctx, next.id);
  const seconds = Math.floor(startsAt / 1_000);
  const roles = RAID_ROLES.map((role) => messages.roster.roleCounts[role](composition[role]));
  const own = people.find(({ personId }) => personId === link?.personId)?.signup;
  return [
    `**${plainText(name)}** · <t:${seconds}:F> (<t:${seconds}:R>)`,
    `${t.coming(coming)} · ${roles.join(" · ")}`,
    own ? t.yourAnswer(messages.raids.signups[own]) : t.noAnswer,
    pageUrl(call, `/raids/${id}`),
  ].join("\n");
}
