import { existsSync, statSync } from "node:fs";
import { chmod, mkdir, readFile, rename, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { limits } from "../../src/limits.ts";
import { type TestApp, type TestGuild, testApp } from "../support/app.ts";
import { bundleScript } from "../support/bundle.ts";
import { runCli } from "../support/cli.ts";
import { appOn, copyFolder, copyOfOlderRelease } from "../support/copied-folder.ts";
import { removeSearched } from "../support/secrets/folders.ts";

let main: string;
let t: TestApp;
let guild: TestGuild;
beforeAll(async () => {
  main = await bundleScript("provisioning/cli/main.ts");
  t = await testApp();
  guild = await t.guild("iron-vow");
  await guild.owner.post("/roster/persons", { name: "Thrall" });
});
afterAll(async () => {
  await rm(main, { force: true });
  await t.close();
});

const names = async ({ services }: Pick<TestApp, "services">) =>
  await services.tenants.use((await services.platform.guild(guild.id))!, async (db) =>
    (await db.all<{ name: string }>("SELECT name FROM persons")).map(({ name }) => name),
  );
const placeOf = async (services: TestApp["services"]) =>
  (await services.platform.db.first<{ url: string }>("SELECT database_url AS url FROM guilds"))!
    .url;
const cli = (dir: string, ...args: string[]) =>
  runCli(main, dir, args, { ...t.env, DATA_DIR: dir });
const setPlace = (services: TestApp["services"], url: string, host = "file") =>
  services.platform.db.client.execute({
    sql: "UPDATE guilds SET database_url = ?, host = ?",
    args: [url, host],
  });

describe("a data folder that was copied or moved", () => {
  test("R32 S95 a copied data folder of an older release reads and writes its own guilds only", async () => {
    const copy = `${t.dir}-copy`;
    const moved = `${copy}-moved`;
    try {
      await copyOfOlderRelease(t, copy);
      {
        await using staging = await appOn(t, copy);
        const made = await staging.owner(guild).post("/roster/persons", { name: "Jaina" });
        expect(made.status, made.text).toBe(201);
        expect(await names(staging)).toContain("Jaina");
        expect(await placeOf(staging.services)).toMatch(/^file:guilds\/g[a-z2-7]{25}\.db$/);
        const upgraded = staging.events().find(({ event }) => event === "platform.migrated");
        expect(upgraded).toMatchObject({ convertedPlaces: 1 });
      }
      expect(await names(t)).not.toContain("Jaina");
      await rename(copy, moved);
      await using again = await appOn(t, moved);
      expect(await names(again)).toContain("Jaina");
      expect(again.events().filter(({ event }) => event === "platform.migrated")).toEqual([]);
    } finally {
      await removeSearched(copy);
      await removeSearched(moved);
    }
  });

  test("R32 S95 a guild whose registry names a file outside of the folder is refused, and doctor reports it", async () => {
    const dir = `${t.dir}-outside`;
    await copyFolder(t.dir, dir);
    try {
      await using app = await appOn(t, dir);
      const stray = join(t.dir, "stray.db");
      await writeFile(stray, "not to be opened");
      const outside: [string, string][] = [
        [`file://${stray}`, "file"],
        // A file is not a server, whatever the registry says.
        [`file://${stray}`, "sqld"],
      ];
      for (const [url, host] of outside) {
        await setPlace(app.services, url, host);
        const answer = await app.owner(guild).get("/roster/persons");
        expect([answer.status, answer.body.type]).toEqual([503, "/problems/guild/quarantined"]);
        const { code, out } = await cli(dir, "doctor");
        expect(code).toBe(4);
        expect(out).toContain("outside of DATA_DIR, so they are not served: 1, of them iron-vow");
      }
      expect(await readFile(stray, "utf8")).toBe("not to be opened");
    } finally {
      await removeSearched(dir);
    }
  });

  test("R32 S95 a guild's file that is a link to another folder is not written through", async () => {
    const dir = `${t.dir}-linked`;
    await copyFolder(t.dir, dir);
    try {
      const { databaseName } = (await t.services.platform.guild(guild.id))!;
      const own = join(dir, "guilds", `${databaseName}.db`);
      for (const suffix of ["", "-wal", "-shm"]) await rm(own + suffix, { force: true });
      await symlink(join(t.dir, "guilds", `${databaseName}.db`), own);
      await using app = await appOn(t, dir);
      const answer = await app.owner(guild).post("/roster/persons", { name: "Sylvanas" });
      expect([answer.status, answer.body.type]).toEqual([503, "/problems/guild/quarantined"]);
      expect((await cli(dir, "doctor")).out).toContain("Guilds whose files are links");
      expect(await names(t)).not.toContain("Sylvanas");
    } finally {
      await removeSearched(dir);
    }
  });
});

describe("a folder without its platform", () => {
  const lost: [string, (dir: string) => Promise<unknown>][] = [
    ["a missing platform.db", (dir) => removePlatform(dir)],
    ["an empty platform.db", (dir) => truncate(join(dir, "platform.db"), 0)],
    [
      "an empty platform.db beside the template alone",
      async (dir) => {
        await removeSearched(join(dir, "guilds"));
        await removePlatform(dir);
        await writeFile(join(dir, "platform.db"), "");
      },
    ],
    [
      "a missing platform.db beside its log alone",
      async (dir) => {
        await removeSearched(dir);
        await mkdir(dir);
        await writeFile(join(dir, "platform.db-wal"), "what was written last");
      },
    ],
  ];
  test.each(lost)(
    "R38 %s beside what a platform left is refused, not replaced",
    async (_, lose) => {
      const dir = `${t.dir}-lost`;
      await copyFolder(t.dir, dir);
      try {
        await lose(dir);
        await expect(appOn(t, dir)).rejects.toMatchObject({
          code: "platform/lost",
          details: { next: expect.arrayContaining(["guildhall backups restore-platform"]) },
        });
        for (const args of [["guilds", "list"], ["init"], ["migrate", "platform"]]) {
          const { code, err } = await cli(dir, ...args);
          expect([code, err]).toEqual([1, expect.stringContaining("backups restore-platform")]);
        }
        const size = statSync(join(dir, "platform.db"), { throwIfNoEntry: false })?.size ?? 0;
        expect(size).toBe(0);
      } finally {
        await removeSearched(dir);
      }
    },
  );

  test("R38 a command with a mistyped DATA_DIR fails, names the folder and makes nothing", async () => {
    const dir = `${t.dir}-mistyped`;
    for (const args of [["guilds", "list"], ["sweep"], ["stats"], ["migrate", "platform"]]) {
      const { code, err } = await cli(dir, ...args);
      expect([code, err]).toEqual([1, expect.stringContaining(dir)]);
    }
    const doctor = await cli(dir, "doctor");
    expect([doctor.code, doctor.out]).toEqual([4, expect.stringContaining(dir)]);
    expect(existsSync(dir)).toBe(false);
  });

  test("R38 init makes a platform in a new folder, and never a second one", async () => {
    const dir = `${t.dir}-new`;
    try {
      expect((await cli(dir, "init", "--dry-run")).code).toBe(0);
      expect(existsSync(dir)).toBe(false);
      expect((await cli(dir, "init")).code).toBe(0);
      expect((await cli(dir, "guilds", "list", "--json")).out).toBe("[]\n");
      const again = await cli(dir, "init", "--json");
      expect([again.code, JSON.parse(again.err).error.code]).toEqual([1, "platform/there"]);
    } finally {
      await removeSearched(dir);
    }
  });
});

async function removePlatform(dir: string): Promise<void> {
  for (const suffix of ["", "-wal", "-shm"]) {
    await rm(join(dir, `platform.db${suffix}`), { force: true });
  }
}

describe("a platform of an older release", () => {
  test("R41 only a start and migrate platform change it, after a copy that restore-platform takes", async () => {
    const dir = `${t.dir}-older`;
    const restored = `${t.dir}-restored`;
    await copyOfOlderRelease(t, dir);
    try {
      for (const args of [["guilds", "list"], ["sweep"], ["backups", "create", "--all"]]) {
        const { code, err } = await cli(dir, ...args);
        expect([code, err]).toEqual([1, expect.stringContaining("guildhall migrate platform")]);
      }
      expect((await cli(dir, "doctor")).out).toContain("guildhall migrate platform");
      const dry = await cli(dir, "migrate", "platform", "--dry-run", "--json");
      expect(JSON.parse(dry.out)).toMatchObject({ dryRun: true });
      expect((await cli(dir, "guilds", "list")).code).toBe(1);

      const done = await cli(dir, "migrate", "platform", "--json");
      const { copy, convertedPlaces } = JSON.parse(done.out);
      expect([done.code, convertedPlaces]).toEqual([0, 1]);
      expect(JSON.parse((await cli(dir, "migrate", "platform", "--json")).out).copy).toBe(null);
      expect((await cli(dir, "guilds", "check", "iron-vow")).code).toBe(0);

      // Going back: the copy is the platform as the older release left it.
      const env = { ...t.env, DATA_DIR: restored, BACKUP_DIR: join(dir, "backups") };
      const back = await runCli(main, restored, ["backups", "restore-platform", copy], env);
      expect(back.code, back.err).toBe(0);
      expect(back.out).toMatch(/An older release made this copy.*migrate platform/s);
      await expect(appOn(t, restored, "use")).rejects.toMatchObject({ code: "platform/behind" });
    } finally {
      for (const folder of [dir, restored]) await removeSearched(folder);
    }
  });

  test("R41 a migration does not start when its copy cannot be made", async () => {
    const dir = `${t.dir}-no-store`;
    await copyOfOlderRelease(t, dir);
    try {
      // The store's folder cannot be made where a file is.
      await removeSearched(join(dir, "backups"));
      await writeFile(join(dir, "backups"), "a file");
      const failed = await cli(dir, "migrate", "platform");
      expect(failed.code).toBe(1);
      const { err } = await cli(dir, "guilds", "list");
      expect(err).toContain("has to be brought to this release first");
    } finally {
      await removeSearched(dir);
    }
  });
});

describe("files of the platform", () => {
  const others = (path: string) => statSync(path).mode & 0o077;

  test("R48 S70 are readable by their account alone from the moment they are made", async () => {
    const { databaseName } = (await t.services.platform.guild(guild.id))!;
    await guild.owner.post("/roster/persons", { name: "Cairne" });
    const exported = join(t.dir, "export.db.gz");
    const { code, err } = await cli(t.dir, "guilds", "export", "iron-vow", "--to", exported);
    expect([code, err]).toEqual([0, ""]);
    const made = ["platform.db", "platform.db-wal", "platform.db-shm", "guilds", "export.db.gz"];
    for (const name of [...made, `guilds/${databaseName}.db`, `guilds/${databaseName}.db-wal`]) {
      expect([name, others(join(t.dir, name))]).toEqual([name, 0]);
    }
  });

  test("R48 S70 left open by an older release are reported by doctor and closed at the next start", async () => {
    const dir = `${t.dir}-open`;
    await copyFolder(t.dir, dir);
    try {
      await mkdir(join(dir, "outbox"), { recursive: true });
      await writeFile(join(dir, "outbox/letter.json"), "{}");
      const open = ["platform.db", "guilds", "outbox/letter.json"].map((name) => join(dir, name));
      for (const path of [dir, ...open]) await chmod(path, 0o755);
      const foreign = join(dir, "notes.txt");
      await writeFile(foreign, "not the platform's");
      await chmod(foreign, 0o644);
      const { out } = await cli(dir, "doctor");
      expect(out).toContain("Other accounts of this machine may read");
      expect(out).toContain(`chmod -R go-rwx ${dir}`);
      await using app = await appOn(t, dir);
      expect([dir, ...open].map(others)).toEqual([0, 0, 0, 0]);
      expect(others(foreign)).toBe(0o044);
      const told = app.events().filter(({ event }) => event === "data-folder.tightened");
      expect(told).toHaveLength(1);
      expect((await cli(dir, "doctor")).out).not.toContain("Other accounts");
    } finally {
      await removeSearched(dir);
    }
  });
});

const LOOK_MS = 5;

/** Lets the server check many times. There is no event for a check without a finding. */
async function manyLooks(): Promise<void> {
  for (let look = 0; look < 10; look++) {
    await new Promise((resolve) => setTimeout(resolve, 2 * LOOK_MS));
  }
}

describe("a data folder that goes away while the server runs", () => {
  test("R47 refuses every write while it is renamed, and serves again when it is back", async () => {
    const dir = `${t.dir}-running`;
    const away = `${dir}-away`;
    await copyFolder(t.dir, dir);
    try {
      await using app = await appOn(t, dir);
      const owner = app.owner(guild);
      const write = (name: string) => owner.post("/roster/persons", { name });
      expect((await write("Varian")).status).toBe(201);
      await rename(dir, away);
      const refused = await write("Anduin");
      expect([refused.status, refused.body.type]).toEqual([503, "/problems/platform/data-moved"]);
      expect(refused.headers.get("retry-after")).not.toBeNull();
      expect(existsSync(dir)).toBe(false);
      // Another folder of the same name, as a restore would put there, is not ours either.
      await copyFolder(away, dir);
      expect((await write("Anduin")).body.type).toBe("/problems/platform/data-moved");
      await removeSearched(dir);
      await rename(away, dir);
      expect((await write("Bolvar")).status).toBe(201);
      expect(await names(app)).toEqual(expect.arrayContaining(["Bolvar", "Varian"]));
      expect(await names(app)).not.toContain("Anduin");
    } finally {
      for (const folder of [dir, away]) await removeSearched(folder);
    }
  });

  test("R47 refuses guilds that nothing has opened yet as well, calls none damaged, and makes no folder in its place", async () => {
    const dir = `${t.dir}-cold`;
    await copyFolder(t.dir, dir);
    try {
      for (const moved of [dir, join(dir, "guilds")]) {
        await using app = await appOn(t, dir);
        const owner = app.owner(guild);
        const away = `${dir}-away`;
        await rename(moved, away);
        // First no folder, then a copy. Writes to the copy would be lost.
        for (const put of [undefined, () => copyFolder(away, moved)]) {
          await put?.();
          const { status, body } = await owner.post("/roster/persons", { name: "Anduin" });
          const state = moved === dir ? "all" : "guilds";
          expect([state, put === undefined, status, body.type]).toEqual([
            state,
            put === undefined,
            503,
            "/problems/platform/data-moved",
          ]);
          await expect(app.services.provisioner.resume()).rejects.toMatchObject({
            code: "platform/data-moved",
          });
          if (put === undefined) expect(existsSync(moved)).toBe(false);
        }
        expect(app.services.faults.current()).toEqual([]);
        await removeSearched(moved);
        await rename(away, moved);
        expect((await owner.get("/roster")).status).toBe(200);
        expect(await names(app)).not.toContain("Anduin");
      }
    } finally {
      for (const folder of [dir, `${dir}-away`]) await removeSearched(folder);
    }
  });

  test("R47 is logged once when it is gone and once when it is back", async () => {
    const dir = `${t.dir}-watched`;
    await copyFolder(t.dir, dir);
    const usual = limits.database.folderCheckEveryMs;
    Object.assign(limits.database, { folderCheckEveryMs: LOOK_MS });
    try {
      await using app = await appOn(t, dir);
      const told = async (event: string) => {
        while (!app.events().some((line) => line.event === event)) {
          await new Promise((resolve) => setImmediate(resolve));
        }
      };
      await rename(dir, `${dir}-away`);
      await told("data-folder.gone");
      await manyLooks();
      await rename(`${dir}-away`, dir);
      await told("data-folder.back");
      await manyLooks();
      const lines = app.events().filter(({ event }) => /^data-folder\.(gone|back)$/.test(event));
      expect(lines.map(({ event }) => event)).toEqual(["data-folder.gone", "data-folder.back"]);
    } finally {
      Object.assign(limits.database, { folderCheckEveryMs: usual });
      for (const folder of [dir, `${dir}-away`]) await removeSearched(folder);
    }
  });
});
