import { Invalid } from "../../kernel/errors.ts";
import type { Services } from "../../services.ts";
import { commandDefinitions } from "./commands.ts";

/** What Discord knows of the platform's bot now. */
export interface Registration {
  /** The application's name in Discord. */
  readonly application: string;
  readonly commands: readonly string[];
  /** False when Discord had exactly these commands. */
  readonly isChanged: boolean;
  /** The value for `DISCORD_PUBLIC_KEY`. */
  readonly publicKey: string;
  /** False when `DISCORD_PUBLIC_KEY` has another value, or none. */
  readonly isKeySet: boolean;
}

/**
 * Registers the bot's commands with Discord, unless it has them. Discord takes 200 new commands a day.
 * @throws {Invalid} `identity/not-configured` @throws {UpstreamError}
 */
export async function registerCommands(
  { discord, config }: Pick<Services, "discord" | "config">,
  options: { readonly dryRun: boolean },
): Promise<Registration> {
  const token = discord.ownToken;
  if (token === undefined) {
    throw new Invalid("identity/not-configured", "Set DISCORD_BOT_TOKEN first.");
  }
  const wanted = commandDefinitions();
  const application = await discord.application(token);
  const known = await discord.commands(token, application.id);
  const isChanged = shapeOf(known) !== shapeOf(wanted);
  if (isChanged && !options.dryRun) await discord.setCommands(token, application.id, wanted);
  const publicKey = application.verify_key;
  return {
    application: application.name,
    commands: wanted.map(({ name }) => name),
    isChanged,
    publicKey,
    isKeySet: config.upstreams.discord.publicKey?.toLowerCase() === publicKey.toLowerCase(),
  };
}

type Command = ReturnType<typeof commandDefinitions>[number];

/** A text that two lists of commands share if they are the same for people. Discord adds its own members. */
function shapeOf(commands: readonly unknown[]): string {
  const shapes = (commands as readonly Partial<Command>[]).map((one) => [
    one.name,
    one.description,
    texts(one.description_localizations),
    one.contexts ?? [],
    (one.options ?? []).map((option) => [
      option.name,
      option.type,
      option.description,
      texts(option.description_localizations),
      option.required ?? false,
      option.max_length ?? null,
    ]),
  ]);
  return JSON.stringify(shapes.toSorted());
}

function texts(localized: Readonly<Record<string, string>> | null | undefined) {
  return Object.entries(localized ?? {}).toSorted();
}
