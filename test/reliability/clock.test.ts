import { rmSync } from "node:fs";
import { getTableColumns, getTableName, is } from "drizzle-orm";
import { SQLiteTable } from "drizzle-orm/sqlite-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "../../src/kernel/clock.ts";
import { limits } from "../../src/limits.ts";
import { PLATFORM_UPKEEP } from "../../src/node/upkeep-jobs.ts";
import { BACKUP_JOB, OF_THE_PLATFORM, ROUND_JOB } from "../../src/platform/jobs/kinds.ts";
import * as platformSchema from "../../src/platform/schema.ts";
import { type TestApp, testApp } from "../support/app.ts";
import { bundleScript } from "../support/bundle.ts";
import { runCli } from "../support/cli.ts";
import { seen } from "../support/secrets/seen.ts";
import { START_MS, times } from "../support/times.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** The same platform, started again. */
const again = (t: TestApp, at: ReturnType<typeof times>) =>
  testApp({ ...t.env, LOG_LEVEL: "warn" }, at);

/** Runs everything that a server does by itself and that is due. */
async function doAll({ services }: TestApp): Promise<void> {
  await services.jobs.enqueue(OF_THE_PLATFORM, PLATFORM_UPKEEP, "");
  await services.slowJobRunner.drain();
  await services.logIngest.drain();
}

const rows = async <Row>(t: TestApp, sql: string, ...args: (string | number)[]) =>
  await t.services.platform.db.all<Row>(sql, ...args);

const told = (event: string) => seen.lines.filter((line) => line.includes(`"event":"${event}"`));

test("R34 a start 31 days ahead deletes nothing: the guild comes back, sessions live, and the log says so", async () => {
  const at = times();
  const t = await testApp({}, at);
  const guild = await t.guild("iron-vow");
  const owner = guild.owner.platform();
  await t.services.clockWatch.look();
  const deleted = await t.services.platform.guild(guild.id);
  expect(deleted).toBeDefined();
  const gone = await guild.owner.post("/settings/deletion", { name: "Guild iron-vow" });
  expect([gone.status, gone.text]).toEqual([202, expect.any(String)]);
  await t.services.close();

  at.jump(31 * DAY_MS);
  const wrong = await again(t, at);
  await wrong.services.clockWatch.look();
  await doAll(wrong);
  // A sign-in deletes the same person's expired sessions.
  const { email, password } = owner.identity;
  const entered = await wrong.anonymous.post("/api/session", { email, password });
  expect(entered.status).toBe(201);
  expect(told("clock.ahead").length).toBeGreaterThan(0);
  await wrong.services.close();

  at.jump(-31 * DAY_MS);
  const right = await again(t, at);
  try {
    await right.services.clockWatch.look();
    expect((await rows(right, "SELECT id FROM sessions")).length).toBe(2);
    const headers = { authorization: `Bearer ${owner.identity.token}` };
    const restored = await right.request(`/api/deleted-guilds/${guild.id}/restoration`, {
      method: "POST",
      headers,
    });
    expect(restored.status).toBe(200);
    const roster = await right.request("/api/g/iron-vow/roster", { headers });
    expect(roster.status).toBe(200);
  } finally {
    await right.close();
  }
});

test("R34 a deleted guild is purged when its month is over by a right clock, also after the machine was off", async () => {
  const at = times();
  const t = await testApp({}, at);
  const guild = await t.guild("old-vow");
  await guild.owner.post("/settings/deletion", { name: "Guild old-vow" });
  await t.services.clockWatch.look();
  await t.services.close();
  at.jump(31 * DAY_MS);
  const late = await again(t, at);
  try {
    await late.services.clockWatch.look();
    await doAll(late);
    expect(await late.services.platform.guild(guild.id)).toBeDefined();
    // The clock has run like this for a day: it counts as right.
    at.pass(limits.clock.believedAfter + 1);
    await late.services.clockWatch.look();
    await doAll(late);
    expect(await late.services.platform.guild(guild.id)).toBeUndefined();
    // The purge deleted its own job as well, which is no failure.
    expect(told("jobs.failed").filter((line) => line.includes(guild.id))).toEqual([]);
  } finally {
    await late.close();
  }
});

test("R34 a start with a clock that is years behind shortens no grace period, hold or session", async () => {
  const at = times();
  const t = await testApp({}, at);
  const guild = await t.guild("iron-vow");
  const { token } = guild.owner.platform().identity;
  await guild.owner.post("/settings/deletion", { name: "Guild iron-vow" });
  await t.services.clockWatch.look();
  const kept = async ({ services }: TestApp) => [
    await services.platform.db.all("SELECT purge_after FROM guilds"),
    await services.platform.db.all("SELECT created_at, expires_at FROM sessions"),
  ];
  const before = await kept(t);
  await t.services.close();
  for (const jump of [-3 * DAY_MS, -800 * DAY_MS]) {
    at.jump(jump);
    const wrong = await again(t, at);
    await wrong.services.clockWatch.look();
    await doAll(wrong);
    expect(await kept(wrong)).toEqual(before);
    await wrong.services.close();
    at.jump(-jump);
  }
  const right = await again(t, at);
  try {
    await right.services.clockWatch.look();
    await doAll(right);
    const answer = await right.request(`/api/deleted-guilds/${guild.id}/restoration`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}` },
    });
    expect(answer.status).toBe(200);
  } finally {
    await right.close();
  }
});

test("R34 three days ahead and back: what is due runs within minutes, and rights end at their right time", async () => {
  const at = times();
  const t = await testApp({}, at);
  try {
    const guild = await t.guild("iron-vow");
    await t.services.clockWatch.look();
    await t.services.jobs.enqueue(OF_THE_PLATFORM, ROUND_JOB, "");
    await doAll(t);
    at.jump(3 * DAY_MS);
    await t.services.clockWatch.look();
    await doAll(t);
    const ahead = await t.signUp("ahead");
    at.jump(-3 * DAY_MS);
    await t.services.clockWatch.look();
    const due = await rows<{ kind: string; due: number }>(
      t,
      "SELECT kind, max(due_at) AS due FROM jobs GROUP BY kind",
    );
    const latest = at.clock().getTime() + DAY_MS;
    expect(due.filter((job) => job.due > latest)).toEqual([]);
    expect(due.find(({ kind }) => kind === ROUND_JOB)!.due).toBeLessThanOrEqual(
      at.clock().getTime() + limits.backups.everyMs,
    );
    await guild.owner.post("/roster/persons", { name: "Back in time" });
    at.pass(limits.backups.everyMs);
    await doAll(t);
    const [newest] = await rows<{ at: number }>(
      t,
      "SELECT max(taken_at) AS at FROM backups WHERE taken_at <= ?",
      at.clock().getTime(),
    );
    expect(newest!.at).toBeGreaterThanOrEqual(at.clock().getTime() - 1_000);
    // A password check three days in the future does not count as recent.
    const refused = await ahead.post("/api/account/password", { password: "another one of mine" });
    expect(refused.status).not.toBe(204);
    const [session] = await rows<{ proved: number; ends: number }>(
      t,
      "SELECT proved_at AS proved, expires_at AS ends FROM sessions WHERE user_id = ?",
      ahead.userId,
    );
    expect(session!.proved).toBe(0);
    expect(session!.ends).toBeLessThanOrEqual(at.clock().getTime() + limits.session.absoluteMs);
    expect((await guild.owner.get("/roster")).status).toBe(200);
  } finally {
    await t.close();
  }
});

test("R34 a copy with a date in the future does not count as fresh", async () => {
  const at = times();
  const t = await testApp({}, at);
  try {
    const guild = await t.guild("iron-vow");
    await t.services.jobs.enqueue(guild.id, BACKUP_JOB, "");
    await t.services.slowJobRunner.drain();
    await t.services.platform.db.client.execute({
      sql: "UPDATE backups SET taken_at = ? WHERE guild_id = ?",
      args: [START_MS + 40 * DAY_MS, guild.id],
    });
    at.pass(limits.backups.lateMs + 1);
    const { lateness } = await import("../../src/platform/fleet/statistics.ts");
    expect(await lateness(t.services.platform)).toMatchObject({ late: 1, lateSlugs: ["iron-vow"] });
  } finally {
    await t.close();
  }
});

test("R34 a guild that is deleted while the clock is behind keeps its whole month", async () => {
  const at = times();
  const t = await testApp({}, at);
  const guild = await t.guild("iron-vow");
  await t.services.clockWatch.look();
  await t.services.close();
  at.jump(-20 * DAY_MS);
  const behind = await again(t, at);
  try {
    await behind.services.clockWatch.look();
    const { email, password } = guild.owner.identity;
    const entered = await behind.anonymous.post("/api/session", { email, password });
    const gone = await behind.request("/api/g/iron-vow/settings/deletion", {
      method: "POST",
      headers: {
        authorization: `Bearer ${entered.body.token}`,
        "content-type": "application/json",
      },
      body: JSON.stringify({ name: "Guild iron-vow" }),
    });
    expect(gone.status).toBe(202);
    const { purgeAfter } = (await behind.services.platform.guild(guild.id))!;
    expect(purgeAfter).toBeGreaterThanOrEqual(START_MS + limits.guild.deletionGraceMs);
  } finally {
    await behind.close();
  }
});

describe("an operator whose server's clock was wrong", () => {
  let t: TestApp;
  let main: string;
  beforeAll(async () => {
    t = await testApp({}, { clock: systemClock });
    main = await bundleScript("provisioning/cli/main.ts");
    await t.services.clockWatch.look();
  });
  afterAll(async () => {
    rmSync(main);
    await t.close();
  });
  const newestIs = (ms: number) =>
    t.services.platform.db.client.execute({
      sql: "UPDATE platform_clock SET newest_at = ?",
      args: [Date.now() + ms],
    });

  test.each([
    ["ahead", -31 * DAY_MS],
    ["behind", 3 * DAY_MS],
  ])(
    "R34 hears from the doctor that it is %s, and ends that with one command",
    async (state, off) => {
      await newestIs(off);
      const sick = await runCli(main, t.dir, ["doctor"], t.env);
      expect(sick.code).toBe(4);
      expect(sick.out).toMatch(
        new RegExp(`The clock is ${state}.*Try: +guildhall clock confirm`, "s"),
      );
      expect(await runCli(main, t.dir, ["clock", "status"], t.env)).toMatchObject({ code: 4 });
      const confirmed = await runCli(main, t.dir, ["clock", "confirm", "--json"], t.env);
      expect([confirmed.code, JSON.parse(confirmed.out).state]).toEqual([0, "right"]);
      const well = await runCli(main, t.dir, ["doctor"], t.env);
      expect(well.out).not.toContain("The clock is");
      const [row] = await rows<{ action: string }>(
        t,
        "SELECT action FROM audit_log ORDER BY seq DESC LIMIT 1",
      );
      expect(row!.action).toBe("clock.confirm");
    },
  );
});

// What happens to each column with a deadline when the clock was wrong.
const HANDLED: Readonly<Record<string, string>> = {
  "sessions.expires_at": "kept while ahead, shortened afterwards",
  "email_tokens.expires_at": "shortened afterwards",
  "guilds.purge_after": "judged by the settled time, shortened afterwards",
  "slug_history.held_until": "judged by the settled time, shortened afterwards",
  "outgoing_messages.expires_at":
    "judged by the settled time, moved back with the moment of its making",
  "invitations.expires_at": "moved back with the moment of its making",
  "provisioning_operations.lease_until": "ended afterwards",
  "rollouts.lease_until": "ended afterwards",
  "guild_moves.lease_until": "ended afterwards",
  "guild_transfers.lease_until": "ended afterwards",
  "declared_runs.lease_until": "ended afterwards",
  "jobs.due_at": "moved back with the moment it was set",
  "jobs.lease_until": "ended afterwards",
  "idempotency_keys.locked_until": "not believed, ended afterwards",
  "idempotency_keys.expires_at": "kept longer, which is harmless",
  "live_tickets.expires_at": "removed afterwards",
  "live_connections.expires_at": "not counted, removed afterwards",
  "rate_slots.expires_at": "slots of a time to come are not counted",
  "rate_windows.expires_at": "read by no release that runs",
  "response_cache.expires_at": "removed afterwards",
  "response_cache.stale_until": "removed afterwards",
  "spare_databases.remove_after": "judged by the settled time, shortened afterwards",
  "api_keys.expires_at": "a day that a person chose; the key is judged, not removed",
  "subscriptions.until": "a day that an operator chose; ends by the settled time",
  "used_rounds.expires_at": "kept longer, which is harmless",
  "impersonations.expires_at": "ended afterwards",
};

test("R34 no platform column that holds a deadline is left out", () => {
  const found = Object.values(platformSchema)
    .filter((one) => is(one, SQLiteTable))
    .flatMap((table) =>
      Object.values(getTableColumns(table))
        .map(({ name }) => name)
        .filter((name) => /^(due_at|until|expires_at|.*_until|.*_after)$/.test(name))
        .map((name) => `${getTableName(table)}.${name}`),
    );
  expect(found.toSorted()).toEqual(Object.keys(HANDLED).toSorted());
});

test("R34 times that a wrong clock wrote three days ahead are corrected in every table, once", async () => {
  const at = times();
  const t = await testApp({}, at);
  try {
    const guild = await t.guild("iron-vow");
    const far = START_MS + 3 * DAY_MS;
    const run = (sql: string, ...args: (string | number)[]) =>
      t.services.platform.db.client.execute({ sql, args });
    await t.services.jobs.enqueue(guild.id, BACKUP_JOB, "", far + HOUR_MS);
    await run("UPDATE jobs SET created_at = ?, started_at = ?, lease_until = ?", far, far, far);
    await run("UPDATE provisioning_operations SET lease_until = ?", far);
    await run("UPDATE guilds SET created_at = ?, updated_at = ?", far, far);
    await run("UPDATE sessions SET created_at = ?, last_used_at = ?, proved_at = ?", far, far, far);
    await run("UPDATE email_tokens SET expires_at = ?", far + DAY_MS);
    await run(
      `INSERT INTO idempotency_keys (scope, key, request_hash, locked_until, expires_at)
       VALUES ('s', 'k', 'h', ?, ?)`,
      far,
      far,
    );
    await run(
      "INSERT INTO slug_history (slug, guild_id, held_until) VALUES ('old-vow', ?, ?)",
      guild.id,
      far + limits.guild.slugHeldMs,
    );
    const { repairTimes } = await import("../../src/platform/jobs/clock-repair.ts");
    expect(await repairTimes(t.services.platform, START_MS)).toBeGreaterThan(7);
    for (const [table, column, lastsMs] of [
      ["jobs", "due_at", HOUR_MS],
      ["jobs", "lease_until", 0],
      ["provisioning_operations", "lease_until", 0],
      ["guilds", "updated_at", 0],
      ["sessions", "last_used_at", 0],
      ["sessions", "proved_at", 0],
      ["email_tokens", "expires_at", DAY_MS],
      ["idempotency_keys", "locked_until", 0],
      ["slug_history", "held_until", limits.guild.slugHeldMs],
    ] as const) {
      const [row] = await rows<{ at: number }>(t, `SELECT max(${column}) AS at FROM ${table}`);
      expect([table, column, row!.at <= START_MS + lastsMs]).toEqual([table, column, true]);
    }
    expect(await repairTimes(t.services.platform, START_MS)).toBe(0);
  } finally {
    await t.close();
  }
});
