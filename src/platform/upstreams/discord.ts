import type { REST } from "@discordjs/rest";
import { z } from "@hono/zod-openapi";
import { Routes } from "discord-api-types/v10";
import { LRUCache } from "lru-cache";
import { limits } from "../../limits.ts";
import type { UpstreamBudget } from "./budget.ts";
import { UpstreamError } from "./fetch-json.ts";

/** Where Discord answers. */
export interface DiscordConfig {
  readonly apiUrl: string;
  /** The platform's bot; undefined: only guilds with their own bot are read. */
  readonly botToken: string | undefined;
}

type Library = typeof import("@discordjs/rest");

const id = z.string().regex(/^\d{1,20}$/);

const members = z.array(
  z.object({
    user: z.object({
      id,
      username: z.string(),
      global_name: z.string().nullish(),
      bot: z.boolean().optional(),
    }),
    nick: z.string().nullish(),
    roles: z.array(id),
    joined_at: z.string().nullish(),
  }),
);
export type DiscordMembers = z.infer<typeof members>;

const roles = z.array(
  z.object({ id, name: z.string(), position: z.int(), managed: z.boolean().default(false) }),
);
export type DiscordRoles = z.infer<typeof roles>;

const channel = z.object({ id, guild_id: id.optional() });

const application = z.object({ id, name: z.string(), verify_key: z.string() });

/** Discord's largest page of members. */
const PAGE = 1_000;

/** Discord's codes for a bot that is not on the server, or may not read it. */
const NO_ACCESS = new Set([10_004, 50_001, 50_013]);

/** Reads members and roles of Discord servers. All requests of a bot share one budget. */
export class DiscordApi {
  readonly #config: DiscordConfig;
  readonly #budget: UpstreamBudget;
  readonly #bots = new LRUCache<string, REST>({ max: 200 });

  constructor(config: DiscordConfig, budget: UpstreamBudget) {
    this.#config = config;
    this.#budget = budget;
  }

  /** The token of the platform's bot, if there is one. */
  get ownToken(): string | undefined {
    return this.#config.botToken;
  }

  /**
   * All members of a server, by pages. Needs the privileged intent for members.
   * @throws {UpstreamError} `identity/upstream-refused` where the bot may not read them.
   */
  async members(token: string, serverId: string): Promise<DiscordMembers> {
    const found: DiscordMembers = [];
    let after = "0";
    for (;;) {
      const query = new URLSearchParams({ limit: String(PAGE), after });
      const page = await this.#get(token, Routes.guildMembers(serverId), members, query);
      found.push(...page);
      const last = page.at(-1);
      if (last === undefined || page.length < PAGE) return found;
      if (BigInt(last.user.id) <= BigInt(after)) throw unreadable();
      after = last.user.id;
      if (found.length >= limits.identity.membersMax) throw tooMany();
    }
  }

  /** The roles of a server. @throws {UpstreamError} */
  async roles(token: string, serverId: string): Promise<DiscordRoles> {
    return await this.#get(token, Routes.guildRoles(serverId), roles);
  }

  /** The server that a channel is on; undefined for a private one. @throws {UpstreamError} */
  async serverOf(token: string, channelId: string): Promise<string | undefined> {
    return (await this.#get(token, Routes.channel(channelId), channel)).guild_id;
  }

  /**
   * Posts a message and returns its id. A message with the same nonce within some minutes is posted once,
   * so a repetition after a lost answer changes nothing. @throws {UpstreamError}
   */
  async post(token: string, channelId: string, message: object, nonce: string): Promise<string> {
    const body = { ...message, nonce, enforce_nonce: true };
    const answer = await this.#send(token, (rest) =>
      rest.post(Routes.channelMessages(channelId), { body }),
    );
    return z.object({ id }).catch({ id: "" }).parse(answer).id;
  }

  /** Replaces a message of the bot, and returns its id. @throws {UpstreamError} */
  async edit(
    token: string,
    channelId: string,
    messageId: string,
    message: object,
  ): Promise<string> {
    await this.#send(token, (rest) =>
      rest.patch(Routes.channelMessage(channelId, messageId), { body: message }),
    );
    return messageId;
  }

  /** The application of a bot, with the key that checks its interactions. @throws {UpstreamError} */
  async application(token: string): Promise<z.infer<typeof application>> {
    return await this.#get(token, Routes.currentApplication(), application);
  }

  /** The application's commands on all servers, as Discord describes them. @throws {UpstreamError} */
  async commands(token: string, applicationId: string): Promise<readonly unknown[]> {
    const query = new URLSearchParams({ with_localizations: "true" });
    const route = Routes.applicationCommands(applicationId);
    return await this.#get(token, route, z.array(z.unknown()), query);
  }

  /** Replaces the application's commands on all servers. @throws {UpstreamError} */
  async setCommands(
    token: string,
    applicationId: string,
    commands: readonly object[],
  ): Promise<void> {
    await this.#send(token, (rest) =>
      rest.put(Routes.applicationCommands(applicationId), { body: commands }),
    );
  }

  /**
   * The answer to an interaction that was promised. The interaction's token opens it for 15 minutes, and it
   * does not count for the bot's budget. @throws {UpstreamError}
   */
  async answer(applicationId: string, interactionToken: string, message: object): Promise<void> {
    const library = await import("@discordjs/rest");
    try {
      await this.#rest(library, this.#config.botToken ?? "").patch(
        Routes.webhookMessage(applicationId, interactionToken),
        { body: message, auth: false },
      );
    } catch (error) {
      throw faultOf(library, error);
    }
  }

  async #get<S extends z.ZodType>(
    token: string,
    route: `/${string}`,
    schema: S,
    query?: URLSearchParams,
  ): Promise<z.infer<S>> {
    const answer = await this.#send(token, (rest) => rest.get(route, query ? { query } : {}));
    const parsed = schema.safeParse(answer);
    if (!parsed.success) throw unreadable();
    return parsed.data;
  }

  /** Sends one request within the bot's budget. */
  async #send(token: string, request: (rest: REST) => Promise<unknown>): Promise<unknown> {
    if (!(await this.#budget.take("discord", botOf(token), 60_000))) throw busy(undefined);
    // Loaded when it is needed: a command that never speaks to Discord should not wait for it.
    const library = await import("@discordjs/rest");
    try {
      return await request(this.#rest(library, token));
    } catch (error) {
      throw faultOf(library, error);
    }
  }

  #rest(library: Library, token: string): REST {
    let rest = this.#bots.get(token);
    if (rest === undefined) {
      rest = new library.REST({
        version: "10",
        api: this.#config.apiUrl,
        timeout: limits.identity.upstreamTimeoutMs,
        retries: 1,
        globalRequestsPerSecond: 50,
        // A longer wait ends the run; the next one is later than what Discord asks for.
        rejectOnRateLimit: ({ timeToReset }) => timeToReset > limits.identity.upstreamTimeoutMs,
        // The cache of bots is bounded, so no timer has to clear it.
        hashSweepInterval: 0,
        handlerSweepInterval: 0,
      }).setToken(token);
      this.#bots.set(token, rest);
    }
    return rest;
  }
}

/** The bot's user id is the first part of its token; without one, all unknown bots share a budget. */
function botOf(token: string): string {
  try {
    const bot = atob(token.split(".")[0] ?? "");
    return /^\d{1,20}$/.test(bot) ? bot : "unknown";
  } catch {
    return "unknown";
  }
}

function faultOf(library: Library, error: unknown): UpstreamError {
  if (error instanceof UpstreamError) return error;
  if (error instanceof library.RateLimitError) return busy(error.timeToReset);
  if (error instanceof library.DiscordAPIError) {
    const isRefused =
      error.status === 401 || error.status === 403 || NO_ACCESS.has(Number(error.code));
    if (isRefused) {
      return new UpstreamError(
        "identity/upstream-refused",
        error.status,
        "Discord refused the bot. Invite it to the server and let it read members.",
      );
    }
    if (error.status === 404) {
      return new UpstreamError(
        "identity/upstream-missing",
        404,
        "Discord does not know this server. Check its id.",
      );
    }
  }
  if (error instanceof library.DiscordAPIError && error.status === 400) {
    return new UpstreamError(
      "identity/upstream-unreadable",
      400,
      "Discord refused the message. This is a fault of Guildhall: report it.",
    );
  }
  const status = error instanceof library.HTTPError ? error.status : 0;
  return new UpstreamError(
    "identity/upstream-unavailable",
    status,
    "Discord did not answer. The next run tries again.",
  );
}

function busy(retryAfterMs: number | undefined): UpstreamError {
  return new UpstreamError(
    "identity/upstream-busy",
    429,
    "Discord asked for fewer requests. The next run tries again.",
    retryAfterMs,
  );
}

function unreadable(): UpstreamError {
  return new UpstreamError(
    "identity/upstream-unreadable",
    200,
    "Discord answered something that could not be read. The next run tries again.",
  );
}

function tooMany(): UpstreamError {
  return new UpstreamError(
    "identity/upstream-unreadable",
    200,
    `The server has more than ${limits.identity.membersMax} members. Connect the guild's own server.`,
  );
}
