import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { registerCommands } from "../../../src/tenant/discord/registration.ts";
import { bundleScript } from "../../support/bundle.ts";
import { runCli } from "../../support/cli.ts";
import { openProvisioning } from "../../support/provisioning.ts";
import { removeSearched } from "../../support/secrets/folders.ts";
import { SETTINGS } from "../identity/support.ts";
import { discordApp } from "./support.ts";

const app = await discordApp();
const { t, discord, type } = app;
afterAll(async () => await app[Symbol.asyncDispose]());

const anna = { id: "300000000000000001", name: "anna" };
const isConnected = async (serverId: string) =>
  !(await type(serverId, anna, "link")).body.data.content.includes("No guild has connected");

describe("a Discord server", () => {
  test("belongs to the guild whose admin let the bot in", async () => {
    const { owner, serverId } = await app.connectedGuild("proved");
    expect((await owner.get(SETTINGS)).body.discord).toEqual({ serverId, auditChannelId: null });
    expect(await isConnected(serverId)).toBe(true);
    const page = await owner.page("/g/proved/identity/settings");
    expect(page.text).toContain(`work on the server ${serverId}`);
  });

  test("is the one that Discord names, not the one in the address", async () => {
    const { owner } = await t.guild("tampered");
    const [own, foreign] = [app.addServer(), app.addServer()];
    const back = app.agree(await app.begin(owner, "tampered"), own);
    back.searchParams.set("guild_id", foreign);
    expect((await owner.page(`${back.pathname}${back.search}`)).status).toBe(303);
    expect([await isConnected(own), await isConnected(foreign)]).toEqual([true, false]);
  });

  test("is not connected by another session, for another guild, or by who may not change settings", async () => {
    const guild = await t.guild("two-sessions");
    const stranger = await t.guild("strangers");
    const officer = await t.as("officer", guild);
    const serverId = app.addServer();
    const back = app.agree(await app.begin(guild.owner, "two-sessions"), serverId);
    const path = `${back.pathname}${back.search}`;
    expect((await stranger.owner.page(path)).status).toBe(400);
    expect((await t.anonymous.page(path)).status).toBe(401);
    const fresh = { "sec-fetch-site": "same-origin" };
    expect((await officer.page("/g/two-sessions/identity/discord-server", fresh)).status).toBe(403);
    const crossed = await guild.owner.page("/g/two-sessions/identity/discord-server", {
      "sec-fetch-site": "cross-site",
    });
    expect(crossed.status).toBe(403);
    const forged = new URL(back);
    forged.searchParams.set("state", "forged");
    expect((await guild.owner.page(`${forged.pathname}${forged.search}`)).status).toBe(400);
    expect(await isConnected(serverId)).toBe(false);
  });

  test("has one guild: the second one to prove it is refused", async () => {
    const first = await app.connectedGuild("earlier");
    const { owner } = await t.guild("later");
    expect((await app.connect(owner, "later", first.serverId)).status).toBe(409);
    expect((await owner.get(SETTINGS)).body.discord).toBeNull();
  });

  test("is taken from a guild that only named it, which reads it no more", async () => {
    const squatter = await t.guild("squatter");
    const serverId = app.addServer();
    const named = { discord: { serverId, auditChannelId: null } };
    expect((await squatter.owner.put(SETTINGS, named)).status).toBe(200);
    const { owner } = await t.guild("rightful");
    expect((await app.connect(owner, "rightful", serverId)).status).toBe(303);
    await squatter.owner.post("/guild-sync/discord/trigger", {});
    await t.services.identityRunner.drain();
    const { body } = await squatter.owner.get("/guild-sync/status");
    expect(body.runs.find(({ kind }: { kind: string }) => kind === "discord")).toMatchObject({
      state: "failed",
      error: "identity/server-taken",
    });
    expect((await squatter.owner.put(SETTINGS, named)).status).toBe(409);
  });

  test("on which the bot is not is not connected", async () => {
    const { owner } = await t.guild("without-bot");
    const answer = await app.connect(owner, "without-bot", "799999999999999999");
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect((await owner.get(SETTINGS)).body.discord).toBeNull();
  });

  test("that the settings no longer name is not the guild's any more", async () => {
    const { owner, serverId } = await app.connectedGuild("leaving");
    const { body } = await owner.get(SETTINGS);
    await owner.put(SETTINGS, { ...body, discord: null });
    expect(await isConnected(serverId)).toBe(false);
    const next = await t.guild("arriving");
    expect((await app.connect(next.owner, "arriving", serverId)).status).toBe(303);
  });
});

test("commands are registered once, and again only when they changed", async () => {
  const first = await registerCommands(t.services, { dryRun: true });
  expect([first.isChanged, discord.commands]).toEqual([true, []]);
  const names = ["link", "whois", "roster", "standings", "raid"];
  expect(await registerCommands(t.services, { dryRun: false })).toEqual({
    application: "Guildhall",
    commands: names,
    isChanged: true,
    publicKey: discord.signing.publicKey,
    isKeySet: true,
  });
  expect(discord.commands.map(({ name }) => name)).toEqual(names);
  expect((await registerCommands(t.services, { dryRun: false })).isChanged).toBe(false);
  discord.commands.pop();
  expect((await registerCommands(t.services, { dryRun: false })).isChanged).toBe(true);
  for (const one of discord.commands as {
    description: string;
    options: { description: string }[];
  }[]) {
    for (const { description } of [one, ...one.options]) {
      expect([...description].length).toBeLessThanOrEqual(100);
    }
  }
});

test("the command line registers the commands, and names the key to set", async () => {
  const main = await bundleScript("provisioning/cli/main.ts");
  const dir = await mkdtemp(join(tmpdir(), "guildhall-discord-"));
  await (await openProvisioning(dir)).close();
  const { DISCORD_PUBLIC_KEY: publicKey, ...env } = discord.env;
  discord.commands.length = 0;
  const would = await runCli(main, dir, ["discord", "register", "--dry-run", "--json"], env);
  expect([would.code, discord.commands]).toEqual([0, []]);
  const done = await runCli(main, dir, ["discord", "register", "--json"], env);
  expect(JSON.parse(done.out)).toMatchObject({ isChanged: true, isKeySet: false, publicKey });
  expect(discord.commands).toHaveLength(5);
  await rm(main, { force: true });
  await removeSearched(dir);
}, 60_000);
