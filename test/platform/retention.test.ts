import { expect, test } from "vitest";
import { verifyAudit } from "../../src/database/audit-verify.ts";
import { guildLog, PLATFORM_LOG } from "../../src/kernel/audit-chain.ts";
import { PLATFORM_UPKEEP } from "../../src/node/upkeep-jobs.ts";
import { PLATFORM_PLACE } from "../../src/platform/audit/anchors.ts";
import { expirePlatform, previewPlatform } from "../../src/platform/guilds/retention.ts";
import { OF_THE_PLATFORM } from "../../src/platform/jobs/kinds.ts";
import type { GuildContext } from "../../src/tenant/context.ts";
import { expireGuild, previewGuild } from "../../src/tenant/retention.ts";
import { type TestApp, type TestGuild, testApp } from "../support/app.ts";

const DAY_MS = 86_400_000;

async function within<T>(
  t: TestApp,
  { id }: TestGuild,
  work: (ctx: GuildContext) => Promise<T>,
): Promise<T> {
  const guild = (await t.services.platform.guild(id))!;
  const actor = { type: "system", job: "test" } as const;
  return await t.services.tenants.use(guild, (db) =>
    work({ guild, db, actor, now: t.now, requestId: "", idempotencyKey: undefined }),
  );
}

const rowsOf = (removed: readonly { what: string; rows: number }[]) =>
  Object.fromEntries(removed.filter(({ rows }) => rows > 0).map(({ what, rows }) => [what, rows]));

test("a key's usage is deleted after 90 days and no sooner; the preview names exactly what is deleted", async () => {
  await using t = await testApp();
  const guild = await t.guild("counted");
  const made = await guild.owner.post("/settings/keys", { name: "k", scopes: ["query"] });
  await t.request("/api/roster", { headers: { authorization: `Bearer ${made.body.key}` } });
  await t.services.keyUsage.flush();
  await t.services.messageRunner.drain();
  const { platform } = t.services;
  t.advance(89 * DAY_MS);
  expect(rowsOf(await previewPlatform(platform))["key usage"]).toBeUndefined();
  t.advance(DAY_MS);
  const preview = rowsOf(await previewPlatform(platform));
  expect(preview).toMatchObject({ "key usage": 1, "mailed links": 1, "idle sessions": 1 });
  expect(rowsOf(await expirePlatform(platform, t.services.auditAnchors))).toMatchObject({
    "key usage": 1,
  });
  expect(rowsOf(await previewPlatform(platform))).toEqual({});
});

test("a guild's old answers and events are deleted, and signed-in people stay signed in", async () => {
  await using t = await testApp();
  const guild = await t.guild("tidied");
  const key = { "idempotency-key": "once" };
  await guild.owner.post("/roster/persons", { name: "Ash" }, key);
  t.advance(2 * DAY_MS);
  expect(await within(t, guild, previewGuild).then(rowsOf)).toMatchObject({
    "repeated answers": 1,
  });
  expect(
    await within(t, guild, (ctx) => expireGuild(ctx, t.services.auditAnchors)).then(rowsOf),
  ).toMatchObject({
    "repeated answers": 1,
  });
  await expirePlatform(t.services.platform, t.services.auditAnchors);
  expect((await guild.owner.get("/roster")).status).toBe(200);
});

test("a year of audit stays; older rows go behind a checkpoint, and the rest still verifies", async () => {
  await using t = await testApp();
  const guild = await t.guild("yearly");
  const { email, password } = guild.owner.identity;
  for (let n = 0; n < 6; n++) await guild.owner.post("/roster/persons", { name: `Old ${n}` });
  await t.services.auditSealer.flush();
  await t.services.auditSealer.anchor(guild.id);
  t.advance(300 * DAY_MS);
  const { body } = await t.anonymous.post("/api/session", { email, password });
  const headers = { authorization: `Bearer ${body.token}`, "content-type": "application/json" };
  const add = (name: string) =>
    t.request("/api/g/yearly/roster/persons", {
      method: "POST",
      headers,
      body: JSON.stringify({ name }),
    });
  expect((await add("Newer")).status).toBe(201);
  await t.services.auditSealer.flush();
  expect(
    rowsOf(await within(t, guild, (ctx) => expireGuild(ctx, t.services.auditAnchors)))["audit"],
  ).toBeUndefined();

  t.advance(66 * DAY_MS);
  const before = await within(t, guild, (ctx) =>
    ctx.db.all<{ seq: number; at: number }>("SELECT seq, at FROM audit_log ORDER BY seq"),
  );
  const old = before.filter(({ at }) => at <= t.now().getTime() - 365 * DAY_MS);
  expect(rowsOf(await within(t, guild, previewGuild))["audit"]).toBe(old.length);
  expect(
    rowsOf(await within(t, guild, (ctx) => expireGuild(ctx, t.services.auditAnchors)))["audit"],
  ).toBe(old.length);
  const check = () =>
    within(t, guild, async ({ db }) =>
      verifyAudit(
        db,
        guildLog(guild.id),
        await t.services.auditAnchors.known({ log: guild.id, generation: 1 }),
      ),
    );
  expect(await check()).toMatchObject({ rows: before.length - old.length, bad: undefined });
  const removed = rowsOf(await expirePlatform(t.services.platform, t.services.auditAnchors));
  expect(removed["audit"]).toBeGreaterThan(0);
  expect(
    (
      await verifyAudit(
        t.services.platform.db,
        PLATFORM_LOG,
        await t.services.auditAnchors.known(PLATFORM_PLACE),
      )
    ).bad,
  ).toBeUndefined();

  const again = await t.anonymous.post("/api/session", { email, password });
  expect(again.status).toBe(201);
  await t.services.auditSealer.flush();
  expect((await check()).bad).toBeUndefined();
  const platformCheck = await verifyAudit(
    t.services.platform.db,
    PLATFORM_LOG,
    await t.services.auditAnchors.known(PLATFORM_PLACE),
  );
  expect(platformCheck).toMatchObject({ unsealed: 0, bad: undefined });
});

test("thousands of rows are deleted a few hundred at a time", async () => {
  await using t = await testApp();
  const { db } = t.services.platform;
  await db.client.execute({
    sql: `INSERT INTO idempotency_keys (scope, key, request_hash, locked_until, expires_at)
          WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1700)
          SELECT 'user', i, '', 0, 0 FROM n`,
    args: [],
  });
  const sizes: number[] = [];
  const batch = db.client.batch.bind(db.client);
  db.client.batch = async (statements, mode) => {
    const results = await batch(statements, mode);
    if (statements[0]!.sql.includes("idempotency_keys")) sizes.push(results[0]!.rowsAffected);
    return results;
  };
  expect(
    rowsOf(await expirePlatform(t.services.platform, t.services.auditAnchors))["repeated answers"],
  ).toBe(1_700);
  expect(sizes).toEqual([500, 500, 500, 200]);
});

test("a server cleans up once a day, a guild at a time, and keeps each guild's audit head", async () => {
  await using t = await testApp();
  const guilds = [await t.guild("one-of-two"), await t.guild("two-of-two")];
  for (const { owner } of guilds) await owner.post("/roster/persons", { name: "Ash" });
  const { jobs, slowJobRunner: runner, platform } = t.services;
  await jobs.enqueue(OF_THE_PLATFORM, PLATFORM_UPKEEP, "");
  await runner.drain();
  t.advance(DAY_MS - 1);
  await runner.drain();
  for (const { id } of guilds) {
    const { heads } = await t.services.auditAnchors.known({ log: id, generation: 1 });
    expect(heads.filter((one) => "kind" in one && one.kind === "head")).toHaveLength(1);
  }
  const [next] = await platform.db.all<{ due: number }>(
    "SELECT due_at AS due FROM jobs WHERE kind = ?",
    PLATFORM_UPKEEP,
  );
  expect(next!.due).toBe(t.now().getTime() + 1);
});
