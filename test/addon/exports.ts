import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** A file as the game writes it, of two characters. */
export function exportText(
  options: { guild?: string; edition?: string; at?: number; note?: string; rows?: number } = {},
): string {
  const {
    guild = "Night Watch",
    edition = "retail",
    at = 1_700_000_000,
    note = "",
    rows = 2,
  } = options;
  const list = Array.from(
    { length: rows },
    (_, index) => `{
["name"] = "Annara${index === 0 ? "" : String.fromCharCode(96 + index)}-Area52",
["guid"] = "Player-1-${index}",
["rank"] = ${index},
["level"] = 80,
["note"] = "${note}",
},`,
  );
  return `
GuildhallSyncDB = {
["schema"] = 1,
["exportedAt"] = ${at},
["edition"] = "${edition}",
["region"] = "eu",
["realm"] = "Area52",
["guild"] = "${guild}",
["memberCount"] = ${rows},
["canViewPublicNote"] = true,
["canViewOfficerNote"] = false,
["rows"] = {
${list.join("\n")}
},
}
`;
}

/** Where the game keeps the addon's file of an account. */
export async function pathFor(folder: string, edition: string, account: string): Promise<string> {
  const path = join(folder, edition, "WTF", "Account", account, "SavedVariables");
  await mkdir(path, { recursive: true });
  return join(path, "GuildhallSync.lua");
}

/** Writes the file at once. */
export async function saved(folder: string, edition: string, account: string, text: string) {
  const path = await pathFor(folder, edition, account);
  await writeFile(path, text);
  return path;
}
