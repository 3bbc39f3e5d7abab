import { localClock } from "../../kernel/calendar.ts";
import { csvLine } from "../../kernel/csv.ts";
import type { GuildContext } from "../context.ts";
import { type FiledAward, type FiledWish, filedAwards, filedWishes } from "../loot/exports.ts";
import { lootFileKey } from "../loot/file-keys.ts";
import { raidTeamsOf } from "../raids/teams.ts";
import { packed } from "./packed.ts";
import { oneLine, playerName } from "./texts.ts";

/** The tokens of Gargul's award template. The first six are the usual ones; readers ignore the others. */
const HEAD = "@ID;@ITEM;@ILVL;@OS;@WINNER;@YEAR-@MONTH-@DAY;@TIME;@REALM;@CHECKSUM";

/**
 * The loot history as Gargul's export lines. The header begins with "@", which the readers look for, so it
 * has no apostrophe. Items of the guild's bank are left out: Gargul has no word for it.
 */
export async function* gargulLines(ctx: GuildContext): AsyncGenerator<string> {
  yield `${HEAD}\n`;
  for await (const page of filedAwards(ctx)) {
    const rows = page.filter(({ fate }) => fate !== "bank");
    yield rows.map((award) => `${csvLine(cellsOf(award, ctx), ";")}\n`).join("");
  }
}

function cellsOf(award: FiledAward, { guild }: GuildContext): readonly string[] {
  const { player } = award;
  const { date, time } = localClock(award.at, guild.timeZone);
  return [
    String(award.itemId ?? ""),
    oneLine(award.itemName),
    String(award.itemLevel ?? ""),
    award.spec === "off" ? "1" : "0",
    player ? (player.character?.name ?? player.name) : "_disenchanted",
    date,
    time,
    player?.character?.realm.replace(/\s/g, "") ?? "",
    lootFileKey(award),
  ];
}

/**
 * Wishlists and priorities as the text of thatsmybis that Gargul imports: base64 of zlib of JSON. Items are
 * named by their ids, so wishes for items without a known id are left out.
 */
export function gargulWishlists(ctx: GuildContext): AsyncGenerator<string> {
  return packed(wishlistParts(ctx));
}

async function* wishlistParts(ctx: GuildContext): AsyncGenerator<string> {
  const teams = await raidTeamsOf(ctx);
  const teamOf = new Map(
    teams.flatMap(({ members }, at) => members.map(({ personId }) => [personId, at + 1] as const)),
  );
  const wanted = new Map<number, string[]>();
  for await (const page of filedWishes(ctx)) {
    for (const { itemId, ...wish } of page) {
      if (itemId === null) continue;
      const facts = [wish.rank, wish.isPrio ? 1 : 2, teamOf.get(wish.personId) ?? 0];
      const entry = [listName(wish, ctx), ...facts].join("|");
      const entries = wanted.get(itemId);
      if (entries) entries.push(entry);
      else wanted.set(itemId, [entry]);
    }
  }
  let before = '{"wishlists":{';
  for (const [itemId, entries] of wanted) {
    yield `${before}"${itemId}":${JSON.stringify(entries)}`;
    before = ",";
  }
  const groups = Object.fromEntries(teams.map(({ name }, at) => [String(at + 1), name]));
  const rest = { groups, notes: {}, tiers: {}, loot: "" };
  yield `${wanted.size === 0 ? before : ""}},${JSON.stringify(rest).slice(1)}`;
}

/** The name in lower case, with "(OS)" before the realm: Gargul cuts off what follows a hyphen. */
function listName(
  { player, isOffSpec }: Omit<FiledWish, "itemId">,
  { guild }: GuildContext,
): string {
  const [name, ...realm] = playerName(player, guild.realm).replaceAll("|", "").split("-");
  return [`${name!.toLowerCase()}${isOffSpec ? "(OS)" : ""}`, ...realm].join("-");
}
