import {
  copyFileSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { handlesReleased } from "../../src/database/embedded-handles.ts";
import { systemClock } from "../../src/kernel/clock.ts";
import { anOperator } from "../platform/console/support.ts";
import { type TestApp, type TestClient, type TestGuild, testApp } from "../support/app.ts";
import { bundleScript } from "../support/bundle.ts";
import { runCli } from "../support/cli.ts";
import { seen } from "../support/secrets/seen.ts";

let t: TestApp;
let main: string;
let operator: TestClient;
let other: TestGuild;
beforeAll(async () => {
  t = await testApp({}, { clock: systemClock });
  main = await bundleScript("provisioning/cli/main.ts");
  operator = await anOperator(t, ["guilds"]);
  other = await t.guild("other-vow");
});
afterAll(async () => {
  rmSync(main);
  await t.close();
});

const run = (...args: string[]) => runCli(main, t.dir, args, t.env);
const lines = (event: string, guildId: string) =>
  seen.lines
    .filter((line) => line.includes(`"event":"${event}"`) && line.includes(guildId))
    .map((line) => JSON.parse(line));

/** The file of a guild that is not open. */
async function fileOf({ id }: TestGuild): Promise<string> {
  await t.services.tenants.closeIdle();
  await handlesReleased();
  return fileURLToPath((await t.services.platform.guild(id))!.location.url);
}

const DAMAGES: Readonly<Record<string, (path: string, others: string) => void>> = {
  missing: (path) => renameSync(path, `${path}.away`),
  empty: (path) => truncateSync(path),
  "no-database": (path) => writeFileSync(path, "This is a text and no database. ".repeat(200)),
  "of-another-guild": (path, others) => copyFileSync(others, path),
};

test.each(Object.entries(DAMAGES))(
  "R36 a file that is %s is told once with code, cause and guild, named everywhere, and told when it is over",
  async (name, damage) => {
    const guild = await t.guild(`${name.slice(0, 12)}-vow`);
    const path = await fileOf(guild);
    const whole = readFileSync(path);
    damage(path, await fileOf(other));
    for (let visit = 0; visit < 3; visit++) {
      const { status, body } = await guild.owner.get("/roster");
      expect([status, body.type]).toEqual([503, "/problems/guild/quarantined"]);
    }
    // Background work meets the same fault, and adds no line of its own.
    await t.services.jobs.enqueue(guild.id, "upkeep.guild", "");
    await t.services.slowJobRunner.drain();
    expect(lines("jobs.failed", guild.id)).toEqual([]);
    await t.services.faults.stored();
    expect(lines("database.fault", guild.id)).toEqual([
      expect.objectContaining({
        level: "error",
        code: "database/damaged",
        cause: expect.stringMatching(/\w{5}/),
      }),
    ]);
    const requests = seen.lines.filter(
      (line) => line.includes(`/g/${guild.slug}/`) && line.includes('"status":503'),
    );
    expect(JSON.parse(requests[0]!)).toMatchObject({
      code: "guild/quarantined",
      cause: expect.any(String),
    });

    const list = JSON.parse((await run("guilds", "list", "--json")).out);
    const faultsOf = (slug: string) =>
      list.find((one: { slug: string }) => one.slug === slug).faults;
    expect(faultsOf(guild.slug)).toMatchObject([{ code: "database/damaged" }]);
    expect(faultsOf("other-vow")).toEqual([]);
    expect((await run("guilds", "show", guild.slug)).out).toContain("database/damaged");
    const doctor = await run("doctor");
    expect(doctor.code).toBe(4);
    expect(doctor.out).toContain(`database/damaged at ${guild.slug} since`);
    expect(doctor.out).not.toContain("at other-vow");
    expect((await operator.page("/operator")).text).toContain("database/damaged (1)");
    expect((await operator.page("/operator/guilds")).text).toContain("database/damaged");
    expect((await operator.page(`/operator/guilds/${guild.id}`)).text).toContain(
      "/problems/database/damaged",
    );
    expect(t.services.faults.gauges()).toEqual({ "database/damaged": 1 });

    writeFileSync(path, whole);
    expect((await guild.owner.get("/roster")).status).toBe(200);
    await t.services.faults.stored();
    expect(lines("database.recovered", guild.id)).toHaveLength(1);
    expect((await run("guilds", "show", guild.slug)).out).not.toContain("database/damaged");
    expect((await operator.page("/operator")).text).not.toContain("database/damaged");
  },
);

test("R36 damage to a database without a visit since is found by the doctor itself", async () => {
  const guild = await t.guild("quiet-vow");
  const path = await fileOf(guild);
  const whole = readFileSync(path);
  truncateSync(path);
  const { code, out } = await run("doctor");
  expect(code).toBe(4);
  expect(out).toMatch(/The database of quiet-vow is damaged: its file is empty/);
  writeFileSync(path, whole);
});

test("R36 a damaged page of an open database is reported as damage, not as an error of ours", async () => {
  const guild = await t.guild("paged-vow");
  await guild.owner.post("/roster/persons", { name: "Cinder" });
  const path = await fileOf(guild);
  const whole = readFileSync(path);
  const bytes = Buffer.from(whole);
  // Damages all but the first pages, which hold the schema and the stamp that is read first.
  const rootOf = await t.services.tenants.use((await t.services.platform.guild(guild.id))!, (db) =>
    db.first<{ page: number; size: number }>(
      `SELECT rootpage AS page, (SELECT page_size FROM pragma_page_size()) AS size
       FROM sqlite_schema WHERE name = 'persons'`,
    ),
  );
  await t.services.tenants.closeIdle();
  await handlesReleased();
  const { page, size } = rootOf!;
  bytes.fill(0xff, (page - 1) * size, page * size);
  writeFileSync(path, bytes);
  const { status, body } = await guild.owner.get("/roster");
  expect([status, body.type]).toEqual([503, "/problems/database/damaged"]);
  await t.services.faults.stored();
  expect(lines("database.fault", guild.id)).toMatchObject([{ code: "database/damaged" }]);
  expect((await run("doctor")).out).toContain("database/damaged at paged-vow");
  await t.services.tenants.closeIdle();
  await handlesReleased();
  writeFileSync(path, whole);
  expect((await run("guilds", "check", "paged-vow")).code).toBe(0);
  expect((await run("doctor")).out).not.toContain("paged-vow");
});
