import type { ImportDocument } from "../document.ts";
import { raidHelper } from "./calendar/raid-helper.ts";
import { wowaudit } from "./calendar/wowaudit.ts";
import { clm } from "./clm/index.ts";
import { eqdkp } from "./eqdkp/index.ts";
import { type ImportFormat, type ReadContext, SourceRefused } from "./format.ts";
import { gargul } from "./gargul/index.ts";
import { monolithdkp } from "./monolithdkp/index.ts";
import { openingBalances } from "./opening/index.ts";
import { rclootcouncil } from "./rclootcouncil/index.ts";
import { guildRosterManager } from "./roster/guild-roster-manager.ts";
import { roster, sheet } from "./roster/index.ts";
import { softres } from "./softres/index.ts";
import { thatsmybis } from "./thatsmybis/index.ts";
import { webdkp } from "./webdkp/index.ts";

/** The formats of files, in the order in which they are tried. */
export const FORMAT_NAMES = [
  "monolithdkp",
  "clm",
  "gargul",
  "guild-roster-manager",
  "rclootcouncil",
  "thatsmybis",
  "eqdkp-plus",
  "raid-helper",
  "softres",
  "wowaudit",
  "sheet",
  "webdkp",
  "opening-balances",
  "roster",
] as const;
export type FormatName = (typeof FORMAT_NAMES)[number];

const FORMATS: Readonly<Record<FormatName, ImportFormat>> = {
  monolithdkp,
  clm,
  gargul,
  "guild-roster-manager": guildRosterManager,
  rclootcouncil,
  thatsmybis,
  "eqdkp-plus": eqdkp,
  "raid-helper": raidHelper,
  softres,
  wowaudit,
  sheet,
  "opening-balances": openingBalances,
  roster,
  webdkp,
};

/** The format of a text, or undefined. */
function detectFormat(text: string): FormatName | undefined {
  return FORMAT_NAMES.find((name) => FORMATS[name].detect(text));
}

/**
 * Reads a text in the named format, or in the one that it has.
 * @throws {SourceRefused}
 */
export function readSource(
  text: string,
  format: FormatName | "auto",
  context: ReadContext,
): ImportDocument {
  const name = format === "auto" ? detectFormat(text) : format;
  if (name !== undefined) return FORMATS[name].read(text, context);
  throw new SourceRefused(
    "imports/unknown-format",
    "No known tool writes this file. Choose its format, or save it as CSV with a header.",
  );
}
