import { limits } from "../../../../limits.ts";
import { classFrom } from "../../../roster/classes.ts";
import type { DocumentBuilder } from "../builder.ts";
import { lineFrom, linesFrom } from "../text.ts";

type Cells = Readonly<Record<string, string>>;

/** A player with the member whose character it is, if the row names one. */
export function playerOf(builder: DocumentBuilder, cells: Cells): string | undefined {
  const isAlt = /^(1|true|yes)$/i.test(cells["characterisalt"] ?? cells["isalt"] ?? "");
  return builder.player(cells["charactername"], {
    owner: cells["membername"] || undefined,
    class: classFrom(lineFrom(cells["characterclass"] || cells["class"], 40)),
    note: linesFrom(cells["characternote"], limits.roster.noteCharsMax),
    ...(cells["membername"] && { isMain: !isAlt }),
    ...(cells["officernote"] && {
      officerNote: linesFrom(cells["officernote"], limits.roster.noteCharsMax),
    }),
  });
}
