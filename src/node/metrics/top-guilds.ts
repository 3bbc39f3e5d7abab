import type { GuildId } from "../../kernel/ids.ts";
import { limits } from "../../limits.ts";

/** Counts requests per guild in bounded memory. Returns the guilds with the most requests. */
export class TopGuilds {
  readonly #max: number;
  #counts = new Map<GuildId, number>();

  /** `max` is the number of returned guilds. 0 turns counting off. */
  constructor(max: number) {
    this.#max = max;
  }

  count(guildId: GuildId): void {
    if (this.#max === 0) return;
    this.#counts.set(guildId, (this.#counts.get(guildId) ?? 0) + 1);
    // Drops the half with fewer requests, which is far from the top.
    const { guildsCountedMax } = limits.metrics;
    if (this.#counts.size > guildsCountedMax)
      this.#counts = new Map(this.#sorted(guildsCountedMax / 2));
  }

  /** The guilds with the most requests since the start, most first. */
  top(): readonly (readonly [guildId: GuildId, requests: number])[] {
    return this.#sorted(this.#max);
  }

  #sorted(most: number) {
    return [...this.#counts].sort(([, a], [, b]) => b - a).slice(0, most);
  }
}
