import { afterAll, describe, expect, test } from "vitest";
import { restReason } from "../../../src/platform/messages/rest.ts";
import { identityApp, run, SETTINGS, settingsOf } from "./support.ts";

const app = await identityApp();
const { t, blizzard, discord } = app;
afterAll(async () => await app[Symbol.asyncDispose]());

interface Person {
  readonly characters: readonly { readonly id: string; readonly link: { readonly id: string } }[];
  readonly discord: { readonly id: string } | null;
}

const realm = "area-52";
const character = (id: number, name: string, rank = 3) => ({ id, name, realm, rank });
describe("sources of identity", () => {
  test("an exact name links a character to its Discord member, and a second run changes nothing", async () => {
    blizzard.setRoster({ realm, name: "exact" }, [character(1, "Annara"), character(2, "Borin")]);
    const { owner } = await app.connectedGuild("exact");
    expect(await run(t, owner, "blizzard")).toMatchObject({
      state: "done",
      counts: { seen: 2, left: 0 },
    });
    expect(await run(t, owner, "discord")).toMatchObject({ state: "done", counts: { seen: 2 } });
    const first = await owner.get("/identity/persons");
    expect(first.body.items).toMatchObject([
      {
        name: "annara",
        discord: { id: "1", name: "annara" },
        characters: [
          {
            blizzardId: 1,
            name: "Annara",
            link: { source: "exact_name", confidence: "high", confirmed: false },
          },
        ],
      },
      { discord: { id: "2" }, characters: [{ blizzardId: 2 }] },
    ]);
    expect(await run(t, owner, "match")).toMatchObject({ counts: { linked: 0, ended: 0 } });
    expect((await owner.get("/identity/persons")).body).toEqual(first.body);
    const roster = await owner.get("/roster");
    expect(roster.body.items.map(({ name }: { name: string }) => name)).toEqual(
      expect.arrayContaining(["annara", "borin"]),
    );
  });

  test("an empty or much smaller roster is held back and marks no one as departed", async () => {
    const names = ["Aldo", "Bera", "Cato", "Dita", "Egon", "Fria"];
    const all = names.map((name, at) => character(at + 1, name));
    blizzard.setRoster({ realm, name: "shrunken" }, all);
    const { owner } = await app.connectedGuild("shrunken");
    await run(t, owner, "blizzard");
    for (const some of [[], all.slice(0, 4)]) {
      blizzard.setRoster({ realm, name: "shrunken" }, some);
      expect((await run(t, owner, "blizzard")).counts).toMatchObject({ left: 0 });
      const status = await owner.get("/guild-sync/status");
      expect(status.body.sources).toContainEqual(
        expect.objectContaining({
          kind: "blizzard_roster",
          error: "identity/roster-quarantined",
          quarantinedAt: expect.any(Number),
        }),
      );
      expect((await owner.get("/identity/orphans/wow")).body.items).toHaveLength(6);
    }
    blizzard.setRoster({ realm, name: "shrunken" }, all.slice(0, 5));
    expect((await run(t, owner, "blizzard")).counts).toMatchObject({ left: 1 });
  });

  test("a rename keeps the character, by its Blizzard id", async () => {
    blizzard.setRoster({ realm, name: "renamed" }, [
      character(7, "Oldname"),
      character(8, "Other"),
    ]);
    const { owner } = await app.connectedGuild("renamed");
    await run(t, owner, "blizzard");
    const [before] = (await owner.get("/identity/orphans/wow")).body.items;
    blizzard.setRoster({ realm, name: "renamed" }, [
      character(7, "Newname"),
      character(8, "Other"),
    ]);
    await run(t, owner, "blizzard");
    const after = (await owner.get("/identity/orphans/wow")).body.items;
    expect(after).toContainEqual({ ...before, name: "Newname" });
    expect(after).toHaveLength(2);
  });

  test("what an officer linked stays, and what an officer removed is not made again", async () => {
    blizzard.setRoster({ realm, name: "manual" }, [character(1, "Annara"), character(2, "Borin")]);
    const { owner } = await app.connectedGuild("manual");
    await run(t, owner, "blizzard");
    await run(t, owner, "discord");
    const persons = (await owner.get("/identity/persons")).body.items;
    const [annara, borin] = persons.map(({ characters }: Person) => characters[0]);
    const linked = await owner.post("/identity/link", { characterId: borin.id, discordId: "1" });
    expect(linked.status).toBe(201);
    expect(linked.body.characters).toHaveLength(2);
    expect((await owner.delete(`/identity/link/${annara.link.id}`)).status).toBe(204);
    await run(t, owner, "match");
    const after = (await owner.get("/identity/persons")).body.items;
    const of = (id: string) => after.find(({ discord: one }: Person) => one?.id === id);
    expect(of("1").characters).toMatchObject([
      { id: borin.id, link: { source: "manual", confirmed: true } },
    ]);
    expect((await owner.get("/identity/orphans/wow")).body.items).toContainEqual(
      expect.objectContaining({ id: annara.id }),
    );
  });

  test("a server that one guild connected is refused to every other guild", async () => {
    const first = await app.connectedGuild("first");
    const second = await t.guild("second");
    const wanted = settingsOf("second", first.serverId);
    const refused = await second.owner.put(SETTINGS, wanted);
    expect([refused.status, refused.body.type]).toEqual([409, "/problems/identity/server-taken"]);
    const { body } = await first.owner.get(SETTINGS);
    await first.owner.put(SETTINGS, { ...body, discord: null });
    expect((await second.owner.put(SETTINGS, wanted)).status).toBe(200);
  });

  test.each([
    [404, "identity/upstream-missing"],
    [403, "identity/upstream-refused"],
    [429, "identity/upstream-busy"],
    [500, "identity/upstream-unavailable"],
  ])("a roster answered with %i ends its run and changes nothing", async (status, code) => {
    const slug = `fault-${status}`;
    blizzard.setRoster({ realm, name: slug }, [character(1, "Unknown")]);
    const { owner } = await app.connectedGuild(slug);
    await run(t, owner, "blizzard");
    blizzard.faults.push({ status });
    const before = blizzard.asked.length;
    expect(await run(t, owner, "blizzard")).toMatchObject({ state: "failed", error: code });
    expect(blizzard.asked.length - before).toBe(1);
    expect((await owner.get("/identity/orphans/wow")).body.items).toHaveLength(1);
  });

  test("a token that Blizzard ended early is asked for again", async () => {
    blizzard.setRoster({ realm, name: "revoked" }, [character(1, "Annara")]);
    const { owner } = await app.connectedGuild("revoked");
    await run(t, owner, "blizzard");
    blizzard.revokeTokens();
    expect(await run(t, owner, "blizzard")).toMatchObject({ state: "done" });
  });

  test("a bot without access leaves a message and no departures", async () => {
    const { owner } = await app.connectedGuild("without-access");
    await run(t, owner, "discord");
    discord.faults.push({ status: 403, body: '{"message":"Missing Access","code":50001}' });
    expect(await run(t, owner, "discord")).toMatchObject({
      state: "failed",
      error: "identity/upstream-refused",
    });
    expect((await owner.get("/identity/orphans/discord")).body.items).toHaveLength(2);
  });

  test("a report posts to the guild's own server, one summary first, then only what changed", async () => {
    blizzard.setRoster({ realm, name: "reported" }, [
      character(1, "Annara"),
      character(2, "Cathal"),
    ]);
    const { owner, serverId } = await app.connectedGuild("reported");
    discord.addChannel("600000000000000001", serverId);
    discord.addChannel("600000000000000002", "500000000000000099");
    await run(t, owner, "blizzard");
    await run(t, owner, "discord");
    expect(await run(t, owner, "report")).toMatchObject({
      state: "failed",
      error: "identity/not-configured",
    });
    const { body } = await owner.get(SETTINGS);
    const postTo = (auditChannelId: string) =>
      owner.put(SETTINGS, { ...body, discord: { ...body.discord, auditChannelId } });
    const before = discord.posted.length;
    await postTo("600000000000000002");
    expect(await run(t, owner, "report")).toMatchObject({
      state: "failed",
      error: "identity/not-configured",
    });
    expect(discord.posted).toHaveLength(before);
    await postTo("600000000000000001");
    expect(await run(t, owner, "report")).toMatchObject({ state: "done", counts: { messages: 1 } });
    expect(discord.posted).toHaveLength(before + 1);
    expect(discord.posted.at(-1)!.embeds).toHaveLength(1);
    expect(await run(t, owner, "report")).toMatchObject({ counts: { messages: 0 } });
    blizzard.setRoster({ realm, name: "reported" }, [character(1, "Annara"), character(3, "Dita")]);
    await run(t, owner, "blizzard");
    expect(await run(t, owner, "report")).toMatchObject({
      counts: { messages: 1, created: 1, resolved: 1 },
    });
    expect(JSON.stringify(discord.posted.at(-1))).toMatch(/Dita.*Cathal/s);
    expect((await owner.get("/identity/issues")).body.items).toContainEqual(
      expect.objectContaining({ type: "orphan_wow", notifiedAt: expect.any(Number) }),
    );
  });

  test("a channel that refuses the bot rests its guild, until a report or new settings find it open", async () => {
    const seen = [character(1, "Annara"), character(2, "Cathal")];
    blizzard.setRoster({ realm, name: "refused" }, seen);
    const { owner, serverId, id } = await app.connectedGuild("refused");
    const auditChannelId = "600000000000000003";
    discord.addChannel(auditChannelId, serverId);
    const { body } = await owner.get(SETTINGS);
    const save = () =>
      owner.put(SETTINGS, { ...body, discord: { ...body.discord, auditChannelId } });
    await save();
    const report = async (name: string) => {
      seen.push(character(seen.length + 1, name));
      blizzard.setRoster({ realm, name: "refused" }, seen);
      await run(t, owner, "blizzard");
      const before = discord.posted.length;
      expect((await run(t, owner, "report")).state).toBe("done");
      return discord.posted.length - before;
    };
    discord.closed.add(auditChannelId);
    expect(await report("Dita")).toBe(0);
    expect(await restReason(t.services, id)).toContain("does not let the bot post");
    await save();
    expect(await restReason(t.services, id)).toBeUndefined();
    expect(await report("Egon")).toBe(0);
    expect(await restReason(t.services, id)).toBeDefined();
    discord.closed.delete(auditChannelId);
    expect(await report("Fria")).toBe(1);
    expect(await restReason(t.services, id)).toBeUndefined();
  });
});
