import { expect, test } from "vitest";
import { balances, importApp, isProved, upload } from "./support.ts";

const TABLE = `MonDKP_DKPTable = {
  { ["player"] = "Alto", ["class"] = "MAGE", ["dkp"] = 24 },
  { ["player"] = "Bravo", ["class"] = "PRIEST", ["dkp"] = 8 },
}
`;

/** Thirty awards of one point, with the addon's numbers from this one on. */
function half(from: number): string {
  const entries = Array.from(
    { length: 30 },
    (_, at) =>
      `{ ["players"] = "Alto,Bravo,", ["index"] = "O-${from + at}", ["dkp"] = 1, ` +
      `["date"] = ${1_580_000_000 + from + at}, ["reason"] = "Boss" },`,
  );
  return `${TABLE}MonDKP_DKPHistory = {\n${entries.join("\n")}\n}\n`;
}

/** Thirty people of one raid. */
const NIGHT = `raid_date,raid_name,character_name,credit\n${Array.from(
  { length: 30 },
  (_, at) => `2023-10-06 20:00:00,Onyxia,Player${String.fromCharCode(97 + at)},1`,
).join("\n")}`;

test("halves of one history and a file sent twice are counted once when committed at the same time", async () => {
  await using app = await importApp();
  const { t, owner } = app;
  const texts = [half(0), half(100), half(200), NIGHT, NIGHT];
  const ids: string[] = [];
  for (const text of texts) ids.push((await upload(owner, text)).body.id);
  const answers = await Promise.all(ids.map((id) => owner.post(`/imports/${id}/commitment`, {})));
  expect(answers.map(({ status }) => status)).toEqual(texts.map(() => 202));
  t.advance(120_000);
  await t.services.importRunner.drain();
  const done = await Promise.all(ids.map((id) => owner.get(`/imports/${id}`)));
  expect(done.map(({ body }) => body.state)).toEqual(texts.map(() => "done"));
  expect(await balances(owner)).toMatchObject({ Alto: "24", Bravo: "8" });
  expect(await isProved(owner)).toBe(true);
  // Each of the thirty was there once, whichever of the two imports wrote it.
  const [first, second] = done.slice(3).map(({ body }) => body.counts.attendance);
  expect((first.new ?? 0) + (second.new ?? 0)).toBe(30);
  expect((first.unchanged ?? 0) + (second.unchanged ?? 0)).toBe(30);
});
