import { afterAll, describe, expect, test } from "vitest";
import { HOUR_MS, MINUTE_MS } from "../../../src/kernel/time.ts";
import { restReason } from "../../../src/platform/messages/rest.ts";
import type { TestClient } from "../../support/app.ts";
import { discordApp } from "./support.ts";

const app = await discordApp();
const { t, discord, type, press, pass } = app;
afterAll(async () => await app[Symbol.asyncDispose]());

const FEEDS = "/guild-sync/discord/feeds";
const anna = { id: "300000000000000001", name: "anna" };
let channels = 0;

/** A guild whose channels get everything, with the channel's id. */
async function feedingGuild(slug: string, feeds: Record<string, unknown> = {}) {
  const guild = await app.connectedGuild(slug);
  channels += 1;
  const channelId = `80000000000000000${channels}`;
  discord.addChannel(channelId, guild.serverId);
  const set = await guild.owner.put(FEEDS, { raidChannelId: channelId, ...feeds });
  expect([set.status, set.text]).toEqual([200, expect.any(String)]);
  await pass(0);
  const shown = () => discord.posted.filter((one) => one.channelId === channelId);
  return { ...guild, channelId, shown };
}

async function planRaid(owner: TestClient, name: string, inMs = 2 * HOUR_MS) {
  const startsAt = t.now().getTime() + inMs;
  const raid = await owner.post("/raids", { name, startsAt, minutes: 180 });
  expect(raid.status).toBe(201);
  return raid.body.id as string;
}

/** Binds anna's Discord account to a member by `/link`. */
async function bind(serverId: string, member: TestClient) {
  const { content } = (await type(serverId, anna, "link")).body.data;
  const url = new URL(/https?:\/\/\S+/.exec(content)![0]);
  const token = url.searchParams.get("token")!;
  expect((await member.submit(url.pathname, { token })).status).toBe(303);
}

const addPerson = async (owner: TestClient, name: string) => {
  const character = { name, class: "mage", spec: "Fire" };
  const added = await owner.post("/roster/persons", { name, character });
  expect(added.status).toBe(201);
  return added.body.id as string;
};

describe("a raid's announcement", () => {
  test("is posted once, and follows the sign-ups of buttons and of the page", async () => {
    const guild = await feedingGuild("announced");
    const id = await planRaid(guild.owner, "Molten Core");
    const far = await planRaid(guild.owner, "Next month", 400 * HOUR_MS);
    await pass(5 * MINUTE_MS);
    await pass(5 * MINUTE_MS);
    expect(guild.shown()).toHaveLength(1);
    const [message] = guild.shown();
    expect(message!.embeds![0]!.title).toBe("Molten Core");
    expect(JSON.stringify(message)).not.toContain(far);
    const buttons = message!.components![0]!.components;
    expect(buttons.map(({ label }) => label)).toEqual(["Yes", "Late", "Maybe", "Bench", "No"]);

    const raider = await t.as("raider", guild);
    const yes = buttons[0]!.custom_id;
    expect(await press(guild.serverId, anna, yes)).toContain("Type /link");
    await bind(guild.serverId, raider);
    expect(await press(guild.serverId, anna, yes)).toContain("Your answer: Yes");
    expect(await press(guild.serverId, anna, buttons[1]!.custom_id)).toContain("Late");
    const edits = discord.edited.length;
    await pass(5_000);
    expect(discord.edited).toHaveLength(edits + 1);
    expect(JSON.stringify(guild.shown())).toMatch(/\(Late\)/);
    const view = await guild.owner.get(`/raids/${id}`);
    expect(view.body.people).toMatchObject([{ signup: "late" }]);

    expect((await guild.owner.post(`/raids/${id}/cancellation`)).status).toBe(200);
    await pass(5 * MINUTE_MS);
    expect(guild.shown()[0]!.components).toEqual([]);
    expect(guild.shown()[0]!.embeds![0]!.description).toContain("canceled");
    expect(await press(guild.serverId, anna, yes)).toContain("ended or was canceled");
  });

  test("keeps the role and the note that a member gave on the page", async () => {
    const guild = await feedingGuild("kept-notes");
    const raider = await t.as("raider", guild);
    const id = await planRaid(guild.owner, "Zul'Gurub");
    const answer = { status: "yes", role: "tank", note: "until ten" };
    expect((await raider.put(`/raids/${id}/signup`, answer)).status).toBe(200);
    await bind(guild.serverId, raider);
    expect(await press(guild.serverId, anna, `raid:${id}:no`)).toContain("No");
    const { body } = await guild.owner.get(`/raids/${id}`);
    expect(body.people).toMatchObject([{ signup: "no", role: "tank", signupNote: "until ten" }]);
  });

  test("takes the sign-up of an account that an officer linked, and of none that automation linked", async () => {
    const guild = await feedingGuild("linked-sign-ups");
    const id = await planRaid(guild.owner, "Karazhan");
    const [byHand, guessed] = ["300000000000000011", "300000000000000012"];
    const [first, second] = [
      await addPerson(guild.owner, "Byhand"),
      await addPerson(guild.owner, "Guessed"),
    ];
    await app.linkByOthers(guild, first, byHand!, "manual");
    await app.linkByOthers(guild, second, guessed!, "exact_name");
    const yes = `raid:${id}:yes`;
    expect(await press(guild.serverId, { id: byHand!, name: "b" }, yes)).toContain("Yes");
    expect(await press(guild.serverId, { id: guessed!, name: "g" }, yes)).toContain("Type /link");
    const { body } = await guild.owner.get(`/raids/${id}`);
    expect(body.people).toMatchObject([{ name: "Byhand", signup: "yes" }]);
  });

  test("is posted once even if the server died before it noted the post", async () => {
    const guild = await feedingGuild("died-between");
    await planRaid(guild.owner, "Onyxia");
    await pass(5 * MINUTE_MS);
    const found = await t.services.platform.guild(guild.id);
    await t.services.tenants.use(found!, (db) =>
      db.client.execute({ sql: "DELETE FROM discord_posts", args: [] }),
    );
    await pass(5 * MINUTE_MS);
    await pass(5 * MINUTE_MS);
    expect(guild.shown()).toHaveLength(1);
  });

  test("is followed by one post that names those who have not answered", async () => {
    const guild = await feedingGuild("reminded", { reminderHours: 1 });
    const personId = await addPerson(guild.owner, "Answered");
    await addPerson(guild.owner, "Silent");
    const id = await planRaid(guild.owner, "Naxxramas");
    const signup = await guild.owner.put(`/raids/${id}/signup`, { status: "yes", personId });
    expect(signup.status).toBe(200);
    await pass(5 * MINUTE_MS);
    expect(guild.shown()).toHaveLength(1);
    await pass(HOUR_MS);
    await pass(5 * MINUTE_MS);
    expect(guild.shown()).toHaveLength(2);
    const [, reminder] = guild.shown();
    expect(reminder!.content).toContain("Silent");
    expect(reminder!.content).not.toContain("Answered");
    expect(reminder).toMatchObject({ allowed_mentions: { parse: [] } });
  });
});

describe("channels", () => {
  test("have to be on the server that the guild proved", async () => {
    const guild = await app.connectedGuild("foreign-channel");
    const other = await app.connectedGuild("owner-of-channel");
    discord.addChannel("900000000000000077", other.serverId);
    for (const id of ["900000000000000077", "900000000000000078"]) {
      const answer = await guild.owner.put(FEEDS, { lootChannelId: id });
      expect([answer.status, answer.body.type]).toEqual([
        422,
        "/problems/discord/channel-not-here",
      ]);
      expect(answer.body.errors).toMatchObject([{ pointer: "/lootChannelId" }]);
    }
    const unproved = await t.guild("no-server");
    const refused = await unproved.owner.put(FEEDS, { raidChannelId: "900000000000000077" });
    expect([refused.status, refused.body.type]).toEqual([409, "/problems/discord/not-connected"]);
    expect((await unproved.owner.put(FEEDS, {})).status).toBe(200);
  });

  test("are chosen on a page in settings", async () => {
    const guild = await app.connectedGuild("by-page");
    discord.addChannel("900000000000000079", guild.serverId);
    const path = "/g/by-page/identity/discord-channels";
    expect((await guild.owner.page(path)).status).toBe(200);
    const fields = { raidChannelId: "900000000000000079", announceHours: "24", language: "es" };
    expect((await guild.owner.submit(path, fields)).status).toBe(303);
    expect((await guild.owner.get(FEEDS)).body).toMatchObject({
      raidChannelId: "900000000000000079",
      announceHours: 24,
      reminderHours: null,
      language: "es",
    });
    const wrong = await guild.owner.submit(path, { ...fields, announceHours: "0" });
    expect(wrong.status).toBe(422);
  });

  test("that are gone put their guild to rest, and no other one", async () => {
    const gone = await feedingGuild("gone-channel");
    const fine = await feedingGuild("fine-channel");
    discord.closed.add(gone.channelId);
    await planRaid(gone.owner, "Lost");
    await planRaid(fine.owner, "Found");
    await pass(5 * MINUTE_MS);
    expect([gone.shown().length, fine.shown().length]).toEqual([0, 1]);
    expect(await restReason(t.services, gone.id)).toContain("does not let the bot post");
    const page = await gone.owner.page("/g/gone-channel/identity/discord-channels");
    expect(page.text).toContain("Nothing is posted at the moment");
    discord.closed.delete(gone.channelId);
    const { body } = await gone.owner.get(FEEDS);
    expect((await gone.owner.put(FEEDS, body)).status).toBe(200);
    await planRaid(gone.owner, "Back");
    await pass(5 * MINUTE_MS);
    expect(JSON.stringify(gone.shown())).toContain("Back");
  });

  test("get auctions and loot without a bid of a secret auction", async () => {
    const guild = await feedingGuild("traded");
    const feeds = { auctionChannelId: guild.channelId, lootChannelId: guild.channelId };
    expect((await guild.owner.put(FEEDS, feeds)).status).toBe(200);
    const winner = await addPerson(guild.owner, "Lucky");
    const auction = await guild.owner.post("/auctions", {
      itemName: "Ring *of* Fire",
      mode: "sealed",
      durationMs: 10 * MINUTE_MS,
    });
    expect([auction.status, auction.text]).toEqual([201, expect.any(String)]);
    const loot = await guild.owner.post("/loot", {
      itemName: "Plain Cloak",
      fate: "person",
      personId: winner,
    });
    expect([loot.status, loot.text]).toEqual([201, expect.any(String)]);
    await pass(5 * MINUTE_MS);
    const contents = guild.shown().map(({ content }) => content ?? "");
    expect(contents.find((one) => one.includes("Ring"))).toContain("Ring \\*of\\* Fire");
    expect(contents.find((one) => one.includes("Plain Cloak"))).toContain("Lucky");
    await t.services.jobRunner.drain();
    await pass(8 * MINUTE_MS);
    await t.services.jobRunner.drain();
    await pass(3 * MINUTE_MS);
    const ended = guild.shown().map(({ content }) => content ?? "");
    expect(ended.filter((one) => one.includes("ended without a winner"))).toHaveLength(1);
    expect(ended).toHaveLength(3);
  });
});
