import { limits } from "../../limits.ts";
import { classWithSpec } from "../../web/i18n/index.ts";
import { standings } from "../dkp/standings.ts";
import { plainText } from "../identity/integrity/discord-text.ts";
import { linkOfDiscord } from "../identity/own-discord.ts";
import { RAID_ROLES } from "../roster/classes.ts";
import { type Person, person, persons, rosterSummary } from "../roster/service.ts";
import { linesWithin } from "./answers.ts";
import type { Call } from "./commands.ts";
import { pageUrl } from "./page-url.ts";

/** `/whois`: a member of the server, or a person by a part of their name. Without both, the caller. */
export async function whoisAnswer(call: Call): Promise<string> {
  const { ctx, messages, options } = call;
  const t = messages.discord;
  const name = options.get("name");
  if (name !== undefined) {
    const { items } = await persons(ctx, { q: name, limit: limits.discord.whoisMax });
    if (items.length === 0) return t.noSuchPerson(plainText(name));
    return linesWithin(
      "",
      items.flatMap((one) => personLines(call, one)),
      "",
    );
  }
  const discordId = options.get("member") ?? call.place.discordId;
  const link = await linkOfDiscord.first(ctx.db, { discordId });
  // Asked for before the answer, because it checks the right to see the roster.
  const found = await persons(ctx, { limit: 1 }).then(() => link && person(ctx, link.personId));
  if (link === undefined || found === undefined) return t.noSuchMember;
  const isSure = link.confirmedAt !== null || link.source === "manual";
  return linesWithin(isSure ? "" : t.probably, personLines(call, found), "");
}

function personLines({ messages }: Call, { name, characters }: Person): readonly string[] {
  const line = ({ name: character, class: classId, spec, isMain }: Person["characters"][number]) =>
    `${isMain ? "★" : "•"} ${plainText(character)} · ${classWithSpec(messages, classId, spec)}`;
  return [`**${plainText(name)}**`, ...characters.map(line)];
}

/** `/roster`: how many people there are, and their mains. */
export async function rosterAnswer(call: Call): Promise<string> {
  const { ctx, messages, options } = call;
  const { people, roles } = await rosterSummary(ctx);
  const { items } = await persons(ctx, {
    q: options.get("name"),
    limit: limits.discord.listLinesMax,
  });
  const counts = RAID_ROLES.map((role) => messages.roster.roleCounts[role](roles[role] ?? 0));
  const head = `**${plainText(ctx.guild.name)}** · ${messages.discord.people(people)} · ${counts.join(" · ")}`;
  const lines = items.map(({ name, characters: [main] }) =>
    main === undefined
      ? plainText(name)
      : `${plainText(name)} · ${classWithSpec(messages, main.class, main.spec)}`,
  );
  return linesWithin(head, lines, pageUrl(call, "/roster"));
}

/** `/standings`: the points of the main pool, the highest first. */
export async function standingsAnswer(call: Call): Promise<string> {
  const { ctx, messages, options } = call;
  const { items, pool } = await standings(ctx, {
    sort: "-priority",
    q: options.get("name"),
    limit: limits.discord.listLinesMax,
  });
  const lines = items.map(
    ({ name, points }, index) => `${index + 1}\\. ${plainText(name)} · ${points}`,
  );
  const head = `**${plainText(pool.name)}**`;
  const empty = lines.length === 0 ? [messages.discord.nothing] : lines;
  return linesWithin(head, empty, pageUrl(call, "/standings"));
}
