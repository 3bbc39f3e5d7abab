import type { FormatName } from "./index.ts";

/** Kinds of files of a tool. */
type FileKind =
  | "saved"
  | "csv"
  | "xml"
  | "json"
  | "text"
  | "lines"
  | "paste"
  | "attendance"
  | "prices";

/** Which files of each tool our tests read: files of the tool itself, or files made after its source. */
export const TRIED: Readonly<
  Record<FormatName, { readonly real: readonly FileKind[]; readonly made: readonly FileKind[] }>
> = {
  monolithdkp: { real: ["saved"], made: ["csv", "xml"] },
  clm: { real: [], made: ["saved", "xml", "json", "csv"] },
  gargul: { real: ["saved", "lines"], made: ["paste"] },
  "guild-roster-manager": { real: [], made: ["saved"] },
  rclootcouncil: { real: ["csv"], made: ["json"] },
  thatsmybis: { real: [], made: ["csv", "json", "attendance"] },
  "eqdkp-plus": { real: ["xml"], made: ["json"] },
  "raid-helper": { real: [], made: ["json"] },
  softres: { real: [], made: ["json", "csv", "paste"] },
  wowaudit: { real: [], made: ["json"] },
  sheet: { real: [], made: ["csv"] },
  webdkp: { real: ["prices"], made: [] },
  "opening-balances": { real: [], made: ["csv", "text"] },
  roster: { real: [], made: ["csv", "text"] },
};
