import { randomUUID } from "node:crypto";
import { type TestClient, type TestGuild, testApp } from "../../support/app.ts";
import { startDiscord } from "../../support/discord.ts";
import { startOAuth } from "../../support/oauth.ts";
import { member, ROLES } from "../identity/support.ts";

/** A person on a Discord server who types a command. */
export interface Typist {
  readonly id: string;
  readonly name: string;
  readonly locale?: string;
}

/** The product beside stand-ins of Discord and of its sign-in. The clock moves, as budgets need. */
export async function discordApp() {
  const discord = await startDiscord();
  const oauth = await startOAuth();
  oauth.discord.redirectUris.add("http://localhost/discord/callback");
  let aheadMs = Date.UTC(2026, 0, 14, 20) - performance.now();
  const t = await testApp(
    { ...oauth.env, ...discord.env },
    { clock: () => new Date(performance.now() + aheadMs) },
  );
  let servers = 0;

  const send = async (body: string, headers?: Record<string, string>) => {
    const answer = await t.request("/discord/interactions", {
      method: "POST",
      body,
      headers: {
        accept: "application/json",
        ...(headers ?? discord.signing.headers(body, t.now().getTime())),
      },
    });
    const text = await answer.text();
    return { status: answer.status, body: text === "" ? undefined : JSON.parse(text) };
  };

  /** Sends an admin through Discord's page on which they choose a server. */
  const begin = async (client: TestClient, slug: string) => {
    const asked = await client.page(`/g/${slug}/identity/discord-server`, {
      "sec-fetch-site": "same-origin",
    });
    if (asked.status !== 303) throw new Error(`the link answered ${asked.status}: ${asked.text}`);
    return new URL(asked.headers.get("location")!);
  };
  const agree = (asked: URL, serverId: string) => {
    const back = oauth.discord.agree(asked, { id: "1", guild: { id: serverId, name: "Server" } });
    back.searchParams.set("guild_id", serverId);
    return back;
  };
  const connect = async (client: TestClient, slug: string, serverId: string) => {
    const back = agree(await begin(client, slug), serverId);
    return await client.page(`${back.pathname}${back.search}`);
  };
  const addServer = () => {
    servers += 1;
    const serverId = `70000000000000000${servers}`;
    discord.setServer(serverId, [member("1", "annara"), member("2", "borin")], ROLES);
    return serverId;
  };

  return {
    t,
    discord,
    oauth,
    send,
    begin,
    agree,
    connect,
    addServer,
    /** A guild with a server that it proved. */
    connectedGuild: async (slug: string, options: { readonly isPublic?: boolean } = {}) => {
      const guild: TestGuild = await t.guild(slug, options);
      const serverId = addServer();
      const connected = await connect(guild.owner, slug, serverId);
      if (connected.status !== 303) throw new Error(`the return answered ${connected.text}`);
      return { ...guild, serverId };
    },
    /** Links a Discord account with a person as an officer (`manual`) or automation (`exact_name`) does. */
    linkByOthers: async (
      of: TestGuild,
      personId: string,
      discordId: string,
      source: "manual" | "exact_name",
    ) => {
      const guild = await t.services.platform.guild(of.id);
      const nowMs = t.now().getTime();
      await t.services.tenants.use(guild!, (db) =>
        db.client.execute({
          sql: `INSERT INTO identity_links (id, person_id, kind, subject, source, confidence, evidence,
                  created_at, created_by, confirmed_at)
                VALUES (?, ?, 'discord', ?, ?, 'high', ?, ?, 'test', ?)`,
          args: [
            randomUUID(),
            personId,
            discordId,
            source,
            JSON.stringify({ rule: source, text: "", details: {} }),
            nowMs,
            source === "manual" ? nowMs : null,
          ],
        }),
      );
    },
    /** Lets time pass, and does what is due by then. */
    pass: async (ms: number) => {
      aheadMs += ms;
      await t.services.identityRunner.drain();
      await t.services.postRunner.drain();
    },
    /** What a person reads who presses a button of a message. */
    press: async (serverId: string, { id, name, locale = "en-US" }: Typist, customId: string) => {
      const body = JSON.stringify({
        type: 3,
        id: "900000000000000002",
        application_id: "100000000000000001",
        token: `token-of.press-${id}`,
        guild_id: serverId,
        member: { user: { id, username: name, global_name: null }, nick: null, roles: [] },
        locale,
        message: { id: "1" },
        data: { custom_id: customId, component_type: 2 },
      });
      return ((await send(body)) as { body: Command }).body.data.content;
    },
    /** What a person reads who types a command. */
    type: async (
      serverId: string | undefined,
      { id, name, locale = "en-US" }: Typist,
      command: string,
      options: Readonly<Record<string, string>> = {},
    ): Promise<{ readonly status: number; readonly body: Command }> => {
      const body = JSON.stringify({
        type: 2,
        id: "900000000000000001",
        application_id: "100000000000000001",
        token: `token-of.${command}-${id}`,
        ...(serverId !== undefined && {
          guild_id: serverId,
          member: { user: { id, username: name, global_name: null }, nick: null, roles: [] },
        }),
        locale,
        data: {
          id: "1",
          name: command,
          type: 1,
          options: Object.entries(options).map(([option, value]) => ({
            name: option,
            type: option === "member" ? 6 : 3,
            value,
          })),
        },
      });
      return (await send(body)) as { status: number; body: Command };
    },
    async [Symbol.asyncDispose]() {
      await t.close();
      await discord.stop();
      await oauth.close();
    },
  };
}

interface Command {
  readonly type: number;
  readonly data: {
    readonly content: string;
    readonly flags: number;
    readonly allowed_mentions: { readonly parse: readonly string[] };
  };
}
