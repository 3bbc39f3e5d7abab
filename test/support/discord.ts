import { generateKeyPairSync, sign } from "node:crypto";
import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import type { Fault } from "./blizzard.ts";

const BOT_ID = "100000000000000001";
/** The first part of a bot's token is its user id in base64. */
const TOKEN = `${btoa(BOT_ID)}.stand-in.of-the-tests-of-guildhall`;

/** A member as Discord's API gives it. */
export interface ApiMember {
  readonly user: {
    readonly id: string;
    readonly username: string;
    readonly global_name?: string | null;
    readonly bot?: boolean;
  };
  readonly nick?: string | null;
  readonly roles: readonly string[];
  readonly joined_at?: string | null;
}

export interface ApiRole {
  readonly id: string;
  readonly name: string;
  readonly position: number;
  readonly managed?: boolean;
}

interface Posted {
  readonly content?: string;
  readonly components?: readonly { readonly components: readonly Button[] }[];
  readonly embeds?: readonly Embed[];
  readonly nonce?: string;
  readonly enforce_nonce?: boolean;
}

interface Button {
  readonly label: string;
  readonly custom_id: string;
}

interface Answered {
  readonly content: string;
  readonly allowed_mentions?: { readonly parse: readonly string[] };
}

interface Embed {
  readonly title?: string;
  readonly description?: string;
  readonly fields?: readonly { readonly name: string; readonly value: string }[];
}

/** A key pair of Ed25519, as an application has one for its interactions. */
export function interactionKey() {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const raw = publicKey.export({ format: "der", type: "spki" }).subarray(-32);
  return {
    publicKey: raw.toString("hex"),
    /** The headers of a request that Discord sends at `atMs`. */
    headers: (body: string, atMs: number) => {
      const timestamp = String(Math.floor(atMs / 1_000));
      return {
        "content-type": "application/json",
        "x-signature-timestamp": timestamp,
        "x-signature-ed25519": sign(null, Buffer.from(timestamp + body), privateKey).toString(
          "hex",
        ),
      };
    },
  };
}

/** What counts towards the limit of a message, in code points. */
function charsOf({ title = "", description = "", fields = [] }: Embed): number {
  const texts = [title, description, ...fields.flatMap(({ name, value }) => [name, value])];
  return texts.reduce((sum, text) => sum + [...text].length, 0);
}

/**
 * The members and roles of Discord's REST API, version 10: pages by `after` with 1 row by default and
 * 1,000 at most, errors with Discord's codes, buckets in the headers.
 */
export async function startDiscord() {
  const servers = new Map<string, { members: readonly ApiMember[]; roles: readonly ApiRole[] }>();
  const asked: string[] = [];
  const faults: Fault[] = [];
  const posted: (Posted & { readonly channelId: string })[] = [];
  const edited: string[] = [];
  const closed = new Set<string>();
  const commands: Record<string, unknown>[] = [];
  const answered = new Map<string, Answered>();
  const signing = interactionKey();
  let lostAnswers = 0;
  const channels = new Map<string, string>();
  const app = new Hono();
  app.use("/v10/*", async (c, next) => {
    asked.push(`${c.req.method} ${c.req.path}`);
    const fault = faults.shift();
    if (fault) return c.body(fault.body ?? "", fault.status as 500, fault.headers ?? {});
    // The token of an interaction is in the path, and opens its answer alone.
    if (c.req.path.startsWith("/v10/webhooks/")) return await next();
    if (c.req.header("authorization") !== `Bot ${TOKEN}`) {
      return c.json({ message: "401: Unauthorized", code: 0 }, 401);
    }
    return await next();
  });
  app.get("/v10/guilds/:id/members", (c) => {
    const server = servers.get(c.req.param("id"));
    if (!server) return c.json({ message: "Missing Access", code: 50_001 }, 403);
    const limit = Number(c.req.query("limit") ?? 1);
    if (!(limit >= 1 && limit <= 1_000)) return c.json({ message: "Invalid", code: 50_035 }, 400);
    const after = BigInt(c.req.query("after") ?? 0);
    const sorted = server.members.toSorted((a, b) =>
      BigInt(a.user.id) < BigInt(b.user.id) ? -1 : 1,
    );
    return c.json(sorted.filter(({ user }) => BigInt(user.id) > after).slice(0, limit));
  });
  app.get("/v10/guilds/:id/roles", (c) => {
    const server = servers.get(c.req.param("id"));
    if (!server) return c.json({ message: "Missing Access", code: 50_001 }, 403);
    return c.json(server.roles.map((role) => ({ managed: false, permissions: "0", ...role })));
  });
  app.get("/v10/channels/:id", (c) => {
    const server = channels.get(c.req.param("id"));
    if (!server) return c.json({ message: "Unknown Channel", code: 10_003 }, 404);
    return c.json({ id: c.req.param("id"), type: 0, guild_id: server });
  });
  app.post("/v10/channels/:id/messages", async (c) => {
    if (closed.has(c.req.param("id"))) {
      return c.json({ message: "Missing Permissions", code: 50_013 }, 403);
    }
    const body = (await c.req.json()) as Posted;
    const embeds = body.embeds ?? [];
    const chars = embeds.reduce((sum, embed) => sum + charsOf(embed), 0);
    if (embeds.length > 10 || chars > 6_000 || (body.nonce?.length ?? 0) > 25) {
      return c.json({ message: "Invalid Form Body", code: 50_035 }, 400);
    }
    const known = posted.find(({ nonce }) => nonce !== undefined && nonce === body.nonce);
    if (!known || !body.enforce_nonce) posted.push({ ...body, channelId: c.req.param("id") });
    if (lostAnswers-- > 0) return c.body("", 502);
    return c.json({ id: String(posted.length), channel_id: c.req.param("id") });
  });
  app.patch("/v10/channels/:id/messages/:message", async (c) => {
    const at = Number(c.req.param("message")) - 1;
    if (posted[at]?.channelId !== c.req.param("id")) {
      return c.json({ message: "Unknown Message", code: 10_008 }, 404);
    }
    edited.push(c.req.param("message"));
    posted[at] = { ...((await c.req.json()) as Posted), channelId: c.req.param("id") };
    return c.json({ id: c.req.param("message") });
  });
  app.get("/v10/applications/@me", (c) =>
    c.json({ id: BOT_ID, name: "Guildhall", verify_key: signing.publicKey }),
  );
  app.get("/v10/applications/:id/commands", (c) => c.json([...commands]));
  app.put("/v10/applications/:id/commands", async (c) => {
    const sent = (await c.req.json()) as Record<string, unknown>[];
    // Discord gives back more than it got.
    commands.splice(0, commands.length, ...sent.map((one) => ({ ...one, id: "7", version: "1" })));
    return c.json([...commands]);
  });
  app.patch("/v10/webhooks/:application/:token/messages/@original", async (c) => {
    answered.set(c.req.param("token"), (await c.req.json()) as Answered);
    return c.json({ id: "1" });
  });
  const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" });
  await new Promise<void>((resolve) => server.once("listening", () => resolve()));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    env: {
      DISCORD_API_URL: url,
      DISCORD_BOT_TOKEN: TOKEN,
      DISCORD_PUBLIC_KEY: signing.publicKey,
    },
    /** The key that Discord signs interactions with. */
    signing,
    /** The commands that are registered. */
    commands,
    /** Answers that were promised, by the token of their interaction. */
    answered,
    asked,
    /** The messages of all channels. */
    posted,
    /** The ids of messages that were changed, in their order. */
    edited,
    /** Channels in which the bot may not post. */
    closed,
    /** The next posts are made, but their answers get lost. */
    loseAnswers(count: number) {
      lostAnswers = count;
    },
    /** Answers of the next requests, the first one first. */
    faults,
    setServer(id: string, members: readonly ApiMember[], roles: readonly ApiRole[]) {
      servers.set(id, { members, roles });
    },
    addChannel: (id: string, serverId: string) => channels.set(id, serverId),
    removeServer: (id: string) => servers.delete(id),
    stop: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}
