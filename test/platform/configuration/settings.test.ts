import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { createApp } from "../../../src/app.ts";
import { buildNodeServices, type NodeServices } from "../../../src/node/services.ts";
import { type TestApp, TestClient, testApp } from "../../support/app.ts";
import { anOperator } from "../console/support.ts";
import { newGuild } from "../guilds/support.ts";

const HOUSE_MS = 5_000;

let t: TestApp;
let other: NodeServices;
let elsewhere: TestClient;
let operator: TestClient;
beforeAll(async () => {
  t = await testApp();
  other = await buildNodeServices(t.services.config, { now: t.now });
  const app = createApp(other);
  elsewhere = new TestClient((path, init) => app.request(`http://localhost${path}`, init));
  operator = await anOperator(t, ["configuration", "audit"]);
});
afterAll(async () => {
  await other.close();
  await t.close();
});

const change = (settings: Record<string, unknown>) =>
  operator.patch("/api/operator/configuration", settings);

describe("a setting of the platform", () => {
  test("has its default until an operator sets it, and takes only a value of its type", async () => {
    const { body } = await operator.get("/api/operator/configuration");
    expect(body).toEqual({ signUpOpen: true, announcement: "", firstPlan: "free" });
    for (const [settings, type] of [
      [{ signUpOpen: "yes" }, "request/invalid"],
      [{ announcement: "x".repeat(201) }, "request/invalid"],
      [{ unknown: 1 }, "request/invalid"],
      [{ firstPlan: "gold" }, "configuration/no-such-plan"],
    ] as const) {
      const refused = await change(settings);
      expect([refused.status, refused.body.type]).toEqual([422, `/problems/${type}`]);
    }
    expect((await operator.get("/api/operator/configuration")).body).toEqual(body);
  });

  test("is effective here at once and in another process within five seconds", async () => {
    expect((await elsewhere.page("/")).text).not.toContain("Back at nine");
    expect((await change({ announcement: "Back at nine" })).status).toBe(200);
    expect((await t.anonymous.page("/")).text).toContain("Back at nine");
    await vi.waitFor(
      async () => expect((await elsewhere.page("/sign-in")).text).toContain("Back at nine"),
      { timeout: HOUSE_MS, interval: 100 },
    );
    await change({ announcement: "" });
  });

  test("closes sign-up for pages and programs, and existing accounts still sign in", async () => {
    await change({ signUpOpen: false });
    const person = { email: "new@example.test", name: "New", password: "a long enough phrase" };
    const refused = await t.anonymous.post("/api/users", person);
    expect([refused.status, refused.body.type]).toEqual([403, "/problems/auth/sign-up-closed"]);
    const page = await t.anonymous.submit("/sign-up", person);
    expect([page.status, page.text.includes("New accounts are closed at the moment")]).toEqual([
      403,
      true,
    ]);
    const { email, password } = operator.identity;
    expect((await t.anonymous.post("/api/session", { email, password })).status).toBe(201);
    await change({ signUpOpen: true });
    expect((await t.anonymous.post("/api/users", person)).status).toBe(201);
  });

  test("says on which plan new guilds begin; existing guilds keep theirs", async () => {
    const before = await t.guild("before", { plan: "free" });
    await change({ firstPlan: "premium" });
    const founder = await t.signUp();
    const made = await founder.post("/api/guilds", newGuild("After", { slug: "after" }));
    const planOf = async (id: string) => (await t.services.platform.guildForUser(id, null))!.guild;
    expect((await planOf(made.body.id)).plan.name).toBe("premium");
    expect((await planOf(before.id)).plan.name).toBe("free");
    await change({ firstPlan: "free" });
  });

  test("is set by a form without scripts, and the log has the old and the new value", async () => {
    const page = await operator.page("/operator/configuration");
    expect(page.text).toContain("Anyone can create an account");
    const sent = await operator.submit("/operator/configuration/settings", {
      announcement: "Maintenance on Sunday",
      firstPlan: "free",
      signUpOpen: "on",
    });
    expect(sent.status).toBe(303);
    const { body } = await operator.get("/api/operator/audit?action=configuration.change&limit=1");
    expect(body.items[0]).toMatchObject({
      actorId: operator.userId,
      before: { announcement: "" },
      after: { announcement: "Maintenance on Sunday" },
    });
  });

  test("written by another release with another type falls back to its default", async () => {
    await t.services.platform.db.client.execute({
      sql: `INSERT INTO app_config (key, category, value, updated_at)
            VALUES ('signUpOpen', 'accounts', '"perhaps"', 0), ('later', 'x', '1', 0)
            ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
      args: [],
    });
    t.services.appConfig.forget();
    expect((await operator.get("/api/operator/configuration")).body.signUpOpen).toBe(true);
  });
});
