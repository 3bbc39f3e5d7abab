import { DAY_MS, HOUR_MS } from "../../kernel/time.ts";
import { type Clockwork, pick, type Send } from "./support.ts";

const BOSSES = ["the Gate Warden", "the Twin Furnaces", "the Drowned Choir", "the Ashen Regent"];
const LOOT = [
  "Cinderplate Helm",
  "Choirmaster's Chain",
  "Regent's Signet",
  "Gatebreaker",
  "Tidewrap",
];

/** Records one raid night as officers would: attendance, points for bosses, loot and its prices. */
export async function raidNight(
  owner: Send,
  api: string,
  persons: readonly string[],
  random: () => number,
  clock: Clockwork,
  night: number,
): Promise<void> {
  const planned = await owner("POST", `${api}/raids`, {
    name: night % 2 === 0 ? "Wednesday raid" : "Sunday raid",
    startsAt: clock.now().getTime(),
    minutes: 180,
  });
  const raid = `${api}/raids/${planned.body.id}`;
  const present = persons.filter(() => random() > 0.2);
  await owner("POST", `${raid}/start`, {});
  await owner("PUT", `${raid}/attendance`, {
    people: persons.map((personId, index) => {
      if (!present.includes(personId)) return { personId, presence: "absent" };
      if (index % 11 === 7) return { personId, presence: "bench", remark: "benched" };
      if (random() < 0.1) return { personId, presence: "present", creditPct: 75, remark: "late" };
      return { personId, presence: "present" };
    }),
  });
  const award = (points: number, reason: string, exceptLate = false) =>
    owner("POST", `${raid}/awards`, { points, reason, benchPct: 50, exceptLate });
  await award(15, "On time", true);
  const rich = new Set<string>();
  for (const boss of BOSSES.slice(0, 2 + (night % 3))) {
    clock.advance(HOUR_MS * 0.7);
    await award(5, `Boss kill: ${boss}`);
    const winner = pick(present, random);
    // Members cannot spend points they do not have, so the first nights sell little.
    if (night > 1 && !rich.has(winner)) {
      rich.add(winner);
      await owner("POST", `${api}/loot`, {
        itemName: pick(LOOT, random),
        personId: winner,
        points: 10 + Math.floor(random() * 4) * 5,
        raidId: planned.body.id,
        boss,
      });
    }
  }
  await award(10, "Completion");
  await owner("POST", `${raid}/end`, {});
  clock.advance((3.5 * 24 - 2) * HOUR_MS);
}

/** Creates the open events for visitors: planned raids with sign-ups, and running auctions. */
export async function openTonight(
  owner: Send,
  raider: { readonly send: Send; readonly personId: string | undefined } | undefined,
  api: string,
  persons: readonly string[],
): Promise<void> {
  await owner("POST", `${api}/raid-series`, {
    name: "Progress raid",
    weekdays: [3, 7],
    startsAt: "20:00",
    minutes: 180,
  });
  const { body: coming } = await owner("GET", `${api}/raids`);
  const next = coming.items[0];
  for (const [index, personId] of persons.entries()) {
    if (index % 5 === 4) continue;
    const status = index % 7 === 3 ? "maybe" : index % 9 === 5 ? "late" : "yes";
    await owner("PUT", `${api}/raids/${next.id}/signup`, { personId, status });
  }
  const { body: pools } = await owner("GET", `${api}/dkp/pools`);
  const pool = `${api}/dkp/pools/${pools.items[0].id}`;
  // Rules that a season needs: a cap on balances, and decay of old points every Tuesday.
  await owner("PATCH", pool, {
    hardCap: 500,
    decay: { percent: 10, weekly: { weekday: 2, hour: 6 } },
  });
  await owner("POST", `${pool}/decays`, {});
  if (raider === undefined) return;
  const open = (itemName: string, mode: string, minimum: number) =>
    owner("POST", `${api}/auctions`, {
      itemName,
      mode,
      minimum,
      increment: 5,
      durationMs: 3 * DAY_MS,
      boss: BOSSES[3],
    });
  const signet = await open("Regent's Signet", "open", 10);
  await open("Crown of the Ashen Regent", "sealed", 20);
  await open("Emberglass Wand", "roll", 5);
  if (raider.personId === undefined) return;
  const personIds = [raider.personId];
  await owner("POST", `${api}/dkp/awards`, { personIds, points: 90, reason: "Opening balance" });
  await raider.send("POST", `${api}/auctions/${signet.body.id}/bids`, { points: 25 });
  await raider.send("PUT", `${api}/loot/wishes`, {
    items: [{ itemName: "Crown of the Ashen Regent" }, { itemName: "Gatebreaker" }],
  });
  const { body: council } = await owner("POST", `${api}/loot-councils`, {
    itemName: "Gatebreaker",
    boss: BOSSES[0],
  });
  const path = `${api}/loot-councils/${council.id}`;
  await raider.send("PUT", `${path}/response`, { response: "best" });
  await owner("PUT", `${path}/vote`, { personId: raider.personId });
  await owner("POST", `${path}/decision`, { personId: raider.personId });
}
