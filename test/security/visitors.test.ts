import { afterAll, beforeAll, expect, test } from "vitest";
import { VISITOR_AREAS, type VisitorArea } from "../../src/kernel/visitor-areas.ts";
import { NEEDS } from "../permissions.ts";
import { type TestApp, TestClient, type TestGuild, testApp } from "../support/app.ts";
import { END, HEADER, hit, retailLog, START } from "../support/log-analysis.ts";
import { uploadLog } from "../support/log-upload.ts";
import { OPEN_TO_VISITORS } from "./pages.ts";
import { guildOperations, guildPageRoutes, type Operation, SOME_ID, statusOf } from "./support.ts";

/** What only members may read. Each is planted where a visitor might find it. */
const SECRETS = {
  note: "planted note of a person",
  officerNote: "planted note of an officer",
  raidNote: "planted note of a raid",
  signupNote: "planted note of a sign-up",
  remark: "unprepared",
  lootNote: "planted note of an award",
  wishNote: "planted note of a wish",
  response: "planted note to a council",
  reason: "planted reason of an entry",
  fileName: "planted-file-name.txt",
  uploader: "planted name of an uploader",
  sealed: "Planted Sealed Blade",
  council: "Planted Council Wand",
} as const;

let t: TestApp;
let guild: TestGuild;
let callers: Readonly<Record<string, TestClient>>;
let operations: readonly Operation[];
/** The ids that take the place of parameters, by the path before them. */
let ids: Readonly<Record<string, string>>;
beforeAll(async () => {
  t = await testApp();
  guild = await t.guild("open-vow", { plan: "premium" });
  const other = await t.guild("other-vow");
  const stranger = await t.signUp();
  callers = {
    anonymous: new TestClient(t.request, undefined, `/api/g/${guild.slug}`),
    "a stranger": stranger.within(guild.slug),
    "a member of another guild": other.owner.within(guild.slug),
  };
  operations = await guildOperations(t);
  ids = await planted();
});
afterAll(() => t.close());

/** Fills the guild. @returns the ids of what it has, by the path of its list. */
async function planted(): Promise<Record<string, string>> {
  const { owner } = guild;
  const character = { name: "Ash", class: "mage", role: "ranged" };
  const ash = (await owner.post("/roster/persons", { name: "Ash", character })).body;
  const { note, officerNote } = SECRETS;
  await owner.patch(`/roster/persons/${ash.id}`, { note, officerNote });
  const award = { personIds: [ash.id], points: 50, reason: SECRETS.reason };
  await owner.post("/dkp/awards", award);
  const startsAt = t.now().getTime() - 600_000;
  const night = { name: "Open Night", startsAt, minutes: 180, note: SECRETS.raidNote };
  const raid = (await owner.post("/raids", night)).body;
  const signup = { status: "yes", personId: ash.id, note: SECRETS.signupNote };
  expect((await owner.put(`/raids/${raid.id}/signup`, signup)).status).toBeLessThan(300);
  await owner.post(`/raids/${raid.id}/start`);
  const present = { personId: ash.id, presence: "present", remark: SECRETS.remark };
  const taken = await owner.put(`/raids/${raid.id}/attendance`, { people: [present] });
  expect([taken.status, taken.text]).toEqual([200, expect.any(String)]);
  const item = { itemName: "Openring", fate: "person", personId: ash.id, points: 1 };
  await owner.post("/loot", { ...item, note: SECRETS.lootNote });
  await owner.put("/loot/wishes", { items: [{ itemName: "Robe", note: SECRETS.wishNote }] });
  const sealed = { itemName: SECRETS.sealed, mode: "sealed", durationMs: 3_600_000, minimum: 1 };
  const auction = (await owner.post("/auctions", sealed)).body;
  const council = (await owner.post("/loot-councils", { itemName: SECRETS.council })).body;
  const answer = { response: "best", note: SECRETS.response };
  await owner.put(`/loot-councils/${council.id}/response`, answer);
  const log = retailLog([0, HEADER], [1, START], [2, hit(4_321)], [31, END]);
  const made = await owner.post("/settings/keys", { name: SECRETS.uploader, scopes: ["upload"] });
  const program = new TestClient(
    t.request,
    { ...owner.identity, token: made.body.key },
    `/api/g/${guild.slug}`,
  );
  const path = await uploadLog(t, program, log, SECRETS.fileName);
  const { fights } = (await owner.get(path)).body;
  const found = { raid: raid.id, auction: auction.id, council: council.id, fight: fights[0].id };
  expect(found).toEqual(Object.fromEntries(Object.keys(found).map((k) => [k, expect.any(String)])));
  return {
    "/roster": ash.id,
    "/roster/persons": ash.id,
    "/standings": ash.id,
    "/raids": raid.id,
    "/auctions": auction.id,
    "/loot-councils": council.id,
    "/loot/councils": council.id,
    "/logs": path.slice("/logs/".length),
    "/fights": fights[0].id,
    "/players": "Player-1-0000000A",
    "/bosses": String(fights[0].gameId),
    [`/bosses/${fights[0].gameId}`]: String(fights[0].difficulty),
    [`/fights/${fights[0].id}/players`]: "Player-1-0000000A",
    "/loot/items": "openring",
  };
}

async function open(areas: readonly VisitorArea[]): Promise<void> {
  const { status } = await guild.owner.patch("/settings", { visitorAreas: areas });
  expect(status).toBe(200);
}

/** A path with the guild's own ids for its parameters. */
function ownPath(path: string): string {
  return path
    .split("/")
    .slice(1)
    .reduce((before, part) => {
      const isParameter = part.startsWith(":") || part === SOME_ID;
      return `${before}/${isParameter ? (ids[before] ?? SOME_ID) : part}`;
    }, "");
}

const FIXED = { "x-request-id": "the-same-for-both" };

/** Sends an operation. Only the beginning of an event stream is read. */
async function send(client: TestClient, { method, path }: Operation) {
  const token = client.isSignedIn ? `Bearer ${client.identity.token}` : undefined;
  const hasBody = /POST|PUT|PATCH/.test(method);
  return await t.request(`/api/g/${guild.slug}${ownPath(path)}`, {
    method,
    headers: {
      ...FIXED,
      ...(token !== undefined && { authorization: token }),
      ...(hasBody && { "content-type": "application/json" }),
    },
    ...(hasBody && { body: "{}" }),
  });
}

const isOpen = (id: string, areas: readonly VisitorArea[]) =>
  NEEDS[id] === "guild.view" || areas.some((area) => NEEDS[id] === `${area}.view`);
const isMissing = (answer: { status: number; text: string }) =>
  answer.status === 404 && answer.text.includes("request/no-such-page");

test("S105 a visitor gets exactly the operations of the open areas; all others look like a missing page", async () => {
  const nowhere = { id: "", method: "GET", path: "/none/such" };
  for (const areas of [...VISITOR_AREAS.map((area) => [area]), VISITOR_AREAS]) {
    await open(areas);
    for (const [name, client] of Object.entries(callers)) {
      // The third caller is like the second. One round of all areas is enough for both.
      if (name === "a member of another guild" && areas !== VISITOR_AREAS) continue;
      const missing = await statusOf(await send(client, nowhere));
      for (const operation of operations) {
        const isOfSomeArea = isOpen(operation.id, VISITOR_AREAS);
        if (!isOfSomeArea && areas !== VISITOR_AREAS) continue;
        const response = await send(client, operation);
        const answer = await statusOf(response);
        const what = [areas.join(), name, operation.id];
        if (isOpen(operation.id, areas)) {
          expect([...what, answer.status, isMissing(answer)]).not.toEqual([...what, 403, false]);
          expect([...what, isMissing(answer)]).toEqual([...what, false]);
        } else if (client.isSignedIn || isOfSomeArea) {
          const path = `/api/g/${guild.slug}${ownPath(operation.path)}`;
          const text = missing.text.replace(`/api/g/${guild.slug}/none/such`, path);
          expect([...what, answer]).toEqual([...what, { status: 404, text }]);
        } else {
          expect([...what, answer.status]).toEqual([...what, 401]);
        }
      }
    }
  }
}, 60_000);

/** The text of a page without its own address. */
const without = (text: string, url: string) =>
  text.replaceAll(encodeURIComponent(url), "").replaceAll(url, "");

test("S105 a visitor gets exactly the pages and files of the open areas, and no form", async () => {
  const routes = guildPageRoutes(t);
  expect(Object.keys(OPEN_TO_VISITORS).filter((route) => !routes.includes(route))).toEqual([]);
  for (const areas of [...VISITOR_AREAS.map((area) => [area]), VISITOR_AREAS]) {
    await open(areas);
    for (const client of [t.anonymous, callers["a stranger"]!]) {
      const base = `/g/${guild.slug}`;
      const missing = await client.page(`${base}/none-such`, FIXED);
      for (const route of routes) {
        const area = OPEN_TO_VISITORS[route];
        if (area === undefined && areas !== VISITOR_AREAS) continue;
        const [method, path] = route.split(" ") as [string, string];
        const url = base + ownPath(path);
        const answer =
          method === "GET" ? await client.page(url, FIXED) : await client.submit(url, {}, FIXED);
        const what = [areas.join(), client.isSignedIn, route];
        if (area === "any" || areas.some((one) => one === area)) {
          expect([...what, answer.status]).toEqual([...what, 200]);
        } else if (area !== undefined) {
          expect([...what, without(answer.text, url)]).toEqual([
            ...what,
            without(missing.text, `${base}/none-such`),
          ]);
          expect([...what, [...answer.headers]]).toEqual([...what, [...missing.headers]]);
        } else {
          const refused = client.isSignedIn ? [404] : [401, 404];
          expect([...what, answer.status, refused.includes(answer.status)]).toEqual([
            ...what,
            answer.status,
            true,
          ]);
        }
      }
    }
  }
}, 60_000);

test("S105 notes, remarks, undecided auctions and councils, uploaders and emails reach no visitor", async () => {
  await open(VISITOR_AREAS);
  const reads = [
    ...operations
      .filter(({ method, id }) => method === "GET" && !id.startsWith("watch"))
      .map(({ path }) => `/api/g/${guild.slug}${ownPath(path)}`),
    ...guildPageRoutes(t)
      .filter((route) => route.startsWith("GET "))
      .map((route) => `/g/${guild.slug}${ownPath(route.slice(4))}`),
  ];
  const all = async (client: TestClient) => {
    const texts: string[] = [];
    for (const path of reads) {
      const isApi = path.startsWith("/api/");
      texts.push((await (isApi ? client.platform().get(path) : client.page(path))).text);
    }
    return texts.join("\n");
  };
  const { email, userId } = guild.owner.identity;
  const planted = [...Object.values(SECRETS), email, userId];
  const seen = await all(guild.owner);
  expect(planted.filter((one) => !seen.includes(one) && one !== email)).toEqual([]);
  for (const client of [new TestClient(t.request), callers["a stranger"]!]) {
    const text = await all(client);
    expect(planted.filter((one) => text.includes(one))).toEqual([]);
    for (const shown of ["Ash", "Open Night", "Openring", "4,321", "4321"]) {
      expect([shown, text.includes(shown)]).toEqual([shown, true]);
    }
  }
}, 60_000);
