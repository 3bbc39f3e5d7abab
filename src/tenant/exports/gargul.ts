import { localClock } from "../../kernel/calendar.ts";
import { csvLine } from "../../kernel/csv.ts";
import type { GuildContext } from "../context.ts";
import { type FiledAward, filedAwards } from "../loot/exports.ts";
import { lootFileKey } from "../loot/file-keys.ts";
import { oneLine } from "./texts.ts";

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
