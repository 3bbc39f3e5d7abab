import { expect, test } from "vitest";
import type { FormatName } from "../../../src/tenant/imports/reader.ts";
import { placeKey } from "../../../src/tenant/roster/names.ts";
import { read } from "./read.ts";

/** Spellings of each realm: of people, of addons and of addresses, with other signs or none. */
const REALMS: Readonly<Record<string, readonly string[]>> = {
  "Quel'Thalas": ["Quel'Thalas", "Quel’Thalas", "QuelThalas", "quelthalas", "quel'thalas"],
  "Twisting Nether": ["Twisting Nether", "TwistingNether", "twisting-nether"],
  "Azjol-Nerub": ["Azjol-Nerub", "AzjolNerub", "azjol nerub"],
  "Aggra (Português)": ["Aggra (Português)", "Aggra(Português)", "aggra-portugues"],
};

const SECONDS = 1_580_000_000;
const item = { item_name: "Helm", item_id: 7, awarded_at: "2020-01-26T00:53:20Z" };

/** A file of each format that names one character. Raid-Helper and WebDKP name no characters. */
const FILES: Readonly<
  Record<Exclude<FormatName, "raid-helper" | "webdkp">, (name: string, realm: string) => string>
> = {
  monolithdkp: (name, realm) =>
    `MonDKP_DKPTable = {{ ["player"] = "${name}-${realm}", ["class"] = "MAGE", ["dkp"] = 24 }}`,
  clm: (name, realm) => `date,name,itemID,id\n2020-01-26,${name}-${realm},7,${SECONDS}7\n`,
  gargul: (name, realm) =>
    `@ID;@ITEM;@ILVL;@OS;@WINNER;@YEAR-@MONTH-@DAY\n7;Helm;1;0;${name}-${realm};2025-10-01\n`,
  "guild-roster-manager": (name, realm) =>
    `GRM_GuildMemberHistory_Save = {["Vow-Area52"]={["${name}-${realm}"]={["GUID"]="Player-1-1",
      ["name"]="${name}-${realm}",["rankIndex"]=1},}}
    GRM_PlayersThatLeftHistory_Save = {} GRM_Alts = {}`,
  rclootcouncil: (name, realm) =>
    `player,date,time,id,item,itemID,response\n${name}-${realm},2020/1/26,20:00:00,1-1,Helm,7,Need\n`,
  thatsmybis: (name, realm) =>
    `type,member_name,character_name,character_class,item_name,item_id\nwishlist,Ann,${name}-${realm},Mage,Helm,7\n`,
  "eqdkp-plus": (name, realm) =>
    JSON.stringify({
      players: {
        "player:5": {
          ...{ id: 5, name: `${name}-${realm}`, main_id: 5, main_name: `${name}-${realm}` },
          points: { multidkp_points: { multidkp_id: 1, points_current: "12.00" } },
        },
      },
      multidkp_pools: {},
    }),
  softres: (name, realm) => `ItemId,Name,Class,Note,Plus\n7,${name}-${realm},Mage,,0\n`,
  wowaudit: (name, realm) =>
    JSON.stringify({ history_items: [{ ...item, id: 5, character_name: name, realm }] }),
  sheet: (name, realm) =>
    `Discord,Character,Class,Spec,Role,MainAlt\nann,${name}-${realm},Mage,Fire,DPS,Main\n`,
  "opening-balances": (name, realm) => `name,points\n${name}-${realm},12\n`,
  roster: (name, realm) => `Name,Class\n${name}-${realm},Mage\n`,
};

test.each(Object.entries(FILES))(
  "%s: every spelling of a realm names the same character, also of the guild's own realm",
  (format, file) => {
    for (const [realm, spellings] of Object.entries(REALMS)) {
      const key = placeKey({ name: "Alto", realm });
      for (const spelling of spellings) {
        const text = file("Alto", spelling);
        const foreign = read(text);
        expect([spelling, foreign.format]).toEqual([spelling, format]);
        expect([spelling, ...charactersOf(foreign).map(placeKey)]).toEqual([spelling, key]);
        const own = charactersOf(read(text, realm));
        expect([spelling, own.map((one) => one.realm)]).toEqual([spelling, [realm]]);
      }
    }
  },
);

function charactersOf({ data }: ReturnType<typeof read>) {
  return data("character") as { readonly name: string; readonly realm: string }[];
}
