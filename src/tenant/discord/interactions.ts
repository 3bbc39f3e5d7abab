import { pause } from "../../kernel/concurrency.ts";
import { AppError } from "../../kernel/errors.ts";
import { nameFrom } from "../../kernel/names.ts";
import { limits } from "../../limits.ts";
import type { Guild } from "../../platform/store.ts";
import type { Services } from "../../services.ts";
import { sentenceOf, translator } from "../../web/i18n/index.ts";
import { answerOf } from "./announcements.ts";
import { privateMessage, responses } from "./answers.ts";
import type { ButtonPress, CommandCall } from "./api.ts";
import { asCaller } from "./caller.ts";
import { type Call, commandOf, localeFrom } from "./commands.ts";
import { pressAnswer } from "./sign-up-buttons.ts";

/**
 * The response to a command or a button. Discord waits for three seconds: a slower answer is promised,
 * and follows when it is ready.
 */
export async function answerInteraction(
  services: Services,
  call: CommandCall | ButtonPress,
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
  call: CommandCall | ButtonPress,
  guild: Guild | undefined,
  requestId: string,
): Promise<string> {
  const messages = translator(localeFrom(call.locale));
  const t = messages.discord;
  const { member, guild_id: serverId } = call;
  if (member === undefined || serverId === undefined) return t.onServers;
  if (guild === undefined) return t.notConnected;
  const work = workOf(call);
  if (work === undefined) return t.noSuchCommand;
  const { user, nick } = member;
  const place = { serverId, discordId: user.id, requestId };
  const name = nameFrom(
    nick ?? user.global_name ?? user.username,
    limits.roster.nameCharsMax,
    user.username,
  );
  let isMember = false;
  try {
    return await asCaller(services, guild, place, (caller) => {
      isMember = caller.ctx.actor.type === "user";
      return work({ ...caller, services, place, name, options: optionsOf(call), messages });
    });
  } catch (error) {
    if (!(error instanceof AppError)) {
      services.log.error("discord.command-failed", { guildId: guild.id, error });
      return t.failed;
    }
    if (error.code === "request/no-such-page" && !isMember) return t.forMembers;
    return sentenceOf(messages, error.code, error.message);
  }
}

/** What a command or a button does. Undefined for one of an earlier release. */
function workOf(call: CommandCall | ButtonPress): ((call: Call) => Promise<string>) | undefined {
  if (call.type === 2) return commandOf(call)?.answer;
  const press = answerOf(call.data.custom_id);
  return press && ((pressed) => pressAnswer(pressed, press));
}

function optionsOf(call: CommandCall | ButtonPress): ReadonlyMap<string, string> {
  if (call.type === 3) return new Map();
  return new Map(
    call.data.options.flatMap(({ name, value }) =>
      value === undefined || String(value).trim() === "" ? [] : [[name, String(value).trim()]],
    ),
  );
}
