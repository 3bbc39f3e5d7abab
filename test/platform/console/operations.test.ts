import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type TestApp, type TestClient, type TestGuild, testApp } from "../../support/app.ts";
import { anOperator } from "./support.ts";

let t: TestApp;
let guild: TestGuild;
let operator: TestClient;
beforeAll(async () => {
  t = await testApp();
  guild = await t.guild("iron-vow");
  await t.guild("quiet-vow");
  operator = await anOperator(t, ["fleet", "jobs", "backups"], "olga");
  // Emails to these people are jobs as well.
  await t.services.messageRunner.drain();
});
afterAll(() => t.close());

const jobs = async (query = "") => (await operator.get(`/api/operator/jobs${query}`)).body;

describe("jobs", () => {
  test("are shown while they wait, while they fail and after they are done", async () => {
    await t.services.jobs.enqueue(guild.id, "dkp.decay", "no-such-pool");
    expect((await jobs("?state=due")).jobs).toMatchObject([
      { kind: "dkp.decay", slug: "iron-vow", attempts: 0 },
    ]);
    await t.services.jobRunner.drain();
    const [failing] = (await jobs("?state=failing")).jobs;
    expect(failing).toMatchObject({ kind: "dkp.decay", attempts: 1 });
    expect(failing.error).not.toBe("");
    expect((await jobs("?outcome=failed")).runs).toMatchObject([{ kind: "dkp.decay" }]);
    const page = await operator.page("/operator/jobs");
    expect(page.text).toContain("dkp.decay");
    expect(page.text).toContain("failing");
  });

  test("that fail for the same reason are recorded once, not once a second", async () => {
    for (let n = 0; n < 3; n++) {
      t.advance(60_000);
      await t.services.jobRunner.drain();
    }
    expect((await jobs("?outcome=failed")).runs).toHaveLength(1);
    expect((await jobs("?state=failing")).jobs[0].attempts).toBeGreaterThan(2);
  });

  test("are made due at once, or removed, by the page and by the API", async () => {
    const [{ id }] = (await jobs("?state=failing")).jobs;
    expect((await operator.post(`/api/operator/jobs/${id}/retry`)).status).toBe(204);
    const ended = await operator.submit(`/operator/jobs/${id}/cancellation`, {});
    expect(ended.headers.get("location")).toBe("/operator/jobs?done=canceled");
    expect((await jobs()).jobs.filter((job: { id: string }) => job.id === id)).toEqual([]);
    expect((await jobs("?outcome=cancelled")).runs).toHaveLength(1);
    expect((await operator.post(`/api/operator/jobs/${id}/retry`)).status).toBe(404);
    const audit = await t.services.platform.db.all<{ action: string }>(
      "SELECT action FROM audit_log WHERE action LIKE 'job.%' ORDER BY seq",
    );
    expect(audit.map(({ action }) => action)).toEqual(["job.retry", "job.cancel"]);
  });
});

describe("the fleet", () => {
  test("is a map by schema, host and state, with nothing to roll out when all are up to date", async () => {
    const { body } = await operator.get("/api/operator/fleet");
    expect(body.map).toMatchObject([{ host: expect.any(String), status: "ready", guilds: 2 }]);
    expect(body).toMatchObject({ plan: { behind: 0 }, rollouts: [], newest: null });
    expect((await operator.page("/operator/fleet")).text).toContain("There is nothing to migrate");
    const begun = await operator.post("/api/operator/fleet/rollouts", { reason: "No need" });
    expect(begun).toMatchObject({ status: 409, body: { type: "/problems/rollout/nothing-to-do" } });
  });

  test("gets its new schema by a rollout that is started here and done by any server", async () => {
    // The state after a new release: the platform has not recorded its schema for any guild yet.
    await t.services.platform.db.client.execute({
      sql: "UPDATE guilds SET schema_hash = 'old', schema_version = schema_version - 1",
      args: [],
    });
    const page = await operator.page("/operator/fleet");
    expect(page.text).toContain("2 guilds are behind");
    const wrong = await operator.submit("/operator/fleet/rollouts", { reason: "" });
    expect(wrong.status).toBe(422);
    const sent = await operator.submit("/operator/fleet/rollouts", { reason: "Release 2" });
    expect(sent).toMatchObject({ status: 303 });
    await t.services.slowJobRunner.drain();
    const { body } = await operator.get("/api/operator/fleet");
    expect(body.newest).toMatchObject({ status: "done", reason: "Release 2", startedBy: "olga" });
    expect(body.plan.behind).toBe(0);
    const one = await operator.get(`/api/operator/fleet/rollouts/${body.newest.id}`);
    expect(one.body.waves[0]).toMatchObject({ done: 1, failed: 0 });
    expect((await operator.page("/operator/fleet")).text).toContain("Latest rollout: done");
  });

  test("that stopped for a failure resumes from here once that is fixed", async () => {
    const { databaseName } = (await t.services.platform.guild(guild.id))!;
    await t.services.platform.db.client.execute({
      sql: "UPDATE guilds SET schema_hash = 'old', schema_version = schema_version - 1",
      args: [],
    });
    await t.services.platform.db.client.execute({
      sql: "UPDATE guilds SET generation = generation + 1 WHERE database_name = ?",
      args: [databaseName],
    });
    t.services.tenants.evict(guild.id);
    await operator.post("/api/operator/fleet/rollouts", { reason: "Release 3" });
    await t.services.slowJobRunner.drain();
    const halted = (await operator.get("/api/operator/fleet")).body.newest;
    expect(["halted", "failed"]).toContain(halted.status);
    expect(halted.failures[0].slugs).toEqual(["iron-vow"]);
    expect((await operator.page("/operator/fleet")).text).toContain("another guild");
    await t.services.platform.db.client.execute({
      sql: "UPDATE guilds SET generation = generation - 1 WHERE database_name = ?",
      args: [databaseName],
    });
    expect((await operator.submit("/operator/fleet/retry", {})).status).toBe(303);
    await t.services.slowJobRunner.drain();
    expect((await operator.get("/api/operator/fleet")).body.newest.status).toBe("done");
    expect((await operator.submit("/operator/fleet/pause", {})).status).toBe(409);
  });
});

describe("backups", () => {
  test("show which guild has waited longest for a good copy, and are made from here", async () => {
    t.advance(4 * 3_600_000);
    await operator.prove();
    const before = (await operator.get("/api/operator/backups")).body;
    expect(before).toMatchObject({ late: 2, platform: [] });
    expect(before.guilds[0]).toMatchObject({ goodAt: null });
    expect((await operator.page("/operator/backups")).text).toContain(
      "2 guilds have no verified backup",
    );
    const asked = await operator.submit(`/operator/backups/${guild.id}/copies`, {});
    expect(asked.status).toBe(303);
    await t.services.slowJobRunner.drain();
    const after = (await operator.get("/api/operator/backups")).body;
    expect(after.late).toBe(1);
    expect(after.guilds[1]).toMatchObject({ slug: "iron-vow", status: "good" });
    expect((await operator.post("/api/operator/backups/none/copies")).status).toBe(404);
  });
});
