import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { Invalid } from "../../kernel/errors.ts";
import { realmKey } from "../../kernel/game/realms.ts";
import { newId, type SyncRunId } from "../../kernel/ids.ts";
import { HOUR_MS } from "../../kernel/time.ts";
import type { Services } from "../../services.ts";
import type { GuildContext } from "../context.ts";
import { CLASS_IDS, type ClassId } from "../roster/classes.ts";
import { allowIdentity } from "./access.ts";
import type { ObservedCharacter } from "./character-changes.ts";
import { storeCharacters } from "./character-sync.ts";
import { type AddonExport, ExportRefused, readAddonExport } from "./formats/addon-export.ts";
import { readGrm } from "./formats/grm.ts";
import { beginRun, endRun, IDENTITY_JOB } from "./runs.ts";
import type { SourceKind } from "./schema.ts";
import { type IdentitySettings, readSettings } from "./settings.ts";
import { readSource } from "./sources.ts";

export interface UploadAnswer {
  readonly runId: SyncRunId;
  readonly rows: number;
  readonly hash: string;
  /** False for a file that was uploaded before. */
  readonly isNew: boolean;
}

/** What is known of the guild before a file is read. */
interface KnownGuild {
  readonly realm: string;
  readonly blizzard: IdentitySettings["blizzard"];
}

/** What a file tells, whichever addon wrote it. */
interface Told {
  readonly source: SourceKind;
  readonly characters: readonly ObservedCharacter[];
}

/**
 * Stores an addon's SavedVariables file: ours, the one of the first design, or Guild Roster Manager's.
 * The matching follows. The same file again changes nothing.
 * @throws {Invalid} `identity/bad-export`, `identity/roster-quarantined`
 */
export async function storeUpload(
  ctx: GuildContext,
  services: Pick<Services, "jobs" | "wakeJobs">,
  file: string,
): Promise<UploadAnswer> {
  allowIdentity(ctx, "identity.upload");
  const { blizzard } = await readSettings(ctx);
  const region = blizzard?.region ?? ctx.guild.region;
  const edition = blizzard?.edition ?? "retail";
  const told = toldBy(file, { ...ctx.guild, blizzard }, ctx.now().getTime());
  const hash = bytesToHex(sha256(utf8ToBytes(file)));
  const known = await readSource(ctx, told.source);
  const runId = newId<SyncRunId>();
  await beginRun(ctx, runId, "addon");
  const result = await storeCharacters(ctx, {
    ...told,
    edition,
    region,
    isComplete: true,
    hash,
  });
  if (result.isQuarantined) {
    const error = "identity/roster-quarantined";
    await endRun(ctx, runId, { state: "failed", counts: result.counts, error });
    throw new Invalid(
      error,
      "The export lacks many of the guild's characters. It is held back, and nothing was changed.",
    );
  }
  await endRun(ctx, runId, { state: "done", counts: result.counts });
  const isNew = known?.hash !== hash;
  if (isNew) {
    await services.jobs.enqueue(ctx.guild.id, IDENTITY_JOB, "match");
    services.wakeJobs();
  }
  return { runId, rows: told.characters.length, hash, isNew };
}

/** @throws {Invalid} `identity/bad-export` */
function toldBy(file: string, guild: KnownGuild, nowMs: number): Told {
  try {
    return file.includes("GRM_GuildMemberHistory_Save")
      ? { source: "guild_roster_manager", characters: grmCharacters(file, guild.realm, nowMs) }
      : { source: "addon", characters: addonCharacters(file, guild, nowMs) };
  } catch (error) {
    if (!(error instanceof ExportRefused)) throw error;
    throw new Invalid("identity/bad-export", error.message, { fault: error.fault });
  }
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
