import { lstatSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { exposedBelow, exposedIn } from "../../../src/node/private-files.ts";
import type { NodeServices } from "../../../src/node/services.ts";
import { isRefused } from "../../hosts/file-places.ts";
import { GUILDS_FOLDER } from "../../hosts/host.ts";
import type { Finding } from "./platform.ts";

/** The number of names that are shown. */
const SHOWN = 5;

/** Guilds whose registered databases are outside of `DATA_DIR`, or whose files are missing. */
export async function misplaced({ platform, config }: NodeServices): Promise<readonly Finding[]> {
  const [outside, links, missing]: [string[], string[], string[]] = [[], [], []];
  for await (const { slug, location, status, host } of platform.guilds()) {
    if (isRefused(location)) outside.push(slug);
    else if (host !== "file" || status === "creating" || location.url === "") continue;
    else {
      const found = lstatSync(fileURLToPath(location.url), { throwIfNoEntry: false });
      if (found === undefined) missing.push(slug);
      else if (found.isSymbolicLink()) links.push(slug);
    }
  }
  const findings: Finding[] = [];
  const addFinding = (what: string, slugs: readonly string[], next: string) => {
    if (slugs.length > 0) findings.push({ finding: `${what}: ${some(slugs)}`, next });
  };
  const restore = "guildhall backups restore --help";
  addFinding(
    "Guilds that the registry finds outside of DATA_DIR, so they are not served",
    outside,
    restore,
  );
  addFinding("Guilds whose files are not in DATA_DIR/guilds", missing, restore);
  addFinding(
    "Guilds whose files are links, so they are not served: put the files themselves in DATA_DIR/guilds",
    links,
    "guildhall guilds check --help",
  );
  const folder = join(resolve(config.dataDir), GUILDS_FOLDER);
  if (lstatSync(folder, { throwIfNoEntry: false })?.isSymbolicLink()) {
    const finding = `${folder} is a link: a copy of DATA_DIR would use the same files. Mount it there`;
    findings.push({ finding, next: "mount --bind" });
  }
  return findings;
}

/** Files in `DATA_DIR` and in a backup folder that other accounts of this machine can read. */
export function exposed(dataDir: string, backupDir: string | undefined): readonly Finding[] {
  const folders = [[dataDir, exposedIn(dataDir)] as const];
  if (backupDir) folders.push([resolve(backupDir), exposedBelow(resolve(backupDir))]);
  return folders.flatMap(([folder, paths]) => {
    const found = [...paths];
    if (found.length === 0) return [];
    const finding = `Other accounts of this machine may read: ${some(found)}`;
    return [{ finding, next: `chmod -R go-rwx ${folder}` }];
  });
}

function some(names: readonly string[]): string {
  const more = names.length > SHOWN ? " …" : "";
  return `${names.length}, of them ${names.slice(0, SHOWN).join(" ")}${more}`;
}
