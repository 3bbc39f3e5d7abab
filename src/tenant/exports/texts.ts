import { realmKey } from "../../kernel/game/realms.ts";
import { placeText } from "../roster/names.ts";
import type { Player } from "../roster/players.ts";

/** A text on one line. Addons end a row at each line break. */
export function oneLine(text: string): string {
  return text.replace(/\s*[\r\n]+\s*/g, " ").trim();
}

/** The name of a player's character, without a realm if that is `ownRealm`. */
export function playerName(player: Player, ownRealm: string): string {
  const { character } = player;
  if (character === undefined) return player.name;
  const isOwn = realmKey(character.realm) === realmKey(ownRealm);
  return isOwn ? character.name : placeText(character);
}

/** `Name-Realm` as the game writes it: the realm without spaces. */
export function gameName(player: Player, ownRealm: string): string {
  const { character } = player;
  if (character === undefined) return player.name;
  const realm = (character.realm || ownRealm).replace(/\s/g, "");
  return placeText({ name: character.name, realm });
}
