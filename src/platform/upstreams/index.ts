import type { PlatformStore } from "../store.ts";
import { BlizzardApi, type BlizzardConfig } from "./blizzard.ts";
import { UpstreamBudget } from "./budget.ts";
import { DiscordApi, type DiscordConfig } from "./discord.ts";

/** The services that guilds' rosters and members are read from, under one budget. */
export function buildUpstreams(
  config: { readonly blizzard: BlizzardConfig; readonly discord: DiscordConfig },
  platform: PlatformStore,
) {
  const budget = new UpstreamBudget(platform);
  return {
    blizzard: new BlizzardApi(config.blizzard, budget, platform.now),
    discord: new DiscordApi(config.discord, budget),
  };
}
