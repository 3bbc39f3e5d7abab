import { limitGuild } from "../../http/rate-limits.ts";
import { createRouter } from "../../http/router.ts";
import { Malformed, NotFound, Unauthenticated } from "../../kernel/errors.ts";
import { responses } from "./answers.ts";
import { interaction } from "./api.ts";
import { guildOf } from "./caller.ts";
import { answerCommand } from "./interactions.ts";
import { isFromDiscord } from "./signature.ts";

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
  const answer = await answerCommand(services, call.data, guild, requestId);
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
