import { realmKey } from "../../kernel/game/realms.ts";
import { HOUR_MS } from "../../kernel/time.ts";
import { limits } from "../../limits.ts";
import { CLASS_IDS, type ClassId } from "../roster/classes.ts";
import type { ObservedCharacter } from "./character-changes.ts";
import { type AddonExport, ExportRefused, readAddonExport } from "./formats/addon-export.ts";
import { readGrm } from "./formats/grm.ts";
import type { SourceKind } from "./schema.ts";
import type { IdentitySettings } from "./settings.ts";

/** What is known of the guild before a file is read. */
interface KnownGuild {
  readonly realm: string;
  readonly blizzard: IdentitySettings["blizzard"];
}

/** An addon's file, and what a reader knows besides it. */
export interface ExportRequest {
  readonly file: string;
  readonly guild: KnownGuild;
  readonly nowMs: number;
}

/** What a file tells, whichever addon wrote it. */
export interface Told {
  readonly source: SourceKind;
  readonly characters: readonly ObservedCharacter[];
}

/** Reads files outside of the thread that answers requests. A runtime without threads has none. */
export interface ExportReader {
  /** @throws {ExportRefused} */
  read(request: ExportRequest): Promise<Told>;
}

/** Reads the file of an addon. A large one takes a second. @throws {ExportRefused} */
export function readExport({ file, guild, nowMs }: ExportRequest): Told {
  return file.includes("GRM_GuildMemberHistory_Save")
    ? { source: "guild_roster_manager", characters: grmCharacters(file, guild.realm, nowMs) }
    : { source: "addon", characters: addonCharacters(file, guild, nowMs) };
}

function addonCharacters(
  file: string,
  guild: KnownGuild,
  nowMs: number,
): readonly ObservedCharacter[] {
  const found = readAddonExport(file);
  refuseOtherGuild(found, guild.blizzard);
  return found.characters.map((one) => {
    const classId = classOf(one.classFile);
    const rankName = one.rank === null ? undefined : found.ranks[one.rank];
    return {
      name: one.name,
      realm: one.realm ?? found.realm ?? guild.realm,
      ...(one.guid !== null && { guid: one.guid }),
      ...(classId && { class: classId }),
      ...(one.level !== null && { level: one.level }),
      ...(one.rank !== null && { rank: one.rank }),
      ...(rankName !== undefined && { rankName }),
      ...(one.note !== null && { publicNote: one.note }),
      ...(one.officerNote !== null && { officerNote: one.officerNote }),
      ...loginOf(one.lastSeenHours, found.exportedAt || nowMs),
    };
  });
}

/**
 * Refuses our addon's export of another guild: its members would replace this guild's. The settings say
 * which guild of the game this is.
 */
function refuseOtherGuild(found: AddonExport, known: IdentitySettings["blizzard"]): void {
  if (known === null || found.format !== "guildhall") return;
  const isOther =
    (found.edition !== null && found.edition !== known.edition) ||
    (found.region !== null && found.region !== known.region) ||
    realmKey(found.guild) !== realmKey(known.guildSlug);
  if (!isOther) return;
  throw new ExportRefused(
    "other-guild",
    `The export is of "${found.guild}" (${found.edition}, ${found.region ?? "unknown region"}), ` +
      `and the settings name "${known.guildSlug}" (${known.edition}, ${known.region}). ` +
      "Export the roster with a character of this guild, or correct the settings.",
  );
}

function grmCharacters(
  file: string,
  ownRealm: string,
  nowMs: number,
): readonly ObservedCharacter[] {
  const [guild, second] = readGrm(file);
  if (guild === undefined || second !== undefined) {
    throw new ExportRefused(
      "wrong",
      "The file has several guilds, or none. Log in with a character of this guild alone.",
    );
  }
  const { exportRowsMax } = limits.identity;
  if (guild.members.length > exportRowsMax) {
    throw new ExportRefused("wrong", `The file has more than ${exportRowsMax} characters.`);
  }
  return guild.members.map((one) => {
    const classId = classOf(one.classFile);
    const joined =
      one.joinedOn && Date.UTC(one.joinedOn.year, one.joinedOn.month - 1, one.joinedOn.day);
    return {
      name: one.name,
      realm: one.realm ?? ownRealm,
      guid: one.guid,
      ...(classId && { class: classId }),
      ...(one.level !== null && { level: one.level }),
      rank: one.rank,
      ...(one.rankName !== "" && { rankName: one.rankName }),
      publicNote: one.note,
      altGroup: one.altGroup,
      isMain: one.isMain,
      ...(joined !== null && { joinedAt: joined }),
      ...loginOf(one.lastOnlineHours, nowMs),
    };
  });
}

function loginOf(hours: number | null, atMs: number) {
  return hours === null ? {} : { lastLoginAt: Math.round(atMs - hours * HOUR_MS) };
}

/** The class of a name in the game's files, such as `DEATHKNIGHT`. */
function classOf(classFile: string | null): ClassId | undefined {
  if (classFile === null) return undefined;
  const plain = classFile.toLowerCase();
  return CLASS_IDS.find((id) => id.replaceAll("-", "") === plain);
}
