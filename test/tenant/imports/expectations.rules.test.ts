import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parseRows } from "../../../src/kernel/csv.ts";
import type { LuaTable } from "../../../src/kernel/lua-data.ts";
import type { ImportRow } from "../../../src/tenant/imports/document.ts";
import { guidFrom } from "../../../src/tenant/imports/formats/clm/guid.ts";
import { readSource } from "../../../src/tenant/imports/formats/index.ts";
import { luaOf } from "../../../src/tenant/imports/formats/lua.ts";
import { columnName, headerOf, tableRows } from "../../../src/tenant/imports/formats/table.ts";
import { matchPeople } from "../../../src/tenant/imports/people.ts";

const SAMPLES = new URL("../../../../shared/samples/imports/", import.meta.url);
const isHere = existsSync(SAMPLES);
if (!isHere) console.log("The samples of imports are not beside the checkout: not run.");

const text = (name: string) => readFileSync(new URL(name, SAMPLES), "utf8");

/** The rows of a kind, typed. */
function rowsIn(source: string) {
  const context = { realm: "Area 52", timeZone: "UTC", nowMs: Date.UTC(2026, 0, 14) };
  const { rows, questions } = readSource(source, "auto", context);
  const all = [...rows];
  const of = <Kind extends ImportRow["kind"]>(kind: Kind) =>
    all.filter((row): row is Extract<ImportRow, { kind: Kind }> => row.kind === kind);
  return { questions, of };
}

/** How often each value occurs, the most frequent first. */
function counted<T>(values: readonly T[]): (readonly [T, number])[] {
  const groups = Map.groupBy(values, (value) => value);
  return [...groups]
    .map(([value, same]) => [value, same.length] as const)
    .toSorted((a, b) => b[1] - a[1]);
}
const distinct = (values: readonly unknown[]) => new Set(values).size;

/** Every field of an expectation has to be found out from the sample: no more and no fewer. */
function expectAll(folder: string, found: Readonly<Record<string, unknown>>): void {
  const expected = JSON.parse(text(`${folder}/expected.json`)) as Record<string, unknown>;
  expect(Object.keys(found).toSorted()).toEqual(Object.keys(expected).toSorted());
  expect(found).toEqual(expected);
}
const said = (folder: string, field: string) =>
  (JSON.parse(text(`${folder}/expected.json`)) as Record<string, unknown>)[field];

describe.runIf(isHere)("each field of the samples' expectations", () => {
  test("RCLootCouncil", () => {
    const source = text("rclootcouncil/history-619.csv");
    const { names, separator } = headerOf(source);
    const cells = tableRows(source).map((row) => row.cells);
    const of = (name: string) => cells.map((row) => row[name] ?? "");
    const loot = rowsIn(source).of("loot");
    const late = loot.filter(({ remark }) => remark === "date-differs");
    const columns = said("rclootcouncil", "columns") as string[];
    expect(names).toEqual(columns.map(columnName));
    const pairs = cells.map((row) => `${row["player"]}\n${row["id"]}`);
    const doubles = counted(pairs).filter(([, count]) => count > 1);
    const days = (id: string, at: number) =>
      Math.round((at / 1000 - Number(id.split("-")[0])) / 86_400);
    expectAll("rclootcouncil", {
      columns,
      rows: loot.length,
      unique_ids: distinct(of("id")),
      unique_player_id: distinct(pairs),
      players: rowsIn(source).of("person").length,
      rows_by_player_top5: counted(of("player")).slice(0, 5),
      date_formats: Object.fromEntries(
        counted(of("date").map((date) => (/^\d{4}/.test(date) ? "yyyy/m/d" : "d/m/yy"))),
      ),
      response_top: counted(of("response")).slice(0, 8),
      award_reason_true: of("isawardreason").filter((one) => one === "true").length,
      difficultyIDs: Object.fromEntries(counted(of("difficultyid"))),
      rows_with_quotes_or_commas_in_item: of("item").filter((item) => /[",]/.test(item)).length,
      id_epoch_vs_date_mismatch_days_gt_1: late.length,
      non_ascii_players: distinct(of("player").filter((name) => /[^\x20-\x7e]/.test(name))),
      width_counts: Object.fromEntries(
        counted(
          parseRows(source, separator, 1_000)
            .slice(1)
            .map((row) => row.cells.length),
        ),
      ),
      mismatch_examples: late.map(({ key, data }) => {
        const row = cells.find(
          ({ id }) => id !== undefined && id !== "" && key.includes(` ${id} `),
        )!;
        return [row["id"], row["date"], days(row["id"]!, data.at)];
      }),
      duplicate_player_id: doubles.map(([pair]) => pair.split("\n")),
      fully_identical_rows: cells.length - distinct(cells.map((row) => JSON.stringify(row))),
    });
  });

  test("Gargul", () => {
    const source = text("gargul/Gargul.lua");
    const { of } = rowsIn(source);
    const loot = of("loot").map(({ data }) => data);
    const history = (luaOf(source).get("GargulDB") as LuaTable).get("AwardHistory") as LuaTable;
    const awards = [...history.values()].filter((one): one is LuaTable => one instanceof Map);
    const seconds = loot.map(({ at }) => at / 1000);
    const twins = loot.filter((one, at) =>
      loot.some(
        (other, before) =>
          before < at &&
          one.itemId === other.itemId &&
          one.person === other.person &&
          Math.abs(one.at - other.at) < 60_000,
      ),
    );
    const has = (name: string) => awards.filter((one) => one.has(name)).length;
    expectAll("gargul", {
      awards: loot.length,
      disenchanted: loot.filter(({ fate }) => fate === "disenchanted").length,
      winners: of("person").length,
      offspec: loot.filter(({ spec }) => spec === "off").length,
      softres: loot.filter(({ note }) => note === "Soft reserve").length,
      with_softresID: has("softresID"),
      with_Rolls: awards.filter(
        (one) => ((one.get("Rolls") as LuaTable | undefined)?.size ?? 0) > 0,
      ).length,
      not_received: awards.length - loot.length,
      first: Math.min(...seconds),
      last: Math.max(...seconds),
      items: distinct(loot.map(({ itemId }) => itemId)),
      keys: Object.fromEntries(counted(awards.flatMap((one) => [...one.keys()]))),
      same_item_winner_within_60s: twins.length,
      top_winners: (said("gargul", "top_winners") as [string, number][]).map(([name]) => [
        name,
        awards.filter((one) => one.get("awardedTo") === name).length,
      ]),
      gdkp_cost_sum: awards.reduce((sum, one) => sum + Number(one.get("GDKPCost") ?? 0), 0),
    });
  });

  test("Core Loot Manager", () => {
    const source = text("clm/ClassicLootManager.lua");
    const { questions, of } = rowsIn(source);
    const databases = questions
      .find(({ kind }) => kind === "database")!
      .options.map(({ value }) => value);
    const [ours] = databases;
    const points = new Map<string, number>();
    for (const { part, data } of of("entry")) {
      for (const line of part === ours ? data.lines : []) {
        points.set(line.person, (points.get(line.person) ?? 0) + Number(line.points));
      }
    }
    const characters = of("character").filter(({ part }) => part === ours);
    const places = Map.groupBy(
      characters,
      ({ data }) => `${data.name}-${data.realm.replace(" ", "")}`,
    );
    const own = <Row extends { part?: string }>(rows: readonly Row[]) =>
      rows.filter(({ part }) => part === ours);
    const people = {
      persons: new Map(own(of("person")).map(({ key, data }) => [key, data])),
      characters: new Map(characters.map(({ key, data }) => [key, data])),
    };
    const guild = { persons: [], characters: [], earlier: new Map(), reverted: new Set<never>() };
    const asked = matchPeople(people, guild, {}, <T extends string>() => "" as T).questions;
    // These two are sentences: what has to be asked is asked, and the parts stay apart.
    expect(asked.map(({ kind }) => kind)).toEqual(["same-name"]);
    expect(new Set(of("person").map(({ part }) => part)).size).toBeLessThanOrEqual(
      databases.length,
    );
    expect(guidFrom("Player-1-00000065")).toBe("1:101");
    const root = luaOf(source).get("CLM2_DB") as LuaTable;
    const entries = (name: string) => ((root.get(name) as LuaTable).get("ledger") as LuaTable).size;
    expectAll("clm", {
      databases,
      choose: said("clm", "choose"),
      ledger_entries: Object.fromEntries(databases.map((name) => [name, entries(name)])),
      points_by_guid: Object.fromEntries(points),
      raids: own(of("raid")).length,
      attendance: own(of("attendance")).length,
      same_name_two_guids: Object.fromEntries(
        [...places]
          .filter(([, same]) => same.length > 1)
          .map(([place, same]) => [place, same.map(({ key }) => key)]),
      ),
      decision_needed: said("clm", "decision_needed"),
      guid_to_blizzard: said("clm", "guid_to_blizzard"),
    });
  });

  test("thatsmybis, with its older headers", () => {
    const source = text("tmb/all-loot-24col.csv");
    const { of } = rowsIn(source);
    const cells = tableRows(source).map((row) => row.cells);
    const nameless = of("loot").filter(({ remark }) => remark === "no-item-id");
    const persons = of("person");
    const formula = persons.find(({ data }) => data.note?.startsWith("="));
    // 21 columns, and the twelve of an addon: the same rows by the names that are left.
    const older = (left: number, gone: RegExp) => {
      const { names } = headerOf(source);
      const kept = names.filter((name) => !gone.test(name)).slice(0, left);
      const line = (row: Readonly<Record<string, string>>) =>
        kept.map((name) => `"${(row[name] ?? "").replaceAll('"', '""')}"`).join(",");
      return rowsIn(`${kept.join(",")}\n${cells.map(line).join("\n")}\n`);
    };
    expect(older(21, /^(officernote|instancename|sourcename)$/).of("loot")).toHaveLength(2);
    const short =
      /^(raidgroupname|characterinactiveat|characternote|sortorder|itemnote|itemprionote|officernote)$/;
    expect(older(12, short).of("loot")).toHaveLength(2);
    expect(formula?.data.note).toMatch(/^=HYPERLINK/);
    const isPrivate =
      persons.some(({ data }) => data.officerNote === "officers only") &&
      persons.every(({ data }) => !(data.note ?? "").includes("officers only"));
    expectAll("tmb", {
      rows: cells.length,
      columns: headerOf(source).names.length,
      by_type: Object.fromEntries(counted(cells.map((row) => row["type"]))),
      loot_to_import: of("loot").length - nameless.length,
      loot_without_item_id: nameless.map(
        ({ data }) =>
          `${cells.find((row) => row["itemname"] === data.itemName)!["charactername"]}: keep by name, report`,
      ),
      member_without_character_owner: cells
        .filter((row) => row["membername"] === "")
        .map((row) => `${row["charactername"]} has no member_name`),
      formula_cell: said("tmb", "formula_cell"),
      officer_note_private: isPrivate,
      older_header: said("tmb", "older_header"),
    });
  });

  test("files without an expectation: what was counted by hand", () => {
    const prices = rowsIn(text("webdkp/loot_example_3.txt")).of("loot");
    expect(prices).toHaveLength(text("webdkp/loot_example_3.txt").trim().split("\n").length);
    expect(prices.every(({ problem }) => problem === "price-list")).toBe(true);
    const lines = rowsIn(text("gargul-tmb/partial-export.scsv")).of("loot");
    expect([lines.length, lines.filter(({ data }) => data.fate === "disenchanted").length]).toEqual(
      [6, 1],
    );
    expect(rowsIn(text("gargul-tmb/gargul-export.scsv")).of("loot")).toHaveLength(9);
    const [player] = rowsIn(text("eqdkp/points_player_snippet.xml")).of("balance");
    expect(player?.data).toMatchObject({ points: "0.00" });
    expect(rowsIn(text("tmb/tmb_all_loot_real_row.csv")).of("wish")).toHaveLength(1);
  });
});
