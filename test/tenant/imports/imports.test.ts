import { describe, expect, test } from "vitest";
import { balances, commit, importApp, imported, isProved, revert, upload } from "./support.ts";

/** Two halves of one history: the table of points is the same in both. */
const TABLE = `MonDKP_DKPTable = {
  { ["player"] = "Alto", ["class"] = "MAGE", ["dkp"] = 24 },
  { ["player"] = "Bravo", ["class"] = "PRIEST", ["dkp"] = 8 },
  { ["player"] = "Çelia", ["class"] = "ROGUE", ["dkp"] = 7 },
}
`;
const OLD = `${TABLE}MonDKP_DKPHistory = {
  { ["players"] = "Alto,Bravo,", ["index"] = "O-1",
    ["dkp"] = 20, ["date"] = 1580000000,
    ["reason"] = "On time" },
  { ["players"] = "Alto,Bravo,", ["index"] = "O-2",
    ["dkp"] = "-4,-4,-20%", ["date"] = 1580100000,
    ["reason"] = "Decay" },
}
MonDKP_Loot = {
  { ["player"] = "Bravo", ["loot"] = "|cffa335ee|Hitem:16939::::|h[Helm]|h|r",
    ["date"] = 1580200000, ["index"] = "O-3", ["cost"] = -8, ["boss"] = "Onyxia" },
}
`;
const NEW = `${TABLE}MonDKP_DKPHistory = {
  { ["players"] = "Alto,", ["index"] = "O-4",
    ["dkp"] = 10, ["date"] = 1580300000,
    ["reason"] = "Typo", ["deletedby"] = "O-5" },
  { ["players"] = "Alto,", ["index"] = "O-5",
    ["dkp"] = -10, ["date"] = 1580300001,
    ["reason"] = "Delete Entry", ["deletes"] = "O-4" },
  { ["players"] = "Alto,", ["index"] = "O-6",
    ["dkp"] = 8, ["date"] = 1580400000,
    ["reason"] = "Boss" },
}
MonDKP_Loot = {
}
`;

describe("history of another tool", () => {
  test("balances equal the tool's table, and a second import adds nothing", async () => {
    await using app = await importApp();
    const { t, owner } = app;
    await imported(t, owner, OLD);
    const done = await imported(t, owner, NEW);
    expect(await balances(owner)).toMatchObject({ Alto: "24", Bravo: "8", Çelia: "7" });
    // Alto: 20 - 4 + 10 - 10 + 8. Bravo: 20 - 4 - 8. Çelia has no history.
    expect(done.report.persons).toEqual([
      expect.objectContaining({ person: "Çelia", history: "0", balance: "7", correction: "7" }),
      expect.objectContaining({ person: "Alto", history: "24", balance: "24", correction: "0" }),
      expect.objectContaining({ person: "Bravo", history: "8", balance: "8", correction: "0" }),
    ]);
    expect((await imported(t, owner, OLD)).totals.new).toBe(0);
    expect(await balances(owner)).toMatchObject({ Alto: "24", Bravo: "8", Çelia: "7" });
    expect(await isProved(owner)).toBe(true);
  });

  test("two halves of a history give the same balances in either order", async () => {
    await using app = await importApp();
    const { t, owner } = app;
    await imported(t, owner, NEW);
    await imported(t, owner, OLD);
    expect(await balances(owner)).toMatchObject({ Alto: "24", Bravo: "8", Çelia: "7" });
    expect(await isProved(owner)).toBe(true);
  });

  test("a preview changes nothing, and a reverted import leaves the balances of before", async () => {
    await using app = await importApp();
    const { t, owner } = app;
    const before = await balances(owner);
    const { body } = await upload(owner, OLD);
    expect(body).toMatchObject({
      state: "preview",
      counts: { entry: { new: 3 }, loot: { new: 1 } },
    });
    expect(await balances(owner)).toEqual(before);
    expect((await commit(t, owner, body.id)).body.state).toBe("done");
    expect((await revert(t, owner, body.id)).body.state).toBe("reverted");
    expect(await balances(owner)).toEqual(before);
    expect((await owner.get("/loot")).body.items).toEqual([]);
    expect(await isProved(owner)).toBe(true);
    await imported(t, owner, OLD);
    expect(await balances(owner)).toMatchObject({ Alto: "24", Bravo: "8", Çelia: "7" });
  });

  test("an import that points were given on cannot be reverted, and says why", async () => {
    await using app = await importApp();
    const { t, owner } = app;
    const done = await imported(t, owner, OLD);
    const people = (await owner.get("/roster")).body.items as { id: string; name: string }[];
    const alto = people.find(({ name }) => name === "Alto")!;
    await owner.post("/dkp/awards", { personIds: [alto.id], points: 5, reason: "Tonight" });
    const refused = await owner.post(`/imports/${done.id}/reversal`, {});
    expect(refused.status).toBe(409);
    expect(refused.body.obstacles).toEqual([
      expect.objectContaining({ kind: "entry", label: "Alto: Tonight" }),
    ]);
  });

  test("a list of names and points becomes one entry of opening balances", async () => {
    await using app = await importApp();
    const { t, owner } = app;
    await imported(t, owner, "name,points\nAlto,12.5\nBravo,-3\n");
    expect(await balances(owner)).toMatchObject({ Alto: "12.5", Bravo: "-3" });
    const { items } = (await owner.get("/dkp/entries")).body;
    expect(items).toHaveLength(1);
    expect(items[0]).toMatchObject({ kind: "opening" });
  });

  test("a date that can be read both ways is asked about", async () => {
    await using app = await importApp();
    const { t, owner } = app;
    const text = "player,date,id,item,itemID,response\nAlto,3/4/19,1-1,Axe,7,Need\n";
    const { body } = await upload(owner, text);
    expect(body.questions).toMatchObject([{ kind: "date-order" }]);
    await owner.post(`/imports/${body.id}/answers`, { answers: { "date-order": "mdy" } });
    await commit(t, owner, body.id);
    const [item] = (await owner.get("/loot")).body.items;
    expect(new Date(item.at).toISOString()).toMatch(/^2019-03-0[34]/);
  });
});

test("a file that no one can read is refused with its reason, and leaves no import behind it to commit", async () => {
  await using app = await importApp();
  for (const [sent, code] of [
    [new Uint8Array([0xff, 0xfe, 0x41, 0]), "imports/bad-encoding"],
    ["CLM2_DB = os.execute('x')", "imports/unreadable"],
    ['<!DOCTYPE a [<!ENTITY x "y">]><dkptable>&x;</dkptable>', "imports/unsafe-xml"],
  ] as const) {
    const answer = await app.owner.sendBytes("POST", "/imports", sent);
    expect([answer.status, answer.body.type]).toEqual([422, `/problems/${code}`]);
  }
  const { items } = (await app.owner.get("/imports")).body;
  expect(items.map((one: { state: string }) => one.state)).toEqual(["failed", "failed", "failed"]);
});

const FORM = "multipart/form-data; boundary=edge";

test("a form sends a file with lines of dashes, and too many parts are refused", async () => {
  await using app = await importApp();
  const send = (parts: string) =>
    app.owner.sendText("POST", "/imports", `${parts}--edge--\r\n`, FORM);
  const part = (name: string, text: string) =>
    `--edge\r\nContent-Disposition: form-data; name="${name}"; filename="a.txt"\r\n\r\n${text}\r\n`;
  const dashes = "-- [1]\r\n".repeat(1_000);
  const sent = await send(part("file", `GargulDB = {\r\n${dashes}["AwardHistory"] = {},\r\n}`));
  expect(sent.body.type).toBe("/problems/imports/no-rows");
  const many = await send(part("a", "").repeat(1_000));
  expect([many.status, many.body.type]).toEqual([413, "/problems/request/too-complex"]);
});
