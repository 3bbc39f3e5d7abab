import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import { Hono } from "hono";

const CLIENT = { id: "blizzard-client", secret: "blizzard-secret-of-the-tests" };

/** A character as Blizzard's roster lists it. */
export interface RosterMember {
  readonly id: number;
  readonly name: string;
  readonly realm: string;
  readonly rank: number;
  readonly level?: number;
  readonly classId?: number;
}

/** A token of a person, from Battle.net's sign-in. */
export interface UserToken {
  readonly token: string;
  readonly scope: string;
  readonly person: Readonly<Record<string, unknown>>;
}

/** What a stand-in answers instead of what was asked for. */
export interface Fault {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly delayMs?: number;
}

/**
 * Blizzard's API as its documentation describes it: a token endpoint with client credentials, guild
 * rosters, character profiles and the characters of a person. Tokens are accepted in the Authorization
 * header only, and answers depend on the header `Battlenet-Namespace`.
 */
export async function startBlizzard() {
  const tokens = new Set<string>();
  const rosters = new Map<string, unknown>();
  const profiles = new Map<string, unknown>();
  const asked: string[] = [];
  const faults: Fault[] = [];
  const accounts = new Map<string, readonly (readonly RosterMember[])[]>();
  let userTokens: readonly UserToken[] = [];
  const app = new Hono();

  app.post("/token", async (c) => {
    asked.push("POST /token");
    const basic = `Basic ${btoa(`${CLIENT.id}:${CLIENT.secret}`)}`;
    const form = await c.req.parseBody();
    if (c.req.header("authorization") !== basic) return c.json({ error: "unauthorized" }, 401);
    if (form["grant_type"] !== "client_credentials") return c.json({ error: "grant" }, 400);
    const token = `token-${tokens.size + 1}`;
    tokens.add(token);
    return c.json({ access_token: token, token_type: "bearer", expires_in: 86_399 });
  });
  app.use("/api/*", async (c, next) => {
    asked.push(`${c.req.method} ${decodeURIComponent(c.req.path)}`);
    const fault = faults.shift();
    if (fault?.delayMs) await new Promise((resolve) => setTimeout(resolve, fault.delayMs));
    if (fault) {
      return c.body(fault.body ?? "", fault.status as 500, fault.headers ?? {});
    }
    const bearer = /^Bearer (.+)$/.exec(c.req.header("authorization") ?? "")?.[1];
    const isUser = c.req.path.endsWith("/profile/user/wow");
    const isKnown = isUser
      ? userTokens.some(({ token }) => token === bearer)
      : bearer !== undefined && tokens.has(bearer);
    if (!isKnown) return c.json({ code: 401 }, 401);
    if (!c.req.header("battlenet-namespace")) return c.json({ code: 403 }, 403);
    return await next();
  });
  app.get("/api/:region/data/wow/guild/:realm/:guild/roster", (c) => {
    const { region, realm, guild } = c.req.param();
    const key = `${c.req.header("battlenet-namespace")} ${region} ${realm} ${guild}`;
    const found = rosters.get(key);
    return found ? c.json(found) : c.json({ code: 404, type: "BLZWEBAPI00000404" }, 404);
  });
  app.get("/api/:region/profile/wow/character/:realm/:name", (c) => {
    const { realm, name } = c.req.param();
    const found = profiles.get(`${realm} ${name}`);
    return found ? c.json(found) : c.json({ code: 404, type: "BLZWEBAPI00000404" }, 404);
  });
  // Only a person's token with the scope lists their characters: a client's token is refused.
  app.get("/api/:region/profile/user/wow", (c) => {
    const bearer = (c.req.header("authorization") ?? "").replace("Bearer ", "");
    const { scope, person } = userTokens.find(({ token }) => token === bearer)!;
    if (!scope.split(" ").includes("wow.profile")) return c.json({ code: 403 }, 403);
    const key = `${c.req.header("battlenet-namespace")} ${String(person["sub"])}`;
    const licences = accounts.get(key);
    if (!licences) return c.json({ code: 404, type: "BLZWEBAPI00000404" }, 404);
    return c.json({
      _links: { self: { href: c.req.url } },
      id: Number(person["sub"]),
      wow_accounts: licences.map((owned, index) => ({
        id: 7_000 + index,
        characters: owned.map(({ id, name, realm, level = 80, classId = 8 }) => ({
          character: { href: `/profile/wow/character/${realm}/${name.toLowerCase()}` },
          protected_character: { href: `/profile/user/wow/protected-character/1-${id}` },
          name,
          id,
          realm: { name: realm, id: 1, slug: realm },
          playable_class: { name: "Mage", id: classId },
          playable_race: { name: "Human", id: 1 },
          gender: { type: "FEMALE", name: "Female" },
          faction: { type: "HORDE", name: "Horde" },
          level,
        })),
      })),
    });
  });
  const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" });
  await new Promise<void>((resolve) => server.once("listening", () => resolve()));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    env: {
      BLIZZARD_API_URL: `${url}/api/{region}`,
      BLIZZARD_TOKEN_URL: `${url}/token`,
      BLIZZARD_CLIENT_ID: CLIENT.id,
      BLIZZARD_CLIENT_SECRET: CLIENT.secret,
    },
    /** Every request that came, as method and path. */
    asked,
    /** Answers of the next requests to the API, the first one first. */
    faults,
    /** Ends all tokens that were given out. */
    revokeTokens: () => tokens.clear(),
    setRoster(
      guild: { realm: string; name: string; region?: string; namespace?: string },
      members: readonly RosterMember[],
    ) {
      const { realm, name, region = "us", namespace = `profile-${region}` } = guild;
      rosters.set(`${namespace} ${region} ${realm} ${name}`, {
        _links: { self: { href: `${url}/api/${region}/data/wow/guild/${realm}/${name}/roster` } },
        guild: { id: 900, name, realm: { id: 1, slug: realm } },
        members: members.map(
          ({ id, name: called, realm: slug, rank, level = 80, classId = 8 }) => ({
            character: {
              key: { href: `${url}/profile/wow/character/${slug}/${called}` },
              id,
              name: called,
              level,
              realm: { id: 1, slug },
              playable_class: { id: classId },
              playable_race: { id: 1 },
            },
            rank,
          }),
        ),
      });
    },
    /** A roster in the vendor's own form. */
    setRawRoster(key: string, roster: unknown) {
      rosters.set(key, roster);
    },
    /** The tokens of persons that it accepts: those that a sign-in gave out. */
    acceptTokens(issued: readonly UserToken[]) {
      userTokens = issued;
    },
    /** The characters of a Battle.net account, by its licences of the game. */
    setAccount(
      account: { sub: string; namespace?: string },
      ...licences: readonly (readonly RosterMember[])[]
    ) {
      accounts.set(`${account.namespace ?? "profile-us"} ${account.sub}`, licences);
    },
    setProfile(realm: string, name: string, profile: Readonly<Record<string, unknown>>) {
      profiles.set(`${realm} ${name.toLowerCase()}`, profile);
    },
    stop: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}
