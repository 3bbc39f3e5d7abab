import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bundleScript } from "../support/bundle.ts";
import { guildIdOf, guildText, openDeclared } from "../support/declared.ts";

let main: string;
let at: Awaited<ReturnType<typeof openDeclared>>;
beforeAll(async () => {
  main = await bundleScript("provisioning/cli/main.ts");
  at = await openDeclared(main);
});
afterAll(async () => {
  await rm(main, { force: true });
  await at.end();
});

const DIR = () => at.files;

test("files become guilds with their ids, and a second apply has nothing to do", async () => {
  await at.write("one.yaml", guildText(1, { tier: "pro", protected: "true" }));
  await at.write(
    "two.yaml",
    guildText(2, { settings: "{ timeZone: Europe/Madrid }", limits: "{ members: 60 }" }),
  );
  await at.write("three.yaml", guildText(3, { discordGuildId: '"123456789012345678"' }));
  const diff = await at.read("diff", DIR());
  expect(diff.code).toBe(4);
  expect(diff.changes).toHaveLength(3);
  expect(diff.changes[0]).toEqual({
    ...{ id: guildIdOf(1), slug: "declared-b1", action: "create" },
    ...{ field: null, from: null, to: null },
  });
  const unconfirmed = await at.read("apply", DIR());
  expect([unconfirmed.code, unconfirmed.error.code]).toEqual([2, "cli/not-confirmed"]);
  const applied = await at.read("apply", DIR(), "--yes");
  expect(applied).toMatchObject({ code: 0, failed: [], isResumed: false });
  expect(await at.read("diff", DIR())).toEqual({ code: 0, changes: [] });
  expect(await at.read("apply", DIR(), "--yes")).toMatchObject({ code: 0, changes: [] });
  const row = await at.row(
    `SELECT slug, plan, status, is_protected AS kept, own_limits AS own, time_zone AS zone
     FROM guilds WHERE id = ?`,
    guildIdOf(2),
  );
  expect(row).toEqual({
    ...{ slug: "declared-c2", plan: "free", status: "ready", kept: 0 },
    ...{ own: '{"membersMax":60}', zone: "Europe/Madrid" },
  });
  const pro = await at.row("SELECT plan, is_protected FROM guilds WHERE id = ?", guildIdOf(1));
  expect(pro).toEqual({ plan: "premium", is_protected: 1 });
});

test("renaming a file or a slug renames the guild and keeps its data", async () => {
  const before = await at.row("SELECT database_name FROM guilds WHERE id = ?", guildIdOf(2));
  const text = await readFile(join(DIR(), "two.yaml"), "utf8");
  await at.remove("two.yaml");
  await at.write("second.yaml", text.replace("declared-c2", "steel-vow"));
  const { changes } = await at.read("diff", DIR());
  expect(changes).toEqual([
    expect.objectContaining({ action: "rename", from: "declared-c2", to: "steel-vow" }),
  ]);
  expect((await at.read("apply", DIR(), "--yes")).code).toBe(0);
  expect(await at.row("SELECT database_name FROM guilds WHERE slug = 'steel-vow'")).toEqual(before);
  expect(await at.read("diff", DIR())).toMatchObject({ code: 0 });
});

test("a line that is removed from a file loses its effect", async () => {
  await at.write("second.yaml", guildText(2, { slug: "steel-vow" }));
  const { changes } = await at.read("diff", DIR());
  expect(changes.map(({ field, to }: { field: string; to: unknown }) => [field, to])).toEqual([
    ["limits.members", null],
    ["settings.timeZone", "UTC"],
  ]);
  await at.read("apply", DIR(), "--yes");
  expect(await at.read("diff", DIR())).toMatchObject({ code: 0 });
  const row = await at.row("SELECT own_limits, time_zone FROM guilds WHERE id = ?", guildIdOf(2));
  expect(row).toEqual({ own_limits: "{}", time_zone: "UTC" });
});

test("a plan is applied exactly, and is refused after the platform has changed", async () => {
  const file = join(at.dir, "plan.json");
  await at.write("second.yaml", guildText(2, { slug: "steel-vow", tier: "pro" }));
  await at.write(
    "three.yaml",
    guildText(3, { discordGuildId: '"123456789012345678"', owner: "second@example.test" }),
  );
  expect((await at.read("plan", DIR(), "--out", file)).code).toBe(0);
  expect((await at.run("guilds", "rename", "steel-vow", "--name", "Otherwise")).code).toBe(0);
  const stale = await at.read("apply", file, "--yes");
  expect([stale.code, stale.error.code]).toEqual([1, "declared/plan-stale"]);
  // A refused plan stays refused.
  expect((await at.read("apply", file, "--yes")).error.code).toBe("declared/plan-stale");
  const plan = await readFile(file, "utf8");
  await writeFile(file, plan.replace('"pro"', '"free"'));
  expect((await at.read("apply", file, "--yes")).error.code).toBe("declared/no-plan");
  await at.read("plan", DIR(), "--out", file);
  expect(await at.read("apply", file, "--yes")).toMatchObject({ code: 0, failed: [] });
  expect(await at.read("diff", DIR())).toMatchObject({ code: 0 });
  const owner = await at.row("SELECT owner_id FROM guilds WHERE id = ?", guildIdOf(3));
  expect(owner).toEqual({ owner_id: "second" });
});

test("a setting that is edited beside the files is drift with its author, and can be repaired", async () => {
  await at.run("guilds", "rename", "steel-vow", "--name", "Edited");
  const found = await at.read("reconcile", DIR());
  expect(found.code).toBe(4);
  const drifted = found.guilds.find(({ slug }: { slug: string }) => slug === "steel-vow");
  expect(drifted).toMatchObject({ state: "drifted" });
  expect(drifted.drift).toEqual([
    {
      ...{ field: "name", from: "Edited", to: "Declared 2" },
      ...{ by: expect.stringContaining("operator"), at: expect.any(Number) },
    },
  ]);
  const repaired = await at.read("reconcile", DIR(), "--repair");
  expect(repaired).toMatchObject({ code: 0, repaired: [{ slug: "steel-vow" }], failed: [] });
});

test("a file that vanishes never deletes a guild, and prune deletes only what is confirmed", async () => {
  for (const name of ["one.yaml", "second.yaml"]) await at.remove(name);
  expect((await at.read("apply", DIR(), "--yes")).code).toBe(0);
  const { changes } = await at.read("diff", DIR());
  const actions = changes.map(({ slug, action }: { slug: string; action: string }) => [
    slug,
    action,
  ]);
  expect(actions).toEqual([
    ["declared-b1", "unmanaged"],
    ["steel-vow", "unmanaged"],
  ]);
  for (const words of [[], ["--confirm", "0"], ["--confirm", "all"]]) {
    const { code, error } = await at.read("prune", DIR(), ...words);
    expect([code, error.code]).toEqual([2, "cli/not-confirmed"]);
  }
  const count = "SELECT count(*) AS n FROM guilds WHERE status = 'ready'";
  expect(await at.row(count)).toEqual({ n: 3 });
  const pruned = await at.read("prune", DIR(), "--confirm", "1");
  expect(pruned).toMatchObject({
    ...{ code: 0, pruned: [{ slug: "steel-vow" }], skipped: [{ slug: "declared-b1" }] },
  });
  expect(pruned.pruned[0].purgeAfter).toBeGreaterThan(Date.now() + 29 * 86_400_000);
  expect((await at.run("guilds", "undelete", "steel-vow")).code).toBe(0);
});

test("an empty folder and one broken file stop every command before the first change", async () => {
  const count = "SELECT count(*) AS n FROM guilds";
  const before = await at.row(count);
  const text = await readFile(join(DIR(), "three.yaml"), "utf8");
  await at.write("four.yaml", guildText(4));
  await at.write("three.yaml", text.replace("tier: free", "tier: gold"));
  for (const words of [
    ["diff"],
    ["apply", "--yes"],
    ["prune", "--confirm", "9"],
    ["reconcile", "--repair"],
  ]) {
    const { code, error } = await at.read(words[0]!, DIR(), ...words.slice(1));
    expect([code, error.code]).toEqual([1, "declared/invalid-files"]);
  }
  for (const name of ["three.yaml", "four.yaml"]) await at.remove(name);
  for (const words of [
    ["apply", "--yes"],
    ["prune", "--confirm", "9"],
  ]) {
    const { code, error } = await at.read(words[0]!, DIR(), ...words.slice(1));
    expect([code, error.code]).toEqual([1, "declared/invalid-files"]);
  }
  expect(await at.row(count)).toEqual(before);
  await at.write("three.yaml", text);
});

test("an owner without an account stops the run before the first change", async () => {
  await at.write("five.yaml", guildText(5));
  await at.write("six.yaml", guildText(6, { owner: "stranger@example.test" }));
  const { code, error } = await at.read("apply", DIR(), "--yes");
  expect([code, error.code]).toEqual([1, "declared/no-account"]);
  expect(error.message).toContain("six.yaml");
  expect(await at.row("SELECT 1 FROM guilds WHERE id = ?", guildIdOf(5))).toBeUndefined();
  for (const name of ["five.yaml", "six.yaml"]) await at.remove(name);
});

test("an export is in step with the platform that it was made from", async () => {
  const to = join(at.dir, "exported");
  await at.write("seven.yaml", guildText(7, { settings: "{ visitors: [logs, loot] }" }));
  expect((await at.read("apply", DIR(), "--yes")).code).toBe(0);
  const exported = await at.read("export", "--to", to);
  expect(exported.code).toBe(0);
  expect(await readdir(to)).toHaveLength(exported.files);
  expect(await at.read("validate", to)).toMatchObject({ code: 0, errors: [] });
  expect(await at.read("diff", to)).toEqual({ code: 0, changes: [] });
  expect((await at.read("export", "--to", to)).error.code).toBe("declared/not-empty");
});

test("a protected guild refuses deletion and purge until it is unlocked", async () => {
  const confirmed = ["declared-b1", "--confirm", "declared-b1"];
  for (const verb of ["delete", "purge"]) {
    const { code, err } = await at.run("guilds", verb, ...confirmed);
    expect([code, err]).toEqual([1, expect.stringContaining("unprotect declared-b1")]);
  }
  expect((await at.run("guilds", "unprotect", "declared-b1", "--confirm", "other")).code).toBe(2);
  expect((await at.run("guilds", "unprotect", ...confirmed)).code).toBe(0);
  expect((await at.run("guilds", "delete", ...confirmed)).code).toBe(0);
});
