import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { readFolder } from "../../provisioning/cli/declared/reader.ts";
import type { GuildId } from "../../src/kernel/ids.ts";
import {
  type DeclaredFile,
  type Fields,
  type GuildFile,
  OPTIONAL_FIELDS,
  type PresentGuild,
  wholeFields,
} from "../../src/platform/declared/guild-file.ts";
import { differences, vanished, wantedFields } from "../../src/platform/declared/rules.ts";
import { guildIdOf, guildText } from "../support/declared.ts";
import { removeSearched } from "../support/secrets/folders.ts";

const NUMBERS = [1, 2, 3, 4];

const document = (number: number): fc.Arbitrary<GuildFile> =>
  fc.record(
    {
      id: fc.constant(guildIdOf(number)),
      slug: fc.constantFrom(`guild-a${number}`, `guild-b${number}`),
      name: fc.constantFrom(`One ${number}`, `Two ${number}`),
      edition: fc.constantFrom("retail" as const, "era" as const),
      realm: fc.constant("Area 52"),
      region: fc.constant("eu" as const),
      faction: fc.constantFrom("horde" as const, "alliance" as const),
      owner: fc.constantFrom("a@example.test", "b@example.test"),
      tier: fc.constantFrom("free" as const, "pro" as const),
      placement: fc.record({ host: fc.constantFrom("file" as const, "sqld" as const) }),
      limits: fc.record({ members: fc.integer({ min: 1, max: 99 }) }, { requiredKeys: [] }),
      protected: fc.boolean(),
      settings: fc.record(
        { timeZone: fc.constantFrom("UTC", "Europe/Madrid") },
        { requiredKeys: [] },
      ),
    },
    {
      requiredKeys: [
        ...(["id", "slug", "name", "edition", "realm", "region"] as const),
        ...(["faction", "owner", "tier", "placement"] as const),
      ],
    },
  );

const folder: fc.Arbitrary<readonly DeclaredFile[]> = fc
  .subarray(NUMBERS)
  .chain((numbers) => fc.tuple(...numbers.map(document)))
  .map((documents) => documents.map((one) => ({ file: `${one.id}.yaml`, document: one })));

/** What applying the files makes of the guilds. Guilds without a file stay as they are. */
function applied(files: readonly DeclaredFile[], present: readonly PresentGuild[]): PresentGuild[] {
  const guilds = new Map<string, PresentGuild>(present.map((guild) => [guild.id, guild]));
  for (const file of files) {
    const before = guilds.get(file.document.id);
    const fields: Fields = before
      ? { ...before.fields, ...wantedFields(file, before.applied) }
      : wholeFields(file.document);
    const id = file.document.id as GuildId;
    guilds.set(id, { id, status: "ready", fields, applied: file });
  }
  return [...guilds.values()];
}

test("after any folders are applied in any order, only guilds without a file differ", () => {
  fc.assert(
    fc.property(fc.array(folder, { minLength: 1, maxLength: 4 }), (folders) => {
      let guilds: PresentGuild[] = [];
      for (const files of folders) {
        const before = guilds.length;
        guilds = applied(files, guilds);
        // No guild goes with its file.
        expect(guilds.length).toBeGreaterThanOrEqual(before);
        const left = differences(files, guilds);
        expect(left.filter(({ action }) => action !== "unmanaged")).toEqual([]);
        const gone = vanished(files, guilds).map(({ id }) => id);
        expect(left.map(({ id }) => id)).toEqual(gone);
      }
    }),
    { numRuns: 200 },
  );
});

test("a field that a file names no longer gets its default, and one that no file named stays", () => {
  fc.assert(
    fc.property(document(1), document(1), (first, second) => {
      const [guild] = applied([{ file: "a.yaml", document: first }], []) as [PresentGuild];
      const edited = { ...guild, fields: { ...guild.fields, "settings.contact": "by hand" } };
      const [after] = applied([{ file: "b.yaml", document: second }], [edited]) as [PresentGuild];
      expect(after.fields["settings.contact"]).toBe("by hand");
      const members = second.limits?.members ?? OPTIONAL_FIELDS["limits.members"];
      expect(after.fields["limits.members"]).toBe(members);
    }),
  );
});

test("guilds that no file ever declared are unmanaged, and prune never names them", () => {
  const fields = wholeFields({ ...fc.sample(document(1), 1)[0]! });
  const guild: PresentGuild = {
    ...{ id: guildIdOf(1) as GuildId, status: "ready", fields, applied: undefined },
  };
  expect(differences([], [guild])).toMatchObject([{ action: "unmanaged", field: null }]);
  expect(vanished([], [guild])).toEqual([]);
});

test("5,000 files are read, checked and compared within five seconds of processor time", async () => {
  const dir = await mkdtemp(join(tmpdir(), "guildhall-files-"));
  try {
    const count = 5_000;
    const written = Array.from({ length: count }, (_, number) => {
      const discordGuildId = `"${100_000_000_000_000_000n + BigInt(number)}"`;
      const text = guildText(number, { slug: `guild-x${number * 7}z`, discordGuildId });
      return writeFile(join(dir, `${number}.yaml`), text);
    });
    await Promise.all(written);
    const before = process.cpuUsage();
    const read = await readFolder(dir);
    expect([read.count, read.errors.slice(0, 3)]).toEqual([count, []]);
    const guilds = applied(read.files, []);
    expect(differences(read.files, guilds)).toEqual([]);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1e6).toBeLessThan(5);
  } finally {
    await removeSearched(dir);
  }
});

test("two files may not share an id, a slug that looks the same, a name on a realm or a Discord server", async () => {
  const dir = await mkdtemp(join(tmpdir(), "guildhall-files-"));
  try {
    const server = { discordGuildId: '"123456789012345678"' };
    await writeFile(join(dir, "a.yaml"), guildText(1, { slug: "iron-vow", ...server }));
    await writeFile(join(dir, "b.yaml"), guildText(1, { slug: "steel-vow", name: "Steel" }));
    await writeFile(join(dir, "c.yaml"), guildText(2, { slug: "lron-vow" }));
    await writeFile(join(dir, "d.yaml"), guildText(3, { name: "declared 1" }));
    await writeFile(join(dir, "e.yml"), guildText(4, server));
    const { errors } = await readFolder(dir);
    expect(errors.map(({ file, line, code }) => [file, line, code])).toEqual([
      ["b.yaml", 1, "duplicate-id"],
      ["c.yaml", 2, "duplicate-slug"],
      ["d.yaml", 3, "duplicate-name"],
      ["e.yml", 11, "duplicate-discord-id"],
    ]);
  } finally {
    await removeSearched(dir);
  }
});
