import { z } from "@hono/zod-openapi";
import { LRUCache } from "lru-cache";
import type { Clock } from "../../kernel/clock.ts";
import { type Edition, namespaceOf, type Region } from "../../kernel/game/editions.ts";
import { realmSlug } from "../../kernel/game/realms.ts";
import type { UpstreamBudget } from "./budget.ts";
import { fetchJson, UpstreamError } from "./fetch-json.ts";

/** Where Blizzard answers. Both addresses may contain `{region}`. */
export interface BlizzardConfig {
  readonly apiUrl: string;
  readonly tokenUrl: string;
  /** The platform's client; undefined: only guilds with their own client are read. */
  readonly client: BlizzardClient | undefined;
}

/** A client of Blizzard's API: the platform's, or a guild's own. */
export interface BlizzardClient {
  readonly id: string;
  readonly secret: string;
}

/** A guild in Blizzard's API. */
export interface BlizzardGuild {
  readonly region: Region;
  readonly edition: Edition;
  readonly realmSlug: string;
  readonly guildSlug: string;
}

const roster = z.object({
  guild: z.object({
    id: z.int(),
    name: z.string(),
    realm: z.object({ slug: z.string(), name: z.string().optional() }).optional(),
  }),
  members: z.array(
    z.object({
      character: z.object({
        id: z.int(),
        name: z.string(),
        realm: z.object({ slug: z.string(), name: z.string().optional() }).optional(),
        level: z.int().optional(),
        playable_class: z.object({ id: z.int() }).optional(),
      }),
      rank: z.int(),
    }),
  ),
});
export type BlizzardRoster = z.infer<typeof roster>;

const profile = z.object({
  id: z.int(),
  name: z.string(),
  level: z.int().optional(),
  last_login_timestamp: z.int().optional(),
  average_item_level: z.number().optional(),
  equipped_item_level: z.number().optional(),
  active_spec: z.object({ name: z.string().optional(), id: z.int().optional() }).optional(),
});
export type BlizzardProfile = z.infer<typeof profile>;

const account = z.object({
  wow_accounts: z.array(z.object({ characters: z.array(z.object({ id: z.int() })).default([]) })),
});

const token = z.object({ access_token: z.string().min(1), expires_in: z.number() });

/** Tokens are renewed before they end, so that none ends on its way. */
const RENEW_BEFORE_MS = 5 * 60_000;

/** Reads rosters and profiles. All requests of a client share one budget. */
export class BlizzardApi {
  readonly #config: BlizzardConfig;
  readonly #budget: UpstreamBudget;
  readonly #now: Clock;
  readonly #tokens = new LRUCache<string, { readonly value: string; readonly endsAt: number }>({
    max: 1_000,
  });

  constructor(config: BlizzardConfig, budget: UpstreamBudget, now: Clock) {
    this.#config = config;
    this.#budget = budget;
    this.#now = now;
  }

  /** The platform's own client, if there is one. */
  get ownClient(): BlizzardClient | undefined {
    return this.#config.client;
  }

  /** The members of a guild. @throws {UpstreamError} */
  async roster(client: BlizzardClient, guild: BlizzardGuild): Promise<BlizzardRoster> {
    const path = `data/wow/guild/${segment(guild.realmSlug)}/${segment(guild.guildSlug)}/roster`;
    return await this.#get(client, guild, path, roster);
  }

  /**
   * What a character's profile tells. @throws {UpstreamError} `identity/upstream-missing` for a
   * character that has not logged in for long, which is normal.
   */
  async profile(
    client: BlizzardClient,
    guild: Pick<BlizzardGuild, "region" | "edition">,
    character: { readonly realm: string; readonly name: string },
  ): Promise<BlizzardProfile> {
    const path = `profile/wow/character/${segment(realmSlug(character.realm))}/${segment(character.name)}`;
    return await this.#get(client, guild, path, profile);
  }

  /**
   * The ids of all characters of the person whose token this is, over all their licences of the game.
   * The token is asked once. @throws {UpstreamError} `identity/upstream-refused` for a token that may
   * not list them.
   */
  async charactersOf(
    bearer: string,
    clientId: string,
    game: Pick<BlizzardGuild, "region" | "edition">,
  ): Promise<readonly number[]> {
    const { url, namespace } = this.#address(game, "profile/user/wow");
    await this.#take({ id: clientId });
    const found = await fetchJson(url, account, { headers: headersFor(bearer, namespace) });
    return found.wow_accounts.flatMap(({ characters }) => characters.map(({ id }) => id));
  }

  async #get<S extends z.ZodType>(
    client: BlizzardClient,
    game: Pick<BlizzardGuild, "region" | "edition">,
    path: string,
    schema: S,
  ): Promise<z.infer<S>> {
    const { region } = game;
    const { url, namespace } = this.#address(game, path);
    const send = async () => {
      const bearer = await this.#token(client, region);
      await this.#take(client);
      return await fetchJson(url, schema, { headers: headersFor(bearer, namespace) });
    };
    try {
      return await send();
    } catch (error) {
      // A token may end before its time, when the client's secret was changed.
      if (!(error instanceof UpstreamError && error.status === 401)) throw error;
      this.#tokens.delete(`${client.id} ${region}`);
      return await send();
    }
  }

  /** The address of a part of the API in a region, and the namespace of the edition. */
  #address(
    { region, edition }: Pick<BlizzardGuild, "region" | "edition">,
    path: string,
  ): { readonly url: string; readonly namespace: string } {
    const namespace = namespaceOf(edition, "profile", region);
    if (namespace === undefined) {
      throw new UpstreamError(
        "identity/upstream-missing",
        0,
        "Blizzard has no API for this edition of the game. Use the addon's export.",
      );
    }
    const url = new URL(path, `${inRegion(this.#config.apiUrl, region)}/`);
    url.searchParams.set("locale", "en_US");
    return { url: url.href, namespace };
  }

  async #token(client: BlizzardClient, region: Region): Promise<string> {
    const key = `${client.id} ${region}`;
    const known = this.#tokens.get(key);
    const nowMs = this.#now().getTime();
    if (known && known.endsAt > nowMs) return known.value;
    await this.#take(client);
    const { access_token: value, expires_in: seconds } = await fetchJson(
      inRegion(this.#config.tokenUrl, region),
      token,
      {
        method: "POST",
        headers: {
          Authorization: `Basic ${btoa(`${client.id}:${client.secret}`)}`,
          "Content-Type": "application/x-www-form-urlencoded",
        },
        body: "grant_type=client_credentials",
      },
    );
    this.#tokens.set(key, { value, endsAt: nowMs + seconds * 1_000 - RENEW_BEFORE_MS });
    return value;
  }

  async #take(client: Pick<BlizzardClient, "id">): Promise<void> {
    const minuteMs = 60_000;
    if (await this.#budget.take("blizzard", client.id, 2 * minuteMs)) return;
    throw new UpstreamError(
      "identity/upstream-busy",
      0,
      "The budget of requests to Blizzard is used up. The next run tries again.",
      minuteMs,
    );
  }
}

function headersFor(bearer: string, namespace: string) {
  return { Authorization: `Bearer ${bearer}`, "Battlenet-Namespace": namespace };
}

function inRegion(template: string, region: Region): string {
  return template.replaceAll("{region}", region).replace(/\/$/, "");
}

/** A part of a path: lower case, and encoded. */
function segment(text: string): string {
  return encodeURIComponent(decoded(text).normalize("NFC").toLowerCase());
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
