import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCli } from "./cli.ts";
import { openProvisioning } from "./provisioning.ts";
import { removeSearched } from "./secrets/folders.ts";

/** The id of the `number`-th guild of a test. */
export function guildIdOf(number: number): string {
  return `0198c0f2-1111-7000-8000-${String(number).padStart(12, "0")}`;
}

/** A guild file as text. `lines` replace or add top-level keys; an undefined one is left out. */
export function guildText(
  number: number,
  lines: Readonly<Record<string, string | undefined>> = {},
): string {
  const all = {
    id: `"${guildIdOf(number)}"`,
    slug: `declared-${"abcdefghjk"[number % 10]}${number}`,
    name: `Declared ${number}`,
    edition: "retail",
    realm: "Area 52",
    region: "eu",
    faction: "horde",
    owner: "owner@example.test",
    tier: "free",
    placement: "{ host: file }",
    ...lines,
  };
  return Object.entries(all)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}: ${value}\n`)
    .join("");
}

/** A platform with two accounts, a folder of guild files, and the command line. */
export async function openDeclared(main: string) {
  const dir = await mkdtemp(join(tmpdir(), "guildhall-declared-"));
  const files = join(dir, "files");
  await mkdir(files);
  const data = join(dir, "data");
  await mkdir(data);
  const services = await openProvisioning(data);
  for (const id of ["owner", "second"]) {
    await services.platform.db.client.execute({
      sql: `INSERT INTO users (id, email, name, email_verified_at, created_at)
            VALUES (?1, ?1 || '@example.test', ?1, 1, 0)`,
      args: [id],
    });
  }
  await services.close();
  const run = (...args: readonly string[]) => runCli(main, data, args);
  return {
    dir,
    data,
    files,
    run,
    declared: (...args: readonly string[]) => run("declared", ...args),
    /** Runs a command with `--json` and reads what it printed. */
    read: async (...args: readonly string[]) => {
      const { code, out, err } = await run("declared", ...args, "--json");
      const error = err === "" ? undefined : JSON.parse(err).error;
      return { code, error, ...(out === "" ? {} : JSON.parse(out)) };
    },
    write: (name: string, text: string) => writeFile(join(files, name), text),
    remove: (name: string) => rm(join(files, name)),
    /** One row of the platform. */
    row: async <T>(sql: string, ...args: readonly (string | number)[]): Promise<T | undefined> => {
      const { platform, close } = await openProvisioning(data);
      try {
        return await platform.db.first<T>(sql, ...args);
      } finally {
        await close();
      }
    },
    end: async () => {
      await removeSearched(dir);
    },
  };
}
