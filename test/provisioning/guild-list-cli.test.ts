import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bundleScript } from "../support/bundle.ts";
import { runCli } from "../support/cli.ts";
import { guildSchema, openProvisioning } from "../support/provisioning.ts";
import { removeSearched } from "../support/secrets/folders.ts";

let main: string;
let dir: string;
beforeAll(async () => {
  main = await bundleScript("provisioning/cli/main.ts");
  dir = await mkdtemp(join(tmpdir(), "guildhall-list-"));
  const services = await openProvisioning(dir, { migrations: guildSchema.slice(0, -1) });
  for (const slug of ["first", "second", "third"]) {
    await services.provisioner.provision(await services.recordGuild(slug));
  }
  await services.platform.db.client.execute({
    sql: "UPDATE guilds SET status = 'suspended' WHERE slug = 'second'",
    args: [],
  });
  await services.close();
});
afterAll(async () => {
  await rm(main, { force: true });
  await removeSearched(dir);
});

const guildhall = (...args: readonly string[]) => runCli(main, dir, args);

test("the list of guilds comes in pages, says where the next one begins, and sums all of them up", async () => {
  const first = await guildhall("guilds", "list", "--limit", "2");
  expect(first.out).toContain("first");
  expect(first.out).toContain("second");
  expect(first.out).not.toContain("third");
  expect(first.out).toContain("2 of 3 guilds shown: 2 ready, 1 suspended in all.");
  expect(first.out).toContain("Behind this release's schema: 3.");
  const next = "guildhall guilds list --limit 2 --after second";
  expect(first.out).toContain(`Try:   ${next}`);
  const second = await guildhall(...next.split(" ").slice(1));
  expect(second.out).toContain("third");
  expect(second.out).not.toContain("Try:");
});

test("the list of guilds for programs is complete, unless less is requested", async () => {
  const slugs = async (...args: readonly string[]) => {
    const { out } = await guildhall("guilds", "list", "--json", ...args);
    return (JSON.parse(out) as { slug: string }[]).map(({ slug }) => slug);
  };
  expect(await slugs()).toEqual(["first", "second", "third"]);
  expect(await slugs("--limit", "1")).toEqual(["first"]);
  expect(await slugs("--state", "suspended")).toEqual(["second"]);
  expect(await slugs("--state", "behind", "--after", "first")).toEqual(["second", "third"]);
  expect(await slugs("--state", "waits")).toEqual([]);
  expect(await guildhall("guilds", "list", "--state", "tall")).toMatchObject({ code: 2 });
  expect(await guildhall("guilds", "list", "--limit", "0")).toMatchObject({ code: 2 });
});

test("a revert says in one line what would be lost, and shows the guilds that lose something", async () => {
  expect(await guildhall("migrate", "apply", "--snapshots")).toMatchObject({ code: 0 });
  const quiet = await guildhall("migrate", "revert", "--dry-run");
  expect(quiet.out).toContain("3 guilds can go back.");
  expect(quiet.out).toContain("None of them has written anything since");
  expect(quiet.out).not.toContain("first");
  expect((await guildhall("migrate", "revert", "--dry-run", "--all")).out).toContain("first");
  const services = await openProvisioning(dir);
  const { guild } = (await services.platform.guildForUser("third", null))!;
  await services.tenants.use(guild, (db) =>
    db.client.execute({
      sql: `INSERT INTO audit_log (at, actor_type, actor_id, actor_name, action, subject, request_id)
            VALUES (1, 'user', 'u', 'U', 'person.rename', 'p', 'r')`,
      args: [],
    }),
  );
  await services.close();
  const { out } = await guildhall("migrate", "revert", "--dry-run");
  expect(out).toContain("1 of them has written since: 1 change would be lost.");
  expect(out).toContain("person.rename ×1");
  expect(out).not.toContain("first");
});
