import type { Services } from "../../services.ts";
import type { Locale, Messages } from "../../web/i18n/index.ts";
import { translator } from "../../web/i18n/index.ts";
import type { CommandCall } from "./api.ts";
import type { CallPlace, ServerCaller } from "./caller.ts";
import { linkAnswer } from "./own-link.ts";
import { raidAnswer } from "./raid-command.ts";
import { rosterAnswer, standingsAnswer, whoisAnswer } from "./roster-commands.ts";

/** A command that a person typed, or a button that they pressed. */
export interface Call extends ServerCaller {
  readonly services: Pick<Services, "config" | "now" | "jobs">;
  readonly place: CallPlace;
  /** The caller's name in Discord. */
  readonly name: string;
  readonly options: ReadonlyMap<string, string>;
  readonly messages: Messages;
}

type OptionName = keyof Messages["discord"]["options"];

interface Command {
  readonly options: readonly OptionName[];
  readonly answer: (call: Call) => Promise<string>;
}

type CommandName = keyof Messages["discord"]["commands"];

/** The bot's commands. Each answers the caller alone. */
const COMMANDS: Readonly<Record<CommandName, Command>> = {
  link: { options: [], answer: linkAnswer },
  whois: { options: ["member", "name"], answer: whoisAnswer },
  roster: { options: ["name"], answer: rosterAnswer },
  standings: { options: ["name"], answer: standingsAnswer },
  raid: { options: [], answer: raidAnswer },
};

/** The type of an option for Discord: a text, or a member of the server. */
const OPTION_TYPES: Readonly<Record<OptionName, number>> = { member: 6, name: 3 };

const NAME_CHARS_MAX = 50;

/** Discord's languages for each of ours besides English, which is the default. */
const DISCORD_LOCALES = ["es-ES", "es-419"] as const;

/** The language of a person, from their Discord's. */
export function localeFrom(discordLocale: string): Locale {
  return discordLocale.startsWith("es") ? "es" : "en";
}

/** The command that was typed, or undefined for one that we no longer have. */
export function commandOf({ data }: CommandCall): Command | undefined {
  return Object.hasOwn(COMMANDS, data.name) ? COMMANDS[data.name as CommandName] : undefined;
}

/** The commands as Discord registers them. */
export function commandDefinitions() {
  const [en, es] = [translator("en").discord, translator("es").discord];
  const localized = (text: string) =>
    Object.fromEntries(DISCORD_LOCALES.map((locale) => [locale, text]));
  return Object.entries(COMMANDS).map(([name, { options }]) => ({
    name,
    type: 1,
    description: en.commands[name as CommandName],
    description_localizations: localized(es.commands[name as CommandName]),
    // Only on servers that installed the bot, and not in direct messages.
    contexts: [0],
    integration_types: [0],
    options: options.map((option) => ({
      name: option,
      type: OPTION_TYPES[option],
      description: en.options[option],
      description_localizations: localized(es.options[option]),
      required: false,
      ...(OPTION_TYPES[option] === 3 && { max_length: NAME_CHARS_MAX }),
    })),
  }));
}
