import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bundleScript } from "../support/bundle.ts";
import { runCli } from "../support/cli.ts";
import { openProvisioning } from "../support/provisioning.ts";
import { removeSearched } from "../support/secrets/folders.ts";

let main: string;
let dir: string;
beforeAll(async () => {
  main = await bundleScript("provisioning/cli/main.ts");
  dir = await mkdtemp(join(tmpdir(), "guildhall-operators-"));
  const services = await openProvisioning(dir);
  for (const [id, verifiedAt] of [
    ["olga", 1],
    ["unsure", null],
  ] as const) {
    await services.platform.db.client.execute({
      sql: `INSERT INTO users (id, email, name, email_verified_at, created_at)
            VALUES (?1, ?1 || '@example.test', ?1, ?2, 0)`,
      args: [id, verifiedAt],
    });
  }
  await services.provisioner.provision(await services.recordGuild("iron-vow"));
  await services.close();
});
afterAll(async () => {
  await rm(main, { force: true });
  await removeSearched(dir);
});

const guildhall = (...args: readonly string[]) => runCli(main, dir, args);

const listed = async () => JSON.parse((await guildhall("operators", "list", "--json")).out);

test("an account becomes an operator only by the command line, for the areas it names", async () => {
  expect(await listed()).toEqual([]);
  const added = await guildhall("operators", "add", "Olga@example.test", "--may", "guilds,audit");
  expect(added).toMatchObject({ code: 0, err: "" });
  expect(added.out).toContain("olga may now do this at /operator: guilds, audit");
  await guildhall("operators", "add", "olga@example.test", "--may", "audit");
  expect(await listed()).toEqual([
    expect.objectContaining({ email: "olga@example.test", areas: ["audit"] }),
  ]);
  expect((await guildhall("operators", "remove", "olga@example.test")).code).toBe(0);
  expect(await listed()).toEqual([]);
});

test("an unknown account, an unverified mailbox or an unknown area is refused with what to do", async () => {
  const refused = async (...args: readonly string[]) => {
    const { code, err } = await guildhall("operators", ...args);
    expect(code).toBe(args.includes("gilds") ? 2 : 1);
    return err;
  };
  expect(await refused("add", "stranger@example.test", "--may", "all")).toContain(
    "create an account first",
  );
  expect(await refused("add", "unsure@example.test", "--may", "all")).toContain("confirm it first");
  expect(await refused("add", "olga@example.test", "--may", "gilds")).toContain("Choose from");
  expect(await refused("remove", "olga@example.test")).toContain("guildhall operators list");
  expect(await listed()).toEqual([]);
});

test("a guild gets a plan until a day and loses it again, and the log says who did it and why", async () => {
  const grant = (...more: readonly string[]) =>
    guildhall("plans", "grant", "iron-vow", "--plan", "premium", "--reason", "Beta", ...more);
  expect(await grant("--until", "2099-12-31")).toMatchObject({ code: 0, err: "" });
  const counts = async () => {
    const plans = JSON.parse((await guildhall("plans", "list", "--json")).out);
    return plans.map(({ name, guilds }: { name: string; guilds: number }) => [name, guilds]);
  };
  expect(await counts()).toEqual([
    ["free", 0],
    ["premium", 1],
  ]);
  expect((await guildhall("plans", "list")).out).toContain("premium");
  const revoked = await guildhall("plans", "revoke", "iron-vow");
  expect([revoked.code, revoked.out]).toEqual([0, expect.stringContaining("is on free now")]);
  expect((await grant("--until", "soon")).err).toContain("2026-12-31");
  expect((await grant("--until", "2001-01-01")).err).toContain("This date is in the past");
  expect((await guildhall("plans", "revoke", "iron-vow")).code).toBe(1);
  const { platform, close } = await openProvisioning(dir);
  const rows = await platform.db.all<{ action: string; actor_type: string; after: string }>(
    "SELECT action, actor_type, after FROM audit_log WHERE action LIKE 'plan.%' ORDER BY seq",
  );
  await close();
  expect(rows.map(({ action, actor_type }) => [action, actor_type])).toEqual([
    ["plan.grant", "operator"],
    ["plan.revoke", "operator"],
  ]);
  expect(rows[0]!.after).toContain("Beta");
});
