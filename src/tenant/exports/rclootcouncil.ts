import { localClock } from "../../kernel/calendar.ts";
import { csvLine } from "../../kernel/csv.ts";
import type { GuildContext } from "../context.ts";
import { type FiledAward, filedAwards } from "../loot/exports.ts";
import { lootFileKey } from "../loot/file-keys.ts";
import { gameName, oneLine } from "./texts.ts";

/** The columns of RCLootCouncil's history, in its order. The addon refuses any other header. */
const COLUMNS = [
  ...["player", "date", "time", "id", "item", "itemID", "itemString", "response", "votes", "class"],
  ...["instance", "boss", "difficultyID", "mapID", "groupSize", "gear1", "gear2", "responseID"],
  ...["isAwardReason", "subType", "equipLoc", "note", "owner"],
] as const;

/** What the addon calls a fate, by the numbers of its first buttons and award reasons. */
const RESPONSES = {
  main: { response: "Mainspec/Need", responseID: 1, isAwardReason: false, player: "" },
  off: { response: "Offspec/Greed", responseID: 2, isAwardReason: false, player: "" },
  disenchanted: {
    response: "Disenchant",
    responseID: 1,
    isAwardReason: true,
    player: "Disenchanted",
  },
  bank: { response: "Banking", responseID: 2, isAwardReason: true, player: "Bank" },
} as const;

/**
 * The loot history as CSV that the addon imports in the game. It ends rows at line feeds, knows no doubled
 * quotes, takes an empty last line for a fault and refuses the whole text if a row has no item id. So those
 * rows are left out.
 */
export async function* rclootcouncilCsv(ctx: GuildContext): AsyncGenerator<string> {
  yield COLUMNS.join(",");
  for await (const page of filedAwards(ctx)) {
    const rows = page.filter(({ itemId }) => itemId !== null);
    yield rows.map((award) => `\n${csvLine(cellsOf(award, ctx))}`).join("");
  }
}

/** The same history as JSON, with all awards. */
export async function* rclootcouncilJson(ctx: GuildContext): AsyncGenerator<string> {
  let before = "[";
  for await (const page of filedAwards(ctx)) {
    for (const award of page) {
      yield before + JSON.stringify(entryOf(award, ctx));
      before = ",\n";
    }
  }
  yield before === "[" ? "[]" : "]";
}

function cellsOf(award: FiledAward, ctx: GuildContext): readonly string[] {
  const entry: Readonly<Record<string, unknown>> = entryOf(award, ctx);
  return COLUMNS.map((column) => oneLine(String(entry[column] ?? "")).replaceAll('"', "'"));
}

function entryOf(award: FiledAward, { guild }: GuildContext) {
  const { player, itemId, itemName } = award;
  const { date, time } = localClock(award.at, guild.timeZone);
  const how = RESPONSES[award.fate === "person" ? (award.spec ?? "main") : award.fate];
  return {
    player: player ? gameName(player, guild.realm) : how.player,
    date: date.replaceAll("-", "/"),
    time: `${time}:${String(Math.floor(award.at / 1_000) % 60).padStart(2, "0")}`,
    id: lootFileKey(award),
    item: `[${itemName}]`,
    itemID: itemId,
    itemString: itemId === null ? "" : `item:${itemId}`,
    response: how.response,
    class: player?.character ? classFile(player.character.class) : "",
    instance: award.raidName ?? "",
    boss: award.boss,
    responseID: how.responseID,
    isAwardReason: how.isAwardReason,
    note: award.note,
  };
}

/** The game's name of a class in files: `DEATHKNIGHT`. */
function classFile(id: string): string {
  return id.replaceAll("-", "").toUpperCase();
}
