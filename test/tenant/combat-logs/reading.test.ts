import { expect, test } from "vitest";
import { testApp } from "../../support/app.ts";

test("every list of fights is read by an index, and nothing is sorted to show a page of it", async () => {
  await using t = await testApp();
  const guild = await t.guild("planned");
  const row = (await t.services.platform.guild(guild.id))!;
  const seen: string[] = [];
  const id = "01890a5d-ac96-774b-bcce-b302099a8057";
  await t.services.tenants.use(row, async (db) => {
    const execute = db.client.execute.bind(db.client);
    db.client.execute = async (statement) => {
      if (/^\s*select/i.test(statement.sql)) {
        const { rows } = await execute({
          ...statement,
          sql: `EXPLAIN QUERY PLAN ${statement.sql}`,
        });
        seen.push(...rows.map((one) => String(one[3])));
      }
      return await execute(statement);
    };
    await guild.owner.get("/bosses/2900/16/pulls");
    await guild.owner.get(`/fights/${id}`);
    await guild.owner.get(`/logs/${id}`);
    await guild.owner.get("/logs");
    Reflect.deleteProperty(db.client, "execute");
  });
  const plans = seen.filter((plan) =>
    /\b(e|encounters|encounter_players|r|log_reports)\b/.test(plan),
  );
  expect(plans.length).toBeGreaterThan(5);
  expect(
    plans.filter((plan) => /^SCAN/.test(plan) && !/USING (COVERING )?INDEX/.test(plan)),
  ).toEqual([]);
  expect(seen.filter((plan) => plan.includes("TEMP B-TREE"))).toEqual([]);
});
