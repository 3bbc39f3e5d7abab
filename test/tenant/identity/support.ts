import { type TestApp, type TestClient, testApp } from "../../support/app.ts";
import { startBlizzard } from "../../support/blizzard.ts";
import { type ApiMember, startDiscord } from "../../support/discord.ts";

export const ROLES = [
  { id: "9001", name: "GM", position: 5 },
  { id: "9002", name: "Officer", position: 4 },
  { id: "9003", name: "Member", position: 3 },
  { id: "9100", name: "Film club", position: 1 },
];
const RANK_TO_ROLE = { "0": "GM", "1": "Officer", "3": "Member" };

export const SETTINGS = "/guild-sync/settings";

export const member = (id: string, username: string, roles: readonly string[] = ["9003"]) => ({
  user: { id, username, global_name: null },
  nick: null,
  roles,
  joined_at: "2024-01-01T00:00:00.000000+00:00",
});
const MEMBERS = [member("1", "annara"), member("2", "borin")];

/** The product beside stand-ins of Blizzard and Discord. The clock moves, as budgets need it to. */
export async function identityApp(env: Record<string, string> = {}) {
  const blizzard = await startBlizzard();
  const discord = await startDiscord();
  let servers = 0;
  let aheadMs = Date.UTC(2026, 0, 14, 20) - performance.now();
  const t = await testApp(
    { ...blizzard.env, ...discord.env, ...env },
    { clock: () => new Date(performance.now() + aheadMs) },
  );
  return {
    t,
    blizzard,
    discord,
    /** Lets time pass. */
    pass: (ms: number) => {
      aheadMs += ms;
    },
    /** A guild that reads its roster and a Discord server of its own. */
    connectedGuild: async (slug: string, members: readonly ApiMember[] = MEMBERS) => {
      const guild = await t.guild(slug);
      servers += 1;
      const serverId = `50000000000000000${servers}`;
      discord.setServer(serverId, members, ROLES);
      const set = await guild.owner.put(SETTINGS, settingsOf(slug, serverId));
      if (set.status !== 200) throw new Error(`settings answered ${set.status}: ${set.text}`);
      return { ...guild, serverId };
    },
    async [Symbol.asyncDispose]() {
      await t.close();
      await blizzard.stop();
      await discord.stop();
    },
  };
}

export function settingsOf(slug: string, serverId: string) {
  return {
    blizzard: { region: "us", realmSlug: "area-52", guildSlug: slug, edition: "retail" },
    discord: { serverId, auditChannelId: null },
    rankToRole: RANK_TO_ROLE,
    staleDays: 30,
  };
}

/** Starts a run and does it, with all that follows. Gives back the run as the status lists it. */
export async function run(
  t: TestApp,
  client: TestClient,
  kind: "blizzard" | "discord" | "match" | "report",
) {
  const started = await client.post(`/guild-sync/${kind}/trigger`, {});
  if (started.status !== 202)
    throw new Error(`${kind} answered ${started.status}: ${started.text}`);
  await t.services.identityRunner.drain();
  await t.services.postRunner.drain();
  const { body } = await client.get("/guild-sync/status");
  return body.runs.find((one: { id: string }) => one.id === started.body.runId);
}

/** A row of an addon's export. */
export interface ExportRow {
  readonly name: string;
  readonly realm?: string;
  readonly note?: string;
  readonly officerNote?: string;
}

/** A SavedVariables file with these characters, at a time that makes it a new export. */
function exportOf(rows: readonly ExportRow[], exportTime = 1_750_000_000): string {
  const lines = rows.map(
    ({ name, realm = "area-52", note = "", officerNote = "" }) =>
      `{ ["name"] = "${name}", ["realm"] = "${realm}", ["rank"] = 3, ["note"] = "${note}", ` +
      `["officerNote"] = "${officerNote}", ["level"] = 80 },`,
  );
  return `GuildSyncDB = { ["lastExport"] = { ["exportTime"] = ${exportTime},
    ["guildName"] = "Proofs", ["memberCount"] = ${rows.length},
    ["characters"] = { ${lines.join(" ")} } } }`;
}

/** Uploads an export and does all that follows. */
export async function upload(t: TestApp, client: TestClient, rows: readonly ExportRow[]) {
  const file = exportOf(rows);
  const sent = await client.sendText("POST", "/guild-sync/addon-upload", file, "text/plain");
  if (sent.status !== 202) throw new Error(`the upload answered ${sent.status}: ${sent.text}`);
  await t.services.identityRunner.drain();
}
