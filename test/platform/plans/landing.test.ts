import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type TestApp, testApp } from "../../support/app.ts";
import { anOperator } from "../console/support.ts";

let t: TestApp;

describe("the plans on the start page", () => {
  beforeAll(async () => {
    t = await testApp();
  });
  afterAll(() => t.close());

  test("are those that operators set, from the moment they set them", async () => {
    const before = await t.anonymous.page("/");
    expect(before.text).toContain("30 members");
    expect(before.text).toContain("Unlimited members");
    expect(before.text).toContain("Logs and metrics of the last 30 days");
    const operator = await anOperator(t, ["plans"]);
    const plans = (await operator.get("/api/operator/plans")).body.items;
    const { name: _n, features: _f, guilds: _g, ...limits } = plans[0];
    const changed = { ...limits, membersMax: 45, guildsPerAccountMax: 2, retentionDays: null };
    expect((await operator.put("/api/operator/plans/free", changed)).status).toBe(204);
    const after = await t.anonymous.page("/", { "accept-language": "es" });
    expect(after.text).toContain("45 miembros");
    expect(after.text).toContain("2 hermandades");
    expect(after.text).not.toContain("los últimos 30 días");
    expect(after.text).not.toContain("30 miembros");
  });

  test("need no query when the same visitor looks again", async () => {
    t.services.appConfig.forget();
    const shown = (await t.anonymous.page("/")).text;
    const { client } = t.services.platform.db;
    await client.execute({ sql: "UPDATE plans SET members_max = 7", args: [] });
    const again = (await t.anonymous.page("/")).text;
    expect(again.match(/\d+ members/g)).toEqual(shown.match(/\d+ members/g));
    t.services.appConfig.forget();
    expect((await t.anonymous.page("/")).text).toContain("7 members");
  });
});
