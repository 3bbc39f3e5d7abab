import type { GuildEnv } from "../../http/env.ts";
import { guildOperations } from "../../http/operations.ts";
import { limitGuild } from "../../http/rate-limits.ts";
import { createRouter, json } from "../../http/router.ts";
import { Malformed, NotFound, Unauthenticated } from "../../kernel/errors.ts";
import { responses } from "./answers.ts";
import { interaction } from "./api.ts";
import { guildOf } from "./caller.ts";
import { feedSettings, readFeeds, storeFeeds } from "./feed-settings.ts";
import { answerInteraction } from "./interactions.ts";
import { isFromDiscord } from "./signature.ts";

const operations = guildOperations("Identity");

/** Which channel gets what. */
export const discordApi = createRouter<GuildEnv>();

discordApi.openapi(
  operations.get("/guild-sync/discord/feeds", {
    id: "getDiscordFeeds",
    summary: "Get the Discord channels",
    description: "Returns which channel of the guild's Discord server gets what.",
    needs: "settings.manage",
    answers: { 200: json(feedSettings, "The channels.") },
  }),
  async (c) => {
    const { since: _, ...feeds } = await readFeeds(c.var.guild);
    return c.json(feeds, 200);
  },
);
discordApi.openapi(
  operations.put("/guild-sync/discord/feeds", {
    id: "setDiscordFeeds",
    summary: "Set the Discord channels",
    description:
      "Replaces which channel gets what. Each channel has to be on the server to which an admin added " +
      "the bot for this guild.",
    problems: [
      ...(["discord/not-connected", "discord/channel-not-here", "guild/schema-behind"] as const),
      ...(["identity/upstream-busy", "identity/upstream-refused"] as const),
      ...(["identity/upstream-unavailable", "identity/upstream-unreadable"] as const),
    ],
    needs: "settings.manage",
    body: feedSettings,
    answers: { 200: json(feedSettings, "The channels as they are now.") },
  }),
  async (c) => c.json(await storeFeeds(c.var.guild, c.var.services, c.req.valid("json")), 200),
);

/** Where Discord sends what people type and press. It authenticates by a signature, not by a session. */
export const interactionsApi = createRouter();

interactionsApi.post("/discord/interactions", async (c) => {
  const { services, requestId } = c.var;
  const { publicKey } = services.config.upstreams.discord;
  if (publicKey === undefined) {
    throw new NotFound("request/no-such-page", "There is no page at this address.");
  }
  const body = new Uint8Array(await c.req.arrayBuffer());
  const signature = c.req.header("x-signature-ed25519") ?? "";
  const timestamp = c.req.header("x-signature-timestamp") ?? "";
  const nowMs = services.now().getTime();
  if (!(await isFromDiscord(publicKey, { signature, timestamp, body }, nowMs))) {
    throw new Unauthenticated(
      "discord/bad-signature",
      "Discord did not sign this request just now.",
    );
  }
  const call = interaction.safeParse(parsedJson(body));
  if (!call.success) {
    throw new Malformed("request/malformed", "This is not an interaction that we know.");
  }
  if (call.data.type === 1) return c.json(responses.pong());
  const { guild_id: serverId } = call.data;
  const guild = serverId === undefined ? undefined : await guildOf(services.platform, serverId);
  if (guild) await limitGuild(c, guild);
  const answer = await answerInteraction(services, call.data, guild, requestId);
  if (guild) services.auditSealer.touch(guild.id);
  return c.json(answer);
});

function parsedJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    return undefined;
  }
}
