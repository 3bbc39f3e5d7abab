import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readConfig } from "../../../src/config.ts";
import { buildNodeServices, type NodeServices } from "../../../src/node/services.ts";
import { personalSecretOf } from "../../../src/platform/accounts/secrets/service.ts";
import { secretOf } from "../../../src/tenant/connections/service.ts";
import type { GuildContext } from "../../../src/tenant/context.ts";
import { type TestApp, type TestClient, type TestGuild, testApp } from "../../support/app.ts";
import { seen } from "../../support/secrets/seen.ts";

const ROOT = join(import.meta.dirname, "../../..");
const KINDS = ["discord-bot", "discord-webhook", "webhook"] as const;
const newKey = (id: string) => `${id}:${randomBytes(32).toString("base64")}`;
const [OLD, NEW] = [newKey("old"), newKey("new")];
const VALUES = {
  "discord-bot": randomBytes(40).toString("hex"),
  "discord-webhook": `https://discord.com/api/webhooks/1/${randomBytes(20).toString("hex")}`,
  webhook: `https://hooks.example.org/${randomBytes(20).toString("hex")}`,
};

interface Sealed {
  readonly t: TestApp;
  readonly guilds: readonly TestGuild[];
  readonly people: readonly TestClient[];
}

/** A platform whose guilds and people have secrets that the old key sealed. */
async function sealedByOld(t: TestApp): Promise<Sealed> {
  const guilds = [];
  for (const name of ["alpha", "bravo", "charlie"]) {
    const guild = await t.guild(`guild-${name}`);
    for (const kind of KINDS) {
      const { status } = await guild.owner.put(`/settings/connections/${kind}`, {
        value: VALUES[kind],
      });
      expect(status).toBe(204);
    }
    guilds.push(guild);
  }
  const people = [await t.signUp(), await t.signUp()];
  for (const person of people) {
    const path = "/api/account/connections/discord-webhook";
    await person.put(path, { value: VALUES["discord-webhook"] });
  }
  return { t, guilds, people };
}

interface End {
  readonly code: number | string | null;
  readonly out: string;
  readonly err: string;
}

function node(t: TestApp, keys: string, ...args: readonly string[]): Promise<End> {
  const env = { ...t.env, PATH: process.env["PATH"], SECRETS_KEYS: keys };
  seen.environment(env);
  return new Promise((resolve) => {
    execFile(process.execPath, [...args], { env, cwd: ROOT }, (error, out, err) => {
      seen.answer(out);
      seen.lines.push(err);
      resolve({ code: error ? (error.signal ?? error.code ?? null) : 0, out, err });
    });
  });
}

const guildhall = (t: TestApp, keys: string, ...args: readonly string[]) =>
  node(t, keys, "provisioning/cli/main.ts", "secrets", ...args);

/** A server with other keys on the same platform. Its clock is ahead. */
async function serverWith<T>(t: TestApp, keys: string, work: (s: NodeServices) => Promise<T>) {
  const config = readConfig({ ...t.env, SECRETS_KEYS: keys });
  const services = await buildNodeServices(config, {
    now: () => new Date(t.now().getTime() + 60_000),
  });
  try {
    return await work(services);
  } finally {
    await services.close();
  }
}

/** Expects that every secret reads as it was saved, with these keys alone. */
async function expectReadable({ t, guilds, people }: Sealed, keys: string): Promise<void> {
  await serverWith(t, keys, async ({ platform, tenants, envelopes }) => {
    for (const { id } of guilds) {
      const guild = (await platform.guild(id))!;
      for (const kind of KINDS) {
        const found = await tenants.use(guild, (db) =>
          secretOf({ guild, db } as GuildContext, envelopes, kind),
        );
        expect(found?.value).toBe(VALUES[kind]);
      }
    }
    for (const { userId } of people) {
      const found = await personalSecretOf(platform, envelopes, userId, "discord-webhook");
      expect(found?.value).toBe(VALUES["discord-webhook"]);
    }
  });
}

const realTime = { clock: () => new Date(performance.timeOrigin + performance.now()) };

describe("changing the key that seals secrets", () => {
  test("takes status, a dry run, rotate and the old key's removal", async () => {
    await using t = await testApp({ SECRETS_KEYS: OLD }, realTime);
    const sealed = await sealedByOld(t);
    const both = `${NEW},${OLD}`;
    const help = await guildhall(t, both, "rotate", "--help");
    expect(help.out).toMatch(/^Examples:\n {2}guildhall secrets rotate --dry-run/);
    const before = JSON.parse((await guildhall(t, both, "status", "--json")).out);
    expect(before.keys).toEqual([
      { id: "new", state: "seals", guildSecrets: 0, personalSecrets: 0 },
      { id: "old", state: "opens", guildSecrets: 9, personalSecrets: 2 },
    ]);
    const dry = await guildhall(t, both, "rotate", "--dry-run");
    expect(dry.code).toBe(0);
    expect(dry.out).toContain("Nothing was changed");
    expect(dry.out).toContain("guild-alpha: 3 to be sealed again");
    expect(JSON.parse((await guildhall(t, both, "status", "--json")).out)).toEqual(before);
    const done = await guildhall(t, both, "rotate");
    expect([done.code, done.err]).toEqual([0, ""]);
    expect(done.out).toContain("old is needed no more: take it out of SECRETS_KEYS.");
    await expectReadable(sealed, NEW);
    const after = await guildhall(t, NEW, "status");
    expect(after.code).toBe(0);
    expect(after.out).not.toContain("old");
  });

  test.each([
    ["people's", 1, { people: [1, 1], guilds: [0, 9] }],
    // It seals two people's and four of the nine guild secrets, and then dies in the second guild.
    ["guilds'", 6, { people: [2, 0], guilds: [4, 5] }],
  ])(
    "killed among %s secrets goes on where it was, by the next server that looks",
    async (_, sealings, left) => {
      await using t = await testApp({ SECRETS_KEYS: OLD }, realTime);
      const sealed = await sealedByOld(t);
      const both = `${NEW},${OLD}`;
      const killed = await node(t, both, "test/support/dying-rotation.ts", String(sealings));
      expect(killed.code).toBe("SIGKILL");
      await expectReadable(sealed, both);
      const middle = JSON.parse((await guildhall(t, both, "status", "--json")).out);
      const uses = (name: string) => middle.keys.map((key: Record<string, number>) => key[name]);
      expect({ people: uses("personalSecrets"), guilds: uses("guildSecrets") }).toEqual(left);
      await serverWith(t, both, ({ slowJobRunner }) => slowJobRunner.drain());
      await expectReadable(sealed, NEW);
      const end = JSON.parse((await guildhall(t, both, "status", "--json")).out);
      expect(end).toMatchObject({
        keys: [
          { guildSecrets: 9, personalSecrets: 2 },
          { guildSecrets: 0, personalSecrets: 0 },
        ],
        behind: [],
        peopleBehind: 0,
      });
    },
  );

  test("in the background is done by a server that has the new key, and by no other", async () => {
    await using t = await testApp({ SECRETS_KEYS: OLD }, realTime);
    const sealed = await sealedByOld(t);
    const both = `${NEW},${OLD}`;
    const set = await guildhall(t, both, "rotate", "--background", "--json");
    expect([set.code, JSON.parse(set.out).peopleBehind]).toEqual([0, 2]);
    // This server was not restarted yet.
    await t.services.slowJobRunner.drain();
    await expectReadable(sealed, OLD);
    await serverWith(t, both, ({ slowJobRunner }) => slowJobRunner.drain());
    await expectReadable(sealed, NEW);
  });

  test("without the old key leaves its secrets as they are, and says which key is missing", async () => {
    await using t = await testApp({ SECRETS_KEYS: OLD }, realTime);
    const sealed = await sealedByOld(t);
    const status = await guildhall(t, NEW, "status");
    expect(status.code).toBe(4);
    expect(status.out).toContain("What old sealed cannot be read");
    const rotated = await guildhall(t, NEW, "rotate", "--json");
    expect(rotated.code).toBe(3);
    expect(JSON.parse(rotated.out)).toMatchObject({ peopleBehind: 2, behind: { length: 3 } });
    await expectReadable(sealed, OLD);
    const none = await guildhall(t, "", "rotate");
    expect([none.code, none.err]).toEqual([1, expect.stringContaining("SECRETS_KEYS is not set")]);
  });
});
