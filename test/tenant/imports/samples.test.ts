import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { balances, commit, importApp, imported, isProved, revert, upload } from "./support.ts";

const SAMPLES = new URL("../../../../shared/samples/imports/", import.meta.url);
const isHere = existsSync(SAMPLES);
if (!isHere) console.log("The samples of imports are not beside the checkout: not run.");

const text = (name: string) => readFileSync(new URL(name, SAMPLES), "utf8");
const json = (name: string) => JSON.parse(text(name));

describe.runIf(isHere)("samples of other tools", () => {
  test("MonolithDKP: every balance equals the table, half of them by a correction", async () => {
    await using app = await importApp();
    const { t, owner } = app;
    const done = await imported(t, owner, text("MonolithDKP.lua"));
    expect(done.counts.entry).toEqual({ new: 592 + 1_227 });
    expect(done.counts.loot).toEqual({ new: 1_227 - 12 });
    const shown = await balances(owner);
    expect(shown).toMatchObject({ Agarasana: "140", Aithus: "137" });
    // The owner has an account in the guild too.
    expect(Object.keys(shown)).toHaveLength(73);
    const ofTable = done.report.persons.filter(({ person }: { person: string }) => person in shown);
    expect(ofTable.filter((one: { correction: string }) => one.correction === "0")).toHaveLength(
      36,
    );
    for (const { person, balance } of ofTable) expect(shown[person]).toBe(balance);
    expect(await isProved(owner)).toBe(true);
    const again = await imported(t, owner, text("MonolithDKP.lua"));
    expect(again.totals.new).toBe(0);
    expect(await balances(owner)).toEqual(shown);
    await revert(t, owner, again.id);
    expect((await revert(t, owner, done.id)).body.state).toBe("reverted");
    expect(Object.values(await balances(owner))).toEqual(["0"]);
    expect(await isProved(owner)).toBe(true);
  }, 120_000);

  test("Core Loot Manager: asks which database, and who a re-made character is", async () => {
    const expected = json("clm/expected.json");
    await using app = await importApp();
    const { t, owner } = app;
    const { body } = await upload(owner, text("clm/ClassicLootManager.lua"));
    const [question] = body.questions;
    expect(question.options.map(({ value }: { value: string }) => value)).toEqual(
      expected.databases,
    );
    expect((await owner.post(`/imports/${body.id}/commitment`, {})).body.type).toMatch(
      /open-questions/,
    );
    const chosen = await owner.post(`/imports/${body.id}/answers`, {
      answers: { database: expected.databases[0] },
    });
    expect(chosen.body.openQuestions).toBe(1);
    const double = chosen.body.questions.find((one: { kind: string }) => one.kind === "same-name");
    await owner.post(`/imports/${body.id}/answers`, { answers: { [double.id]: "one" } });
    const done = (await commit(t, owner, body.id)).body;
    expect(done.counts).toMatchObject({
      entry: { new: 1 },
      raid: { new: expected.raids },
      attendance: { new: expected.attendance },
    });
    expect(await balances(owner)).toMatchObject({ Cinder: "10", Jêmma: "10" });
  });

  test("RCLootCouncil: every row of the history, by player, id and item", async () => {
    const expected = json("rclootcouncil/expected.json");
    await using app = await importApp();
    const { t, owner } = app;
    const done = await imported(t, owner, text("rclootcouncil/history-619.csv"));
    expect(done.counts.loot).toEqual({ new: expected.rows });
    expect(done.counts.person).toEqual({ new: expected.players });
    expect((await imported(t, owner, text("rclootcouncil/history-619.csv"))).totals.new).toBe(0);
  }, 60_000);

  test("Gargul: all awards, with the disenchanted ones apart", async () => {
    const expected = json("gargul/expected.json");
    await using app = await importApp();
    const { t, owner } = app;
    const done = await imported(t, owner, text("gargul/Gargul.lua"));
    expect(done.counts.loot).toEqual({ new: expected.awards });
    expect(done.counts.person).toEqual({ new: expected.winners });
  }, 60_000);

  test("thatsmybis: loot without an id stays by name, and a formula stays a text", async () => {
    await using app = await importApp();
    const { t, owner } = app;
    const done = await imported(t, owner, text("tmb/all-loot-24col.csv"));
    expect(done.counts).toMatchObject({ loot: { new: 2 }, wish: { new: 2 } });
    const persons = (await owner.get("/roster")).body.items;
    const zoe = persons.find((one: { name: string }) => one.name === "Zoé");
    expect(zoe.note).toMatch(/^=HYPERLINK/);
    expect(zoe.officerNote).toBe("officers only");
  });
});
