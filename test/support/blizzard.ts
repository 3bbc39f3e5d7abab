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

/** What a stand-in answers instead of what was asked for. */
export interface Fault {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/**
 * Blizzard's API as its documentation describes it: a token endpoint with client credentials, guild
 * rosters and character profiles. Tokens are accepted in the Authorization header only, and answers
 * depend on the header `Battlenet-Namespace`.
 */
export async function startBlizzard() {
  const tokens = new Set<string>();
  const rosters = new Map<string, unknown>();
  const profiles = new Map<string, unknown>();
  const asked: string[] = [];
  const faults: Fault[] = [];
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
    if (fault) {
      return c.body(fault.body ?? "", fault.status as 500, fault.headers ?? {});
    }
    const bearer = /^Bearer (.+)$/.exec(c.req.header("authorization") ?? "")?.[1];
    if (bearer === undefined || !tokens.has(bearer)) return c.json({ code: 401 }, 401);
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
    setProfile(realm: string, name: string, profile: Readonly<Record<string, unknown>>) {
      profiles.set(`${realm} ${name.toLowerCase()}`, profile);
    },
    stop: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}
