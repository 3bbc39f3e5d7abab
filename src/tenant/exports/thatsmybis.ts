import { csvLine } from "../../kernel/csv.ts";
import type { GuildContext } from "../context.ts";
import { type FiledAward, type FiledWish, filedAwards, filedWishes } from "../loot/exports.ts";
import { lootFileKey } from "../loot/file-keys.ts";
import { CLASSES } from "../roster/classes.ts";
import type { Player } from "../roster/players.ts";
import { oneLine, playerName } from "./texts.ts";

/** The columns of the loot export of thatsmybis. */
const COLUMNS = [
  ...["type", "raid_group_name", "member_name", "character_name", "character_class"],
  ...["character_is_alt", "character_inactive_at", "character_note", "sort_order", "item_name"],
  ...["item_id", "is_offspec", "note", "received_at", "import_id", "item_note", "item_prio_note"],
  ...["officer_note", "item_tier", "item_tier_label", "created_at", "updated_at"],
  ...["instance_name", "source_name"],
] as const;

/** Received items. Items without a receiver are left out: the site has only items of characters. */
export async function* thatsmybisLoot(ctx: GuildContext): AsyncGenerator<string> {
  yield `${COLUMNS.join(",")}\n`;
  for await (const page of filedAwards(ctx)) {
    yield page
      .flatMap((award) => (award.player ? [received(award, award.player, ctx)] : []))
      .join("");
  }
}

/** Wishes and priorities. */
export async function* thatsmybisWishes(ctx: GuildContext): AsyncGenerator<string> {
  yield `${COLUMNS.join(",")}\n`;
  for await (const page of filedWishes(ctx)) yield page.map((wish) => wished(wish, ctx)).join("");
}

function received(award: FiledAward, player: Player, ctx: GuildContext): string {
  const at = utcTime(award.at);
  return line({
    type: "received",
    ...who(player, ctx),
    item_name: award.itemName,
    item_id: award.itemId,
    is_offspec: award.spec === "off" ? 1 : 0,
    note: award.note,
    received_at: at,
    import_id: lootFileKey(award),
    created_at: at,
    updated_at: at,
    instance_name: award.raidName,
    source_name: award.boss,
  });
}

function wished(wish: FiledWish, ctx: GuildContext): string {
  const at = utcTime(wish.at);
  return line({
    type: wish.isPrio ? "prio" : "wishlist",
    ...who(wish.player, ctx),
    sort_order: wish.rank,
    item_name: wish.itemName,
    item_id: wish.itemId,
    is_offspec: wish.isOffSpec ? 1 : 0,
    note: wish.note,
    created_at: at,
    updated_at: at,
  });
}

function who(player: Player, { guild }: GuildContext) {
  const { character } = player;
  return {
    member_name: player.name,
    character_name: playerName(player, guild.realm),
    character_class: character ? CLASSES[character.class].name : "",
    character_is_alt: 0,
  };
}

function line(cells: Readonly<Partial<Record<string, string | number | null>>>): string {
  return `${csvLine(COLUMNS.map((name) => oneLine(String(cells[name] ?? ""))))}\n`;
}

/** The site writes times in UTC, as `2026-11-30 20:15:00`. */
function utcTime(at: number): string {
  return new Date(at).toISOString().slice(0, 19).replace("T", " ");
}
