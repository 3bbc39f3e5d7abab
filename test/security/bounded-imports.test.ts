import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { limits } from "../../src/limits.ts";
import type { Answer } from "../support/app.ts";
import { type BoundedGuild, boundedServer, expectFairness } from "../support/bounded-server.ts";

const FULL = process.env["GUILDHALL_SCALE"] === "full";
const { exportRowsMax, uploadBytesMax, sheetCharsMax, sheetLinesMax } = limits.identity;
/** Entries of an imported history. Rows are stored in slices, so their number adds time, not waiting. */
const ENTRIES = FULL ? 100_000 : 2_000;

let server: Awaited<ReturnType<typeof boundedServer>>;
let guild: BoundedGuild;
beforeAll(async () => {
  server = await boundedServer();
  guild = await server.guild("busy");
});
afterAll(() => server[Symbol.asyncDispose]());

const letters = (n: number) => [...String(n)].map((digit) => "abcdefghij"[Number(digit)]).join("");
const name = (n: number) => `Raider${letters(n)}`;

/** The addon's file with this many characters, each with a long note. */
function rosterFile(count: number, note: string, first = 0): string {
  const rows = Array.from({ length: count }, (_, at) => {
    const n = first + at;
    const fields = `["guid"]="Player-1-${n}",["name"]="${name(n)}",["rank"]=${n % 9},["level"]=80`;
    return `{${fields},["class"]="MAGE",["lastSeen"]=${n},["note"]="${note} ${name(n + 1)}"},`;
  });
  return `GuildhallSyncDB = {["schema"]=1,["exportedAt"]=1768420800,["edition"]="retail",["region"]="eu",
    ["guild"]="Busy",["memberCount"]=${count},["canViewPublicNote"]=true,["canViewOfficerNote"]=false,
    ["ranks"]={"GM"},["rows"]={${rows.join("\n")}}}`;
}

/** The file of Guild Roster Manager with this many characters. */
function grmFile(count: number): string {
  const rows = Array.from(
    { length: count },
    (_, n) =>
      `["${name(n)}-Area52"]={["GUID"]="Player-1-${n}",["name"]="${name(n)}",["rankIndex"]=1},`,
  );
  return `GRM_GuildMemberHistory_Save = {["Busy-Area52"]={${rows.join("\n")}}}
    GRM_PlayersThatLeftHistory_Save = {} GRM_Alts = {}`;
}

/** As many repetitions as the file may have, between a beginning and an end. */
const filled = (piece: string, end = "", start = "A = ") =>
  start + piece.repeat(Math.floor((uploadBytesMax - 100) / piece.length)) + end;

const upload = (file: string) =>
  guild.api.sendText("POST", "/guild-sync/addon-upload", file, "text/plain");
const sheets = (characters: string, discordIds = "Discord,DiscordID\n") =>
  guild.api.post("/identity/imports/sheet", { characters, discordIds });

/** Uploads, and waits until the matching that follows is over. */
async function uploadAndMatch(file: string): Promise<Answer> {
  const answer = await upload(file);
  if (answer.status === 202) await matched();
  return answer;
}

async function matched(): Promise<void> {
  await expect
    .poll(
      async () => {
        const { runs } = (await guild.api.get("/guild-sync/status")).body;
        const newest = runs.find((one: { kind: string }) => one.kind === "match");
        return newest?.state ?? "waiting";
      },
      { timeout: 60_000 },
    )
    .toBe("done");
}

/** A history of one award after another, in the file of an addon. */
function historyFile(entries: number): string {
  const rows = Array.from(
    { length: entries },
    (_, n) =>
      `{ ["players"] = "${name(n % 400)},${name((n + 1) % 400)},", ["index"] = "O-${n}",
        ["dkp"] = 5, ["date"] = ${1_580_000_000 + n * 60}, ["reason"] = "Boss" },`,
  );
  return `MonDKP_DKPTable = {} MonDKP_DKPHistory = { ${rows.join("\n")} } MonDKP_Loot = {}`;
}

async function committed(file: string): Promise<Answer> {
  const uploaded = await guild.api.sendText("POST", "/imports", file, "text/plain");
  expect(uploaded.status, uploaded.text.slice(0, 300)).toBe(202);
  const path = `/imports/${uploaded.body.id}`;
  for (const [verb, state] of [
    ["commitment", "done"],
    ["reversal", "reverted"],
  ] as const) {
    expect((await guild.api.post(`${path}/${verb}`, {})).status).toBeLessThan(300);
    await expect
      .poll(async () => (await guild.api.get(path)).body.state, { timeout: 120_000 })
      .toBe(state);
    const page = await guild.api.page(`/g/${guild.slug}${path}`);
    expect(page.status).toBe(200);
  }
  return uploaded;
}

const people = (count: number, of: (n: number) => string) =>
  Array.from({ length: count }, (_, n) => of(n)).join("\n");

/** Each upload with input of variable size: its largest or costliest input, and the expected answer. */
const UPLOADS: Readonly<Record<string, readonly [() => Promise<Answer>, number]>> = {
  "an addon's export of the largest guild": [
    () => uploadAndMatch(rosterFile(exportRowsMax, "n")),
    202,
  ],
  "another one, in which everything changed": [
    () => uploadAndMatch(rosterFile(exportRowsMax, "alt of")),
    202,
  ],
  "the roster of the largest guild": [() => guild.api.page(`/g/${guild.slug}/roster`), 200],
  "who is who in the largest guild": [() => guild.api.page(`/g/${guild.slug}/identity`), 200],
  "persons of the largest guild": [() => guild.api.get("/identity/persons"), 200],
  "characters without a person in the largest guild": [
    () => guild.api.get("/identity/orphans/wow"),
    200,
  ],
  "issues of the largest guild": [() => guild.api.get("/identity/issues"), 200],
  "an addon's export of more characters": [() => upload(rosterFile(exportRowsMax + 1, "n")), 422],
  "another addon's file of the largest guild": [() => uploadAndMatch(grmFile(exportRowsMax)), 202],
  "another addon's file of more characters": [() => upload(grmFile(exportRowsMax + 1)), 422],
  "an addon's file of empty tables": [() => upload(filled("{},", "}", "A = {")), 422],
  "an addon's file of escapes": [() => upload(filled("\\065a", '"', 'A = "')), 422],
  "an addon's file of comments": [() => upload(filled("--\n")), 422],
  "an addon's file of keys": [() => upload(filled("[1]=1,", "}", "A = {")), 422],
  "an addon's file that is cut": [() => upload(filled("{")), 422],
  "two sheets of as many people as they may have": [
    () =>
      sheets(
        `Discord,Character\n${people(exportRowsMax, (n) => `u${n},${name(n)}`)}`,
        `Discord,DiscordID\n${people(exportRowsMax, (n) => `u${n},${1_000_000 + n}`)}`,
      ),
    202,
  ],
  "the same sheets again": [
    () =>
      sheets(
        `Discord,Character\n${people(exportRowsMax, (n) => `u${n},${name(n)}`)}`,
        `Discord,DiscordID\n${people(exportRowsMax, (n) => `u${n},${1_000_000 + n}`)}`,
      ),
    202,
  ],
  "sheets of more lines": [
    () => sheets(`Discord,Character\n${people(sheetLinesMax + 9, (n) => `u${n},x`)}`),
    202,
  ],
  "a sheet of commas": [() => sheets(`Discord,Character\n${",".repeat(sheetCharsMax - 100)}`), 202],
  "a sheet of quotes": [
    () => sheets(`Discord,Character\n${'"\n'.repeat(sheetCharsMax / 2 - 100)}`),
    202,
  ],
  "a longer sheet": [() => sheets("x".repeat(sheetCharsMax + 1)), 422],
  "a history of another tool, its commit and its reversal": [
    () => committed(historyFile(ENTRIES)),
    202,
  ],
  "a file of another tool of empty tables": [
    () =>
      guild.api.sendText(
        "POST",
        "/imports",
        `MonDKP_DKPTable = {${"{},".repeat(600_000)}}`,
        "text/plain",
      ),
    422,
  ],
  "opening balances of more people than a guild has": [
    () => committed(`name,points\n${people(FULL ? 5_000 : 1_500, (n) => `${name(n)},${n}`)}`),
    202,
  ],
  "a roster of every separator": [
    () =>
      guild.api.post("/roster/previews", { text: ",;\t".repeat(limits.roster.pasteCharsMax / 3) }),
    200,
  ],
  "a roster of quotes": [
    () =>
      guild.api.post("/roster/previews", {
        text: '"\n,;\t'.repeat(Math.floor(limits.roster.pasteCharsMax / 5)),
      }),
    200,
  ],
};

describe("one guild's upload", () => {
  test.each(Object.keys(UPLOADS))(
    "S66 %s lets another guild wait no longer than a moment",
    async (what) => {
      const [send, status] = UPLOADS[what]!;
      let answer: Answer | undefined;
      const cost = await server.cost(async () => {
        answer = await send();
      });
      expect(answer!.status, answer!.text.slice(0, 300)).toBe(status);
      expectFairness(what, cost);
    },
    180_000,
  );
});

test("S66 files of invented characters fill a guild up to its limit, which costs others no more", async () => {
  const filling = await server.guild("filling");
  const send = async (first: number) => {
    const file = rosterFile(exportRowsMax, "n", first);
    return await filling.api.sendText("POST", "/guild-sync/addon-upload", file, "text/plain");
  };
  const fitting = Math.floor(limits.identity.charactersMax / exportRowsMax);
  const cost = await server.cost(async () => {
    for (let n = 0; n < fitting; n++) expect((await send(n * exportRowsMax)).status).toBe(202);
    const { status, body } = await send(fitting * exportRowsMax);
    expect([status, body.type]).toEqual([422, "/problems/identity/bad-export"]);
    expect((await filling.api.page("/g/filling/identity")).status).toBe(200);
    expect((await filling.api.get("/identity/orphans/wow")).status).toBe(200);
  });
  expectFairness("files of invented characters", cost);
  const { runs } = (await filling.api.get("/guild-sync/status")).body;
  expect(runs.filter((one: { kind: string }) => one.kind === "addon")[0].state).toBe("failed");
}, 180_000);
