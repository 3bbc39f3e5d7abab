import { pause } from "../../kernel/concurrency.ts";
import { AppError } from "../../kernel/errors.ts";
import { nameFrom } from "../../kernel/names.ts";
import { limits } from "../../limits.ts";
import type { Guild } from "../../platform/store.ts";
import type { Services } from "../../services.ts";
import { sentenceOf, translator } from "../../web/i18n/index.ts";
import { privateMessage, responses } from "./answers.ts";
import type { CommandCall } from "./api.ts";
import { asCaller } from "./caller.ts";
import { commandOf, localeFrom } from "./commands.ts";

/**
 * The response to a command. Discord waits for three seconds: a slower answer is promised, and follows
 * when it is ready.
 */
export async function answerCommand(
  services: Services,
  call: CommandCall,
  guild: Guild | undefined,
  requestId: string,
) {
  const answer = textFor(services, call, guild, requestId);
  const patience = pause(limits.discord.answerWithinMs);
  const text = await Promise.race([answer, patience.over.then(() => undefined)]);
  patience.end();
  if (text !== undefined) return responses.message(text);
  services.background.detach(
    "discord.answer",
    answer.then((late) =>
      services.discord.answer(call.application_id, call.token, privateMessage(late)),
    ),
  );
  return responses.deferred();
}

/** What the caller reads. It never throws, because Discord would show only that we did not answer. */
async function textFor(
  services: Services,
  call: CommandCall,
  guild: Guild | undefined,
  requestId: string,
): Promise<string> {
  const messages = translator(localeFrom(call.locale));
  const t = messages.discord;
  const { member, guild_id: serverId } = call;
  if (member === undefined || serverId === undefined) return t.onServers;
  if (guild === undefined) return t.notConnected;
  const command = commandOf(call);
  if (command === undefined) return t.noSuchCommand;
  const { user, nick } = member;
  const place = { serverId, discordId: user.id, requestId };
  const name = nameFrom(
    nick ?? user.global_name ?? user.username,
    limits.roster.nameCharsMax,
    user.username,
  );
  const options = new Map(
    call.data.options.flatMap(({ name: option, value }) =>
      value === undefined || String(value).trim() === "" ? [] : [[option, String(value).trim()]],
    ),
  );
  let isMember = false;
  try {
    return await asCaller(services, guild, place, (caller) => {
      isMember = caller.ctx.actor.type === "user";
      return command.answer({ ...caller, services, place, name, options, messages });
    });
  } catch (error) {
    if (!(error instanceof AppError)) {
      services.log.error("discord.command-failed", { guildId: guild.id, error });
      return t.failed;
    }
    if (error.code === "guild/forbidden" && !isMember) return t.forMembers;
    return sentenceOf(messages, error.code, error.message);
  }
}
