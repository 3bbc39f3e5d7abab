import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { write } from "../../../src/database/write.ts";
import { JobRunner } from "../../../src/node/job-runner.ts";
import { postWork } from "../../../src/node/prompt-jobs.ts";
import { postRows } from "../../../src/platform/messages/queue.ts";
import { discordGuilds } from "../../../src/platform/schema.ts";
import { runnerDeps } from "../../../src/services.ts";
import { type TestApp, type TestClient, type TestGuild, testApp } from "../../support/app.ts";
import { startDiscord } from "../../support/discord.ts";
import { anOperator } from "../console/support.ts";

/** All notices of the property: a few in CI, 1,000 when asked. */
const NOTICES = Number(process.env["OUTBOX_NOTICES"] ?? 40);

let discord: Awaited<ReturnType<typeof startDiscord>>;
let t: TestApp;
let guild: TestGuild;
let other: TestGuild;
let operator: TestClient;
let aheadMs = 0;
beforeAll(async () => {
  discord = await startDiscord();
  // The budget of requests waits by the clock, so it has to go on.
  t = await testApp(discord.env, { clock: () => new Date(Date.now() + aheadMs) });
  guild = await t.guild("noticed");
  other = await t.guild("noticed-too");
  operator = await anOperator(t, ["jobs"], "olga");
  await t.services.messageRunner.drain();
});
afterAll(async () => {
  await t.close();
  await discord.stop();
});

const queue = async (key: string, of: TestGuild = guild, channelId = "1") => {
  const post = { guildId: of.id, key, channelId, message: { content: key } };
  await write(t.services.platform.db, await postRows(t.services, post));
};
const contents = () => discord.posted.map(({ content }) => content);
const deadLetters = async () => (await operator.get("/api/operator/outbox")).body;

test("a notice that three schedulers queue is posted once, even if its sender dies after the post", async () => {
  let posts = 0;
  // The process dies between Discord's answer and its record of it: every third time.
  const { ownToken } = t.services.discord;
  const post: typeof t.services.discord.post = async (...args) => {
    const receipt = await t.services.discord.post(...args);
    if (++posts % 3 === 0) throw new Error("The process ended.");
    return receipt;
  };
  const edit: typeof t.services.discord.edit = (...args) => t.services.discord.edit(...args);
  const dying = { ...t.services, discord: { ownToken, post, edit } };
  const schedulers = [1, 2, 3].map(
    () => new JobRunner({ ...runnerDeps(t.services), work: postWork(dying) }),
  );
  const keys = Array.from({ length: NOTICES }, (_, index) => `notice ${index}`);
  discord.loseAnswers(5);
  for (let round = 0; round < 8; round++) {
    await Promise.all(
      schedulers.map(async (scheduler, index) => {
        for (const key of round === index ? keys : []) await queue(key);
        await scheduler.drain();
      }),
    );
    aheadMs += 60_000;
  }
  expect(contents().toSorted()).toEqual(keys.toSorted());
  expect((await deadLetters()).items).toEqual([]);
  await Promise.all(schedulers.map((scheduler) => scheduler.stop()));
});

describe("a channel or a permission that is gone", () => {
  test.each([
    [404, 10_003, "does not know this channel"],
    [403, 50_013, "does not let the bot post"],
  ])("rests its guild after one request, and no other guild (%i)", async (status, code, reason) => {
    await t.services.platform.db.client.execute({ sql: "DELETE FROM discord_guilds", args: [] });
    discord.posted.length = 0;
    discord.asked.length = 0;
    discord.faults.push({
      status,
      body: JSON.stringify({ code, message: "Gone" }),
      headers: { "content-type": "application/json" },
    });
    await queue(`gone ${status}`);
    await t.services.postRunner.drain();
    await queue(`later ${status}`);
    await queue(`other ${status}`, other);
    await t.services.postRunner.drain();
    expect(contents()).toEqual([`other ${status}`]);
    expect(discord.asked).toHaveLength(2);
    const resting = await t.services.platform.db.orm.select().from(discordGuilds);
    expect(resting).toMatchObject([
      { guildId: guild.id, restReason: expect.stringContaining(reason) },
    ]);
    const page = await operator.page("/operator/outbox");
    expect(page.text).toContain(reason);
    for (const { id } of (await deadLetters()).items) {
      expect((await operator.delete(`/api/operator/outbox/${id}`)).status).toBe(204);
    }
    expect(await deadLetters()).toEqual({ items: [], total: 0 });
  });
});

test("a post that Discord asks to send later waits, and is no dead letter", async () => {
  await t.services.platform.db.client.execute({ sql: "DELETE FROM discord_guilds", args: [] });
  discord.posted.length = 0;
  discord.faults.push({
    status: 429,
    body: JSON.stringify({ message: "Slow down", retry_after: 40, global: true }),
    headers: {
      "content-type": "application/json",
      "retry-after": "40",
      "x-ratelimit-global": "true",
    },
  });
  await queue("patient");
  await t.services.postRunner.drain();
  expect(contents()).toEqual([]);
  expect((await deadLetters()).items).toEqual([]);
});

test("an operator sends a dead letter again, and learns when it is not there any more", async () => {
  await queue("too late", other);
  aheadMs += 7 * 3_600_000;
  await operator.prove();
  await t.services.postRunner.drain();
  const letter = (await deadLetters()).items.find(
    ({ slug }: { slug: string }) => slug === "noticed-too",
  );
  expect(letter).toMatchObject({ kind: "discord", template: "post" });
  expect(letter.deadReason).toContain("not sent in time");
  const sent = await operator.submit(`/operator/outbox/${letter.id}/retry`, {});
  expect(sent.headers.get("location")).toBe("/operator/outbox?done=saved");
  expect((await deadLetters()).items.map(({ id }: { id: string }) => id)).not.toContain(letter.id);
  const again = await operator.post(`/api/operator/outbox/${letter.id}/retry`);
  expect(again).toMatchObject({ status: 404, body: { type: "/problems/outbox/not-found" } });
});
