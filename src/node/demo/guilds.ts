import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { App } from "../../app.ts";
import type { NodeServices } from "../services.ts";
import { openTonight, raidNight } from "./raids.ts";
import { type Clockwork, pick, type Send } from "./support.ts";

export interface DemoGuild {
  readonly name: string;
  readonly slug: string;
  readonly realm: string;
  readonly faction: "alliance" | "horde";
  readonly isPublic: boolean;
  readonly owner: string;
  readonly people: number;
}

/** The demo's accounts, which visitors sign in with. They are fictional members. */
export const DEMO_ACCOUNTS = [
  { email: "owner@demo.localhost", name: "Demo owner", role: "owner" },
  { email: "raider@demo.localhost", name: "Demo raider", role: "raider" },
  { email: "other-owner@demo.localhost", name: "Other demo owner", role: "owner" },
] as const;

export const DEMO_GUILDS: readonly DemoGuild[] = [
  {
    name: "Emberforge Vanguard",
    slug: "emberforge-vanguard",
    realm: "Area 52",
    faction: "horde",
    isPublic: true,
    owner: "owner@demo.localhost",
    people: 24,
  },
  {
    name: "Tidebound Accord",
    slug: "tidebound-accord",
    realm: "Silvermoon",
    faction: "alliance",
    isPublic: false,
    owner: "other-owner@demo.localhost",
    people: 14,
  },
];

const CLASSES = [
  ["warrior", "tank"],
  ["paladin", "healer"],
  ["hunter", "ranged"],
  ["rogue", "melee"],
  ["priest", "healer"],
  ["shaman", "healer"],
  ["mage", "ranged"],
  ["warlock", "ranged"],
  ["druid", "tank"],
  ["death-knight", "melee"],
  ["monk", "melee"],
  ["demon-hunter", "melee"],
  ["evoker", "ranged"],
] as const;
const FOUNDING_LOOK_MS = 200;
/** Two minutes of polling. */
const FOUNDING_LOOKS_MAX = 600;
const HEADS = ["Bra", "Kel", "Mor", "Thi", "Ela", "Dro", "Vaz", "Syl", "Gor", "Nim", "Ash", "Rua"];
const TAILS = ["dan", "wyn", "gash", "lis", "mir", "thar", "vok", "nara"];

/** Founds one guild and plays two raids a week, through the same requests that people send. */
export async function fillGuild(
  app: App,
  services: NodeServices,
  guild: DemoGuild,
  clock: Clockwork,
): Promise<void> {
  const random = numbers(guild.slug.length * 7919);
  const owner = await signUp(app, services, guild.owner);
  const { status, body } = await owner("POST", "/api/guilds", {
    name: guild.name,
    realm: guild.realm,
    region: "eu",
    faction: guild.faction,
    slug: guild.slug,
  });
  if (status === 202) await waitUntilFounded(owner, body.id);
  else if (status !== 201) {
    throw new Error(`The demo guild ${guild.slug} was not founded: ${status}`);
  }
  // Sends the guild's email in the week in which it was written.
  await services.messageRunner.drain();
  const api = `/api/g/${guild.slug}`;
  await owner("PATCH", `${api}/settings`, {
    isPublic: guild.isPublic,
    timeZone: "Europe/Madrid",
    raidSchedule: { weekdays: [3, 7], startsAt: "20:00", endsAt: "23:00" },
    description: "Two nights a week, everybody out on time.",
  });
  for (const step of ["loot", "schedule", "history", "roster", "invitations"]) {
    await owner("PUT", `${api}/onboarding/steps/${step}`, { state: "done" });
  }
  const persons = await addPeople(owner, api, guild.people, random);
  for (let night = 0; night < clock.weeks * 2; night++) {
    await raidNight(owner, api, persons, random, clock, night);
  }
  const raider = guild.isPublic ? await addRaider(app, services, owner, api) : undefined;
  await openTonight(owner, raider, api, persons);
  await services.platform.db.client.execute({
    sql: "UPDATE users SET email_verified_at = ? WHERE email LIKE '%@demo.localhost'",
    args: [clock.now().getTime()],
  });
}

/** On a slow machine, founding continues in the background. */
async function waitUntilFounded(owner: Send, id: string): Promise<void> {
  for (let looks = 0; looks < FOUNDING_LOOKS_MAX; looks++) {
    const { body } = await owner("GET", `/api/guilds/${id}/operation`);
    if (body.status === "ready") return;
    if (body.status === "failed") throw new Error(`The demo guild was not founded: ${body.reason}`);
    await sleep(FOUNDING_LOOK_MS);
  }
  throw new Error("The demo guild was not founded in time. Start the demo again.");
}

async function signUp(app: App, services: NodeServices, email: string): Promise<Send> {
  const origin = services.config.publicUrl.origin;
  const send =
    (token?: string): Send =>
    async (method, path, body) => {
      const response = await app.request(`${origin}${path}`, {
        method,
        headers: {
          "content-type": "application/json",
          ...(token && { authorization: `Bearer ${token}` }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      if (response.status >= 400) throw new Error(`${method} ${path}: ${response.status} ${text}`);
      return { status: response.status, body: text === "" ? undefined : JSON.parse(text) };
    };
  const account = DEMO_ACCOUNTS.find((one) => one.email === email)!;
  const password = randomBytes(18).toString("base64url");
  await send()("POST", "/api/users", { email, password, name: account.name });
  const { body } = await send()("POST", "/api/session", { email, password });
  return send(body.token);
}

async function addPeople(
  owner: Send,
  api: string,
  count: number,
  random: () => number,
): Promise<readonly string[]> {
  const names = new Set<string>();
  while (names.size < count) names.add(pick(HEADS, random) + pick(TAILS, random));
  const ids: string[] = [];
  for (const [index, name] of [...names].entries()) {
    const [className, role] = CLASSES[index % CLASSES.length]!;
    const { body } = await owner("POST", `${api}/roster/persons`, {
      name,
      character: { name, class: className, role },
    });
    ids.push(body.id);
  }
  return ids;
}

async function addRaider(app: App, services: NodeServices, owner: Send, api: string) {
  const { body } = await owner("POST", `${api}/members/invitations`, { role: "raider" });
  const token = new URL(body.url).pathname.split("/").pop();
  const raider = await signUp(app, services, "raider@demo.localhost");
  await raider("POST", `/api/invitations/${token}/acceptance`, {});
  // The first visit creates the member's person, who can then have a main character.
  await raider("GET", `${api}/auctions`);
  const { body: roster } = await owner("GET", `${api}/roster?q=Demo%20raider`);
  return { send: raider, personId: roster.items[0]?.id as string | undefined };
}

/** The same numbers every time (mulberry32), so that every demo looks the same. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
