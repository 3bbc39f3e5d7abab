import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newId } from "../../src/kernel/ids.ts";
import { type Json, type TestApp, type TestGuild, testApp } from "../support/app.ts";

// Every operation below a guild's address, from the API's document, with an unknown id and with
// another guild's id in each field that takes one.

/** A field that takes an id: `path:id`, `query:pool`, `body/personIds/0`. */
interface Field {
  readonly operation: string;
  readonly method: string;
  readonly path: string;
  readonly field: string;
}

let t: TestApp;
let ours: TestGuild;
let theirs: TestGuild;
let own: Record<string, string>;
let foreign: Record<string, string>;
let fields: readonly Field[];
beforeAll(async () => {
  t = await testApp();
  ours = await t.guild("ours-ids", { plan: "premium" });
  theirs = await t.guild("theirs-ids", { plan: "premium" });
  own = await rowsOf(ours);
  foreign = await rowsOf(theirs);
  await t.services.platform.db.client.execute({
    sql: "UPDATE users SET email_verified_at = 1",
    args: [],
  });
  fields = await idFields();
});
afterAll(() => t.close());

/** One row of each kind that other rows refer to. */
async function rowsOf({ owner }: TestGuild): Promise<Record<string, string>> {
  const made = async (path: string, body: Json) => {
    const answer = await owner.post(path, body);
    expect([path, answer.status, answer.text]).toEqual([path, 201, expect.any(String)]);
    return answer.body.id as string;
  };
  const person = await made("/roster/persons", { name: "Cinder" });
  const main = { name: "Cindermain", class: "mage" };
  const character = (await owner.post(`/roster/persons/${person}/characters`, main)).body.id;
  const pool = (await owner.get("/dkp/pools")).body.items[0].id as string;
  // Without a rule, a decay is refused before its people are looked up.
  await owner.patch(`/dkp/pools/${pool}`, { decay: { percent: 10 } });
  const startsAt = t.now().getTime() + 3_600_000;
  const raid = await made("/raids", { name: "Night", startsAt, minutes: 120 });
  const running = await made("/raids", { name: "Tonight", startsAt, minutes: 120 });
  expect((await owner.post(`/raids/${running}/start`)).status).toBe(200);
  const series = (
    await owner.post("/raid-series", {
      name: "Weekly",
      weekdays: [3],
      startsAt: "20:00",
      minutes: 60,
    })
  ).body.id;
  const entry = await made("/dkp/awards", { personIds: [person], points: 9, reason: "Here" });
  const auction = await made("/auctions", { itemName: "Ring", mode: "open", durationMs: 600_000 });
  const council = await made("/loot-councils", { itemName: "Staff" });
  const team = await made("/raid-teams", { name: "First" });
  const loot = await made("/loot", { itemName: "Cloak", fate: "bank" });
  const backup = await made("/settings/backups", {});
  const invitation = await made("/members/invitations", { role: "viewer" });
  const twin = await made("/roster/persons", { name: "Twin" });
  const twins = await made("/roster/persons", { name: "Twins" });
  const join = await made("/roster/joins", { fromId: twin, intoId: twins });
  const log = await made("/logs", { fileName: "a.txt", sizeBytes: 10 });
  const text = "name,points\nCinder,5\n";
  const sent = await owner.sendText("POST", "/imports", text, "text/plain");
  const identity = await identityRowsOf(owner);
  const rows = {
    ...identity,
    person,
    pool,
    raid,
    entry,
    auction,
    council,
    team,
    loot,
    backup,
    invitation,
    log,
    running,
    join,
    import: sent.body.id as string,
  };
  return { ...rows, user: owner.userId, series: String(series), character: String(character) };
}

/** A character that an addon saw, a link that a sheet made, and an issue that the check found. */
async function identityRowsOf(owner: TestGuild["owner"]): Promise<Record<string, string>> {
  const exported = await owner.sendText("POST", "/guild-sync/addon-upload", EXPORT, "text/plain");
  expect([exported.status, exported.text]).toEqual([202, expect.any(String)]);
  const sheet = await owner.post("/identity/imports/sheet", {
    characters: "Discord,Character\nCinder,Cinderalt",
    discordIds: "Discord,DiscordID\nCinder,1",
  });
  expect([sheet.status, sheet.body.linked]).toEqual([202, 1]);
  await t.services.identityRunner.drain();
  const [person] = (await owner.get("/identity/persons")).body.items;
  const [issue] = (await owner.get("/identity/issues")).body.items;
  const [character] = person.characters;
  const proof = await owner.post("/identity/proofs/note-code", { characterId: character.id });
  expect([proof.status, proof.text]).toEqual([201, expect.any(String)]);
  const ids = { link: character.link.id, issue: issue.id, proof: proof.body.id };
  return { gameCharacter: character.id, ...ids };
}

const EXPORT = `GuildSyncDB = { ["lastExport"] = { ["exportTime"] = 1750000000,
  ["guildName"] = "Ids", ["memberCount"] = 2, ["characters"] = {
    { ["name"] = "Cinderalt", ["realm"] = "area-52", ["rank"] = 1, ["note"] = "", ["level"] = 80 },
    { ["name"] = "Loner", ["realm"] = "area-52", ["rank"] = 1, ["note"] = "", ["level"] = 80 },
  } } }`;

interface Schema {
  readonly $ref?: string;
  readonly format?: string;
  readonly properties?: Record<string, Schema>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
}

async function idFields(): Promise<readonly Field[]> {
  const { body } = await t.anonymous.get("/api/openapi.json");
  const within = (schema: Schema | undefined, at: string): string[] => {
    if (schema === undefined) return [];
    const name = schema.$ref?.split("/").at(-1);
    if (name !== undefined) return within(body.components.schemas[name], at);
    const parts = [...(schema.anyOf ?? []), ...(schema.allOf ?? [])];
    return [
      ...(schema.format === "uuid" ? [at] : []),
      ...Object.entries(schema.properties ?? {}).flatMap(([key, one]) =>
        within(one, `${at}/${key}`),
      ),
      ...within(schema.items, `${at}/0`),
      ...parts.flatMap((one) => within(one, at)),
    ];
  };
  const found: Field[] = [];
  for (const [path, item] of Object.entries<Record<string, Operation>>(body.paths)) {
    if (!path.startsWith("/api/g/{guild}")) continue;
    for (const [method, operation] of Object.entries(item)) {
      if (!/^(get|post|put|patch|delete)$/.test(method)) continue;
      const at = { operation: operation.operationId, method, path: path.slice(14) };
      for (const { in: where, name, schema } of operation.parameters ?? []) {
        for (const field of within(schema, `${where}:${name}`)) found.push({ ...at, field });
      }
      const json = operation.requestBody?.content?.["application/json"]?.schema;
      for (const field of within(json, "body")) found.push({ ...at, field });
    }
  }
  return found;
}

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly { in: string; name: string; schema: Schema }[];
  readonly requestBody?: { content?: Record<string, { schema?: Schema }> };
}

/** Bodies that are valid except for their ids. An operation with an id and a body needs one here. */
function bodies(): Record<string, Json> {
  const reason = "For a test";
  const item = { itemName: "Ring" };
  const { person } = own;
  return {
    transferOwnership: { userId: person },
    changeMember: { role: "viewer" },
    restoreBackup: { name: "Guild ours-ids" },
    changePerson: { name: "Another" },
    addCharacter: { name: "Second", class: "mage" },
    changeCharacter: { name: "Third" },
    linkMember: { personId: person },
    previewPersonJoin: { fromId: person, intoId: person },
    joinPersons: { fromId: person, intoId: person },
    moveCharacter: { personId: null },
    claimCharacter: { characterId: null },
    decideClaim: { confirmed: true },
    awardPoints: { personIds: [person], points: 1, reason },
    spendPoints: { personId: person, points: 1, reason },
    adjustPoints: { personIds: [person], points: 1, reason },
    reverseEntry: { reason },
    answerImport: { answers: {} },
    changePool: { name: "Renamed" },
    planRaid: { name: "Next", startsAt: t.now().getTime() + 7_200_000, minutes: 60 },
    planRaidSeries: { name: "More", weekdays: [4], startsAt: "21:00", minutes: 60 },
    changeRaid: { name: "Changed" },
    changeRaidSeries: { name: "Later" },
    changeRaidTeam: { name: "Second" },
    addRaidTeam: { name: "Third", personIds: [person] },
    cancelRaid: { reason },
    signUpForRaid: { status: "yes", personId: person },
    setRaidAttendance: { people: [{ personId: person, presence: "present" }] },
    awardRaid: { points: 1, reason },
    openCouncil: item,
    respondToCouncil: { response: "upgrade" },
    voteInCouncil: { personId: person },
    decideCouncil: { personId: person },
    cancelCouncil: { reason },
    addLoot: { ...item, fate: "person", personId: person },
    revertLoot: { reason },
    openAuction: { ...item, mode: "open", durationMs: 600_000 },
    placeBid: { points: 1 },
    cancelAuction: { reason },
    reopenAuction: { durationMs: 600_000 },
    rejectLinkSuggestion: { characterId: own.gameCharacter, discordId: "1" },
    linkCharacterToMember: { characterId: own.gameCharacter, discordId: "1" },
    confirmLink: { linkId: own.link },
    createNoteCode: { characterId: own.gameCharacter },
    changeIntegrityIssue: { acknowledged: true },
  };
}

/** The row that a path's `{id}` names. */
const KINDS: readonly [RegExp, string][] = [
  [/^\/imports/, "import"],
  [/^\/members\/invitations\//, "invitation"],
  [/^\/members\//, "user"],
  [/^\/settings\/backups\//, "backup"],
  [/^\/roster\/characters\//, "character"],
  [/^\/roster\/persons\//, "person"],
  [/^\/roster\/joins\//, "join"],
  [/^\/roster\/claims\//, "user"],
  [/^\/dkp\/entries\//, "entry"],
  [/^\/dkp\/persons\//, "person"],
  [/^\/dkp\/pools\//, "pool"],
  [/^\/raid-series\//, "series"],
  [/^\/raid-teams\//, "team"],
  [/^\/raids\//, "raid"],
  [/^\/loot-councils\//, "council"],
  [/^\/loot\//, "loot"],
  [/^\/auctions\//, "auction"],
  [/^\/(logs|fights)\//, "log"],
  [/^\/identity\/link\//, "link"],
  [/^\/identity\/proofs\//, "proof"],
  [/^\/identity\/issues\//, "issue"],
];
const kindOf = ({ path, field }: Field) => {
  if (field.startsWith("path:")) return KINDS.find(([prefix]) => prefix.test(path))![1];
  const name = field.split(/[:/]/).findLast((part) => !/^\d+$/.test(part))!;
  if (/person|sharedWith|^(from|into)Id$/i.test(name)) return "person";
  if (path.startsWith("/identity/") && name === "characterId") return "gameCharacter";
  return name.replace(/Id$/, "");
};

async function rowCounts(): Promise<Record<string, unknown>> {
  const found = await t.services.platform.guildForUser(ours.slug, null);
  using lease = await t.services.tenants.lease(found!.guild);
  const { client } = lease.db;
  const tables = await client.execute({
    // Seals follow the counted rows of audit_log, at a time of the server's choice.
    sql: `SELECT name FROM sqlite_schema
          WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name <> 'audit_seals'`,
    args: [],
  });
  const counts: Record<string, unknown> = {};
  for (const [name] of tables.rows) {
    const { rows } = await client.execute({ sql: `SELECT count(*) FROM "${name}"`, args: [] });
    counts[String(name)] = rows[0]![0];
  }
  return counts;
}

/** Attendance needs a raid that has begun. All other operations start with a planned one. */
const idOfPath = (one: Field) =>
  own[one.operation === "setRaidAttendance" ? "running" : kindOf({ ...one, field: "path:id" })] ??
  "x";

async function ask(one: Field, id: string) {
  const { operation, method, path, field } = one;
  const [where, name] = field.split(/[:/]/) as [string, string];
  const url = path.replaceAll(/\{(\w+)\}/g, (_, part: string) =>
    where === "path" && part === name ? id : idOfPath(one),
  );
  const body = structuredClone(bodies()[operation] ?? {});
  if (where === "body") {
    const keys = field.split("/").slice(1);
    const last = keys.pop()!;
    let at = body as Record<string, unknown>;
    for (const key of keys) {
      at[key] ??= /^\d+$/.test(last) ? [] : {};
      at = at[key] as typeof at;
    }
    at[last] = id;
  }
  const query = where === "query" ? `?${name}=${id}` : "";
  const hasBody = /post|put|patch/.test(method);
  return await ours.owner.send(
    method.toUpperCase(),
    `${url}${query}`,
    hasBody ? body : undefined,
    {},
  );
}

describe("S77 S96 an id that is not in this guild is refused in every field that takes one", () => {
  test.each([
    ["that is nowhere", () => newId<string>()],
    ["of another guild's row", (kind: string) => foreign[kind]!],
  ])("an id %s", async (_, idFor) => {
    await ours.owner.prove();
    const before = await rowCounts();
    const wrong: unknown[] = [];
    for (const one of fields) {
      const id = idFor(kindOf(one));
      expect([one.operation, one.field, typeof id]).toEqual([one.operation, one.field, "string"]);
      const { status, text } = await ask(one, id);
      if (status !== 404 && status !== 422) {
        wrong.push([one.operation, one.field, status, text.slice(0, 120)]);
      } else if (status === 422 && text.includes("/problems/request/invalid")) {
        // Another check refused the request first, so this proves nothing about the id.
        if (!text.includes(one.field.split(/[:/]/)[1]!))
          wrong.push([one.operation, one.field, text]);
      }
    }
    expect(wrong).toEqual([]);
    expect(await rowCounts()).toEqual(before);
    expect(fields.length).toBeGreaterThan(70);
  });
});
