import type { Command } from "commander";
import { DRY_RUN, EXIT, examples, JSON_OPTION } from "./output.ts";
import { run } from "./run.ts";

type Options = { readonly json?: boolean; readonly dryRun?: boolean };

/** `guildhall discord register`: makes the bot's commands known to Discord. */
export function discordCommands(program: Command): void {
  const discord = program.command("discord").description("set up the platform's Discord bot");
  discord
    .command("register")
    .description("register the bot's commands with Discord, unless it has them")
    .option(...DRY_RUN)
    .option(...JSON_OPTION)
    .addHelpText(
      "before",
      examples("guildhall discord register --dry-run", "guildhall discord register"),
    )
    .action((o: Options) =>
      run(
        o,
        async (services, out) => {
          const done = await (await registration()).registerCommands(services, { dryRun: false });
          out.result(done, () =>
            [
              done.isChanged
                ? `${done.application} has these commands now: ${done.commands.join(", ")}.`
                : `${done.application} had all commands.`,
              ...(done.isKeySet ? [] : [`Set DISCORD_PUBLIC_KEY=${done.publicKey}`]),
              `Enter ${new URL("/discord/interactions", services.config.publicUrl).href} in Discord as the interactions endpoint.`,
            ].join("\n"),
          );
          return EXIT.done;
        },
        async (services) => {
          const found = await (await registration()).registerCommands(services, { dryRun: true });
          return found.isChanged
            ? `register ${found.commands.length} commands for ${found.application}`
            : `change nothing: ${found.application} has all commands`;
        },
      ),
    );
}

const registration = () => import("../../src/tenant/discord/registration.ts");
