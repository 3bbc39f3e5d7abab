import { limits } from "../../../../limits.ts";
import { ExportRefused } from "../../../identity/formats/addon-export.ts";
import { readGrm } from "../../../identity/formats/grm.ts";
import { classFrom } from "../../../roster/classes.ts";
import { DocumentBuilder } from "../builder.ts";
import { type ImportFormat, unreadable } from "../format.ts";
import { askDatabase } from "../parts.ts";
import { linesFrom } from "../text.ts";

/** Guild Roster Manager: characters, alt groups, join dates and notes. Officers' notes stay theirs. */
export const guildRosterManager: ImportFormat = {
  detect: (text) => /^\s*GRM_\w+\s*=/m.test(text) && text.includes("GRM_GuildMemberHistory_Save"),
  read: (text, context) => {
    const guilds = guildsIn(text).map((guild) => [guild.name, guild] as const);
    const builder = new DocumentBuilder(context);
    for (const [name, guild] of askDatabase(builder, guilds, context)) {
      builder.part = name;
      const mains = new Map(
        guild.members.flatMap((one) => (one.altGroup && one.isMain ? [[one.altGroup, one]] : [])),
      );
      for (const one of guild.members) {
        const main = one.altGroup === null ? undefined : mains.get(one.altGroup);
        const { joinedOn } = one;
        builder.player(one.fullName, {
          owner: main?.name,
          isMain: main === undefined || main.guid === one.guid,
          class: classFrom(one.classFile ?? ""),
          note: linesFrom(one.note, limits.roster.noteCharsMax),
          officerNote: linesFrom(one.customNote, limits.roster.noteCharsMax),
          ...(joinedOn && {
            joinedAt: Date.UTC(joinedOn.year, joinedOn.month - 1, joinedOn.day),
          }),
        });
      }
    }
    return builder.document({ format: "guild-roster-manager", source: "guild-roster-manager" });
  },
};

function guildsIn(text: string) {
  try {
    return readGrm(text);
  } catch (cause) {
    if (cause instanceof ExportRefused) throw unreadable(cause.message, cause);
    throw cause;
  }
}
