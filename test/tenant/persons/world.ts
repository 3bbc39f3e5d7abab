import { is } from "drizzle-orm";
import { getTableConfig, SQLiteTable } from "drizzle-orm/sqlite-core";
import * as schema from "../../../src/tenant/schema.ts";
import type { TestApp, TestClient, TestGuild } from "../../support/app.ts";

const HOUR = 3_600_000;
const reason = "Raid night";

/** Numbers from 0 to below 1, the same for the same seed (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Every column of a guild that names a person, as `table.column`. */
export function personColumns(): readonly string[] {
  return Object.values<unknown>(schema)
    .flatMap((table) => {
      if (!is(table, SQLiteTable)) return [];
      const { name, foreignKeys } = getTableConfig(table);
      return foreignKeys.flatMap((key) => {
        const { foreignTable, columns } = key.reference();
        return foreignTable === schema.persons ? columns.map((one) => `${name}.${one.name}`) : [];
      });
    })
    .toSorted();
}

export type Database = Awaited<ReturnType<typeof databaseOf>>;

/** The guild's database, for looking at rows. Dispose of it. */
export async function databaseOf(t: TestApp, guild: TestGuild) {
  const found = await t.services.platform.guildForUser(guild.slug, null);
  const lease = await t.services.tenants.lease(found!.guild);
  const rows = async (sql: string, args: (string | number | null)[] = []) =>
    (await lease.db.client.execute({ sql, args })).rows;
  return { rows, [Symbol.dispose]: () => lease[Symbol.dispose]() };
}

const WATCHED = [
  "SELECT id, name, user_id, status FROM persons ORDER BY id",
  "SELECT * FROM characters ORDER BY id",
  "SELECT * FROM raid_signups ORDER BY raid_id, person_id",
  "SELECT * FROM raid_attendance ORDER BY raid_id, person_id",
  "SELECT * FROM loot_awards ORDER BY id",
  "SELECT * FROM loot_wishes ORDER BY person_id, item_key",
  "SELECT * FROM council_responses ORDER BY council_id, person_id",
  "SELECT * FROM council_votes ORDER BY council_id, voter_id",
  "SELECT * FROM bids ORDER BY seq",
  "SELECT * FROM holds ORDER BY auction_id, person_id",
  "SELECT * FROM raid_team_members ORDER BY team_id, person_id",
  "SELECT * FROM auction_passes ORDER BY auction_id, person_id",
  "SELECT * FROM identity_links ORDER BY id",
  "SELECT * FROM identity_proofs ORDER BY code",
  `SELECT pool_id, person_id, unit, balance FROM balances JOIN accounts ON accounts.id = account_id
   WHERE balance <> 0 AND person_id IS NOT NULL ORDER BY 1, 2, 3`,
];

/** Everything that a join can change, but for the entries of the ledger. */
export async function contents(db: Database): Promise<unknown> {
  const found = [];
  for (const sql of WATCHED) found.push(await db.rows(sql));
  return found;
}

export interface Pair {
  readonly into: string;
  readonly from: string;
}

interface Actors {
  readonly t: TestApp;
  readonly guild: TestGuild;
  readonly random: () => number;
  readonly people: readonly string[];
  readonly clients: readonly TestClient[];
}

/**
 * Two officers who turn out to be one human, with a random history: points in two pools, sign-ups and
 * attendance of the same raids, loot, wishes, councils, bids in the same auctions, links and proofs.
 */
export async function randomHistory(t: TestApp, guild: TestGuild, seed: number): Promise<Pair> {
  const random = randomOf(seed);
  const clients = [await t.as("officer", guild), await t.as("officer", guild)];
  const first = await planRaid(t, guild, "First");
  const people: string[] = [];
  for (const client of clients) {
    await client.put(`/raids/${first}/signup`, { status: "maybe" });
    const { body } = await client.get(`/raids/${first}`);
    people.push(body.people.find((one: { isOwn: boolean }) => one.isOwn).personId);
  }
  const actors = { t, guild, random, people, clients };
  await points(actors);
  await raids(actors);
  await loot(actors);
  await auctions(actors);
  using db = await databaseOf(t, guild);
  const [into, from] = people as [string, string];
  for (const [index, person] of people.entries()) {
    await guild.owner.post(`/roster/persons/${person}/characters`, {
      name: `Main ${index}`,
      class: "mage",
    });
    await db.rows(
      `INSERT INTO identity_proofs (code, person_id, created_at, expires_at) VALUES (?, ?, 1, 2)`,
      [`code-${index}`, person],
    );
    if (index === 1 || random() < 0.5) {
      await db.rows(
        `INSERT INTO identity_links (id, person_id, kind, subject, source, confidence, evidence,
           created_at, created_by, ended_at)
         VALUES (?, ?, 'discord', ?, 'manual', 'high', '{"rule":"manual","text":"","details":{}}', 1, 'x', ?)`,
        [`link-${index}`, person, `10${index}`, index === 1 ? null : 2],
      );
    }
  }
  for (const team of ["a", "b"]) {
    await db.rows(
      "INSERT INTO raid_teams (id, name, name_key, created_at) VALUES (?1, ?1, ?1, 1)",
      [team],
    );
    for (const person of people) {
      if (random() < 0.5) continue;
      await db.rows("INSERT INTO raid_team_members (team_id, person_id) VALUES (?, ?)", [
        team,
        person,
      ]);
    }
  }
  for (const [auction] of await db.rows("SELECT id FROM auctions ORDER BY id")) {
    for (const person of people) {
      if (random() < 0.5) continue;
      await db.rows("INSERT INTO auction_passes (auction_id, person_id, at) VALUES (?, ?, ?)", [
        String(auction),
        person,
        Math.ceil(random() * 9),
      ]);
    }
  }
  // One of the two signs in no more: a person has one account.
  await db.rows("UPDATE persons SET user_id = NULL WHERE id = ?", [into]);
  return { into, from };
}

async function planRaid(t: TestApp, guild: TestGuild, name: string): Promise<string> {
  const startsAt = t.now().getTime() + HOUR;
  return (await guild.owner.post("/raids", { name, startsAt, minutes: 60 })).body.id;
}

async function points({ guild, random, people }: Actors): Promise<void> {
  const { owner } = guild;
  const pool = (await owner.post("/dkp/pools", { name: "Gear", kind: "epgp" })).body.id;
  await owner.post("/dkp/awards", { personIds: people, points: 200, reason });
  for (let step = 0; step < 6; step++) {
    const personIds = people.filter(() => random() < 0.6);
    if (personIds.length === 0) continue;
    const more = { points: Math.ceil(random() * 40), reason, ...(random() < 0.5 && { pool }) };
    if (random() < 0.6) await owner.post("/dkp/awards", { personIds, ...more });
    else await owner.post("/dkp/spends", { personId: personIds[0], ...more });
  }
}

async function raids({ t, guild, random, people }: Actors): Promise<void> {
  for (let raid = 0; raid < 4; raid++) {
    const id = await planRaid(t, guild, `Raid ${raid}`);
    for (const personId of people) {
      if (random() < 0.3) continue;
      t.advance(1_000);
      const status = ["yes", "late", "maybe", "no"][Math.floor(random() * 4)];
      await guild.owner.put(`/raids/${id}/signup`, { status, personId });
    }
    if (random() < 0.3) continue;
    await guild.owner.post(`/raids/${id}/start`);
    const present = people
      .filter(() => random() < 0.7)
      .map((personId) => ({
        personId,
        presence: random() < 0.7 ? "present" : "bench",
        creditPct: Math.floor(random() * 100),
      }));
    if (present.length > 0) await guild.owner.put(`/raids/${id}/attendance`, { people: present });
  }
}

async function loot({ t, guild, random, people, clients }: Actors): Promise<void> {
  for (const [index, client] of clients.entries()) {
    const items = ["Axe", "Ring", "Cloak", `Own ${index}`].filter(() => random() < 0.7);
    await client.put("/loot/wishes", { items: items.map((itemName) => ({ itemName })) });
    if (random() < 0.7) {
      await guild.owner.post("/loot", {
        itemName: `Won ${index}`,
        fate: "person",
        personId: people[index],
        points: 5,
      });
    }
  }
  for (const itemName of ["Axe", "Staff"]) {
    const { id } = (await guild.owner.post("/loot/councils", { itemName })).body;
    for (const client of clients) {
      t.advance(1_000);
      const personId = people[Math.floor(random() * 2)];
      if (random() < 0.7) {
        await client.put(`/loot/councils/${id}/response`, { response: "upgrade" });
      }
      if (random() < 0.7) await client.put(`/loot/councils/${id}/vote`, { personId });
    }
  }
}

async function auctions({ guild, random, clients }: Actors): Promise<void> {
  for (const mode of ["open", "sealed", "vickrey"]) {
    const { id } = (
      await guild.owner.post("/auctions", { itemName: `In ${mode}`, mode, durationMs: HOUR })
    ).body;
    for (const [index, client] of clients.entries()) {
      if (random() < 0.3) continue;
      const spec = random() < 0.8 ? "main" : "off";
      const more = { points: 10 + index * 5 + Math.floor(random() * 5), spec };
      await client.post(`/auctions/${id}/bids`, more);
    }
  }
}
