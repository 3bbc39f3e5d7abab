import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { type ServerType, serve } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { type Context, Hono } from "hono";
import { SignJWT } from "jose";
import { openOnTurso, TursoHost, TursoTokens } from "../../provisioning/hosts/turso.ts";
import { TursoPlatform } from "../../provisioning/hosts/turso-platform.ts";
import { guildSchema } from "./provisioning.ts";
import type { startSqld } from "./sqld.ts";

/** The fate of one request: an answer instead of the work, or a connection that breaks. */
export type Strike =
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string }
  /** The connection breaks before the work is done, or after it: the answer is lost. */
  | "cut-before"
  | "cut-after"
  /** No answer ever comes, before the work or after it. */
  | "hang-before"
  | "hang-after";

export interface Heard {
  /** The Platform API, or a database's own address. */
  readonly plane: "api" | "data";
  readonly method: string;
  readonly path: string;
}

interface Stored {
  readonly name: string;
  readonly id: string;
  readonly group: string;
  /** The database on the real server that holds its data. */
  readonly namespace: string;
  readonly hostname: string;
  readonly server: ServerType;
  isProtected: boolean;
  /** Copies of earlier moments, oldest first. */
  readonly past: { readonly atMs: number; readonly namespace: string }[];
}

type NodeEnv = { Bindings: { incoming: IncomingMessage; outgoing: ServerResponse } };
type Sqld = Awaited<ReturnType<typeof startSqld>>;
export type TursoStandIn = Awaited<ReturnType<typeof startTurso>>;

/** The existing-name answers that the cloud gives: as documented, and as it gave from mid-2026 on. */
const EXISTS = {
  documented: (name: string) => ({
    status: 409,
    error: `database with name [${name}] already exists`,
  }),
  current: (_: string) => ({ status: 400, error: "database with same name already exists" }),
};

/**
 * A fake of Turso's Platform API and of the addresses of its databases. It keeps every database
 * on the real libSQL server. `strike` decides about each request what goes wrong with it.
 */
export async function startTurso(sqld: Sqld) {
  const databases = new Map<string, Stored>();
  const groups = new Set<string>();
  const heard: Heard[] = [];
  const control = {
    strike: undefined as ((call: Heard, index: number) => Strike | undefined) | undefined,
    exists: "current" as keyof typeof EXISTS,
    /** New databases and their tokens answer "not found" for this many requests. */
    lateFor: 0,
    nowMs: () => Math.floor(performance.timeOrigin + performance.now()),
  };
  const late = new Map<string, number>();
  const underWay = new Map<string, Promise<Stored | string>>();
  const apiToken = `token-${randomUUID()}`;

  // One after another: the real server does not survive a fork and a removal at the same moment.
  let last: Promise<unknown> = Promise.resolve();
  const admin = (method: string, path: string, body?: object) => {
    const turn = last.then(() => ask(method, path, body));
    last = turn.catch(() => undefined);
    return turn;
  };
  const ask = async (method: string, path: string, body?: object) => {
    const answer = await fetch(`${sqld.adminUrl}/v1/namespaces/${path}`, {
      method,
      headers: {
        authorization: `Basic ${sqld.adminKey}`,
        ...(body && { "content-type": "application/json" }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`The server behind answered ${answer.status}: ${text}`);
    return text;
  };

  /** Does the work of a request, or applies its fault. */
  const struck = async (
    c: Context<NodeEnv>,
    plane: Heard["plane"],
    work: () => Promise<Response>,
  ): Promise<Response> => {
    const call = { plane, method: c.req.method, path: new URL(c.req.url).pathname };
    const strike = control.strike?.(call, heard.push(call) - 1);
    if (typeof strike === "object") {
      return new Response(strike.body ?? "", {
        status: strike.status,
        headers: strike.headers ?? {},
      });
    }
    if (strike === undefined) return await work();
    if (strike.endsWith("after")) await work();
    if (strike.startsWith("cut")) c.env.outgoing.destroy();
    return RESPONSE_ALREADY_SENT;
  };

  /** A new database is not found for a while. */
  const isLate = (name: string): boolean => {
    const left = late.get(name) ?? 0;
    late.set(name, left - 1);
    return left > 0;
  };

  const open = async (name: string, group: string, namespace: string) => {
    const data = new Hono<NodeEnv>();
    data.all("*", (c) =>
      struck(c, "data", async () => {
        if (isLate(name)) return c.text("not found", 404);
        const headers = new Headers(c.req.raw.headers);
        headers.delete("host");
        headers.set("x-namespace-bin", btoa(namespace).replace(/=+$/, ""));
        const { pathname, search } = new URL(c.req.url);
        const hasBody = c.req.method === "POST";
        const answer = await fetch(`${sqld.url}${pathname}${search}`, {
          method: c.req.method,
          headers,
          ...(hasBody && { body: await c.req.arrayBuffer() }),
        });
        return new Response(answer.body, { status: answer.status });
      }),
    );
    const { server, port } = await listen(data);
    const stored: Stored = {
      ...{ name, group, namespace, server, isProtected: false, past: [] },
      id: randomUUID(),
      hostname: `127.0.0.1:${port}`,
    };
    databases.set(name, stored);
    late.set(name, control.lateFor);
    return stored;
  };

  const shown = (one: Stored) => ({
    ...{ Name: one.name, DbId: one.id, Hostname: one.hostname, group: one.group },
    delete_protection: one.isProtected,
  });
  const fail = (c: Context, status: number, error: string) => c.json({ error }, status as 400);
  const missing = (c: Context, name: string) =>
    fail(c, 404, `could not find database with name [${name}]: record not found`);

  const api = new Hono<NodeEnv>();
  api.use(async (c, next) => {
    if (c.req.header("authorization") !== `Bearer ${apiToken}`) {
      return fail(c, 401, "could not parse jwt id");
    }
    // The work may end after the connection was cut. Its answer is then lost.
    c.res = await struck(c, "api", async () => {
      await next();
      return c.res;
    });
    return undefined;
  });
  const at = "/v1/organizations/guilds";
  api.get(`${at}/groups/:group`, (c) =>
    groups.has(c.req.param("group"))
      ? c.json({ group: { name: c.req.param("group") } })
      : fail(c, 404, "group not found"),
  );
  api.post(`${at}/groups`, async (c) => {
    const { name } = await c.req.json();
    if (groups.has(name)) return fail(c, 409, "group already exists");
    groups.add(name);
    return c.json({ group: { name } });
  });
  api.get(`${at}/databases`, (c) => {
    const group = c.req.query("group");
    const found = [...databases.values()].filter((one) => !group || one.group === group);
    return c.json({ databases: found.map(shown) });
  });
  api.post(`${at}/databases`, async (c) => {
    const { name, group, seed } = await c.req.json();
    if (!/^[a-z0-9-]{1,64}$/.test(name)) return fail(c, 400, "invalid database name");
    if (!groups.has(group)) return fail(c, 400, "group not found");
    if (databases.has(name) || underWay.has(name)) {
      await underWay.get(name);
      const { status, error } = EXISTS[control.exists](name);
      return fail(c, status, error);
    }
    const made = make(name, group, seed);
    underWay.set(name, made);
    const result = await made.finally(() => underWay.delete(name));
    return typeof result === "string" ? fail(c, 400, result) : c.json({ database: shown(result) });
  });
  const make = async (name: string, group: string, seed?: { name: string; timestamp?: string }) => {
    const namespace = `t${randomUUID().replaceAll("-", "")}`;
    if (seed) {
      const source = databases.get(seed.name);
      if (!source) return `could not find database with name [${seed.name}]`;
      const from = seed.timestamp ? asOf(source, Date.parse(seed.timestamp)) : source.namespace;
      if (!from) return "timestamp is out of range";
      await admin("POST", `${from}/fork/${namespace}`, {});
      // A copy has its own settings, and starts without limits and protection.
      await admin("POST", `${namespace}/config`, { block_reads: false, block_writes: false });
    } else await admin("POST", `${namespace}/create`, {});
    return await open(name, group, namespace);
  };
  api.get(`${at}/databases/:name`, (c) => {
    const found = databases.get(c.req.param("name"));
    return found ? c.json({ database: shown(found) }) : missing(c, c.req.param("name"));
  });
  api.delete(`${at}/databases/:name`, async (c) => {
    const found = databases.get(c.req.param("name"));
    if (!found) return missing(c, c.req.param("name"));
    if (found.isProtected) return fail(c, 403, "delete protection is enabled");
    databases.delete(found.name);
    found.server.close();
    for (const { namespace } of [found, ...found.past]) await admin("DELETE", namespace);
    return c.json({ database: found.name });
  });
  api.patch(`${at}/databases/:name/configuration`, async (c) => {
    const found = databases.get(c.req.param("name"));
    if (!found) return missing(c, c.req.param("name"));
    const wanted = await c.req.json();
    const config = JSON.parse(await admin("GET", `${found.namespace}/config`));
    await admin("POST", `${found.namespace}/config`, {
      ...config,
      ...(wanted.block_writes !== undefined && { block_writes: wanted.block_writes }),
      ...(wanted.size_limit !== undefined && { max_db_size: wanted.size_limit }),
    });
    found.isProtected = wanted.delete_protection ?? found.isProtected;
    return c.json(wanted);
  });
  api.post(`${at}/databases/:name/auth/tokens`, async (c) => {
    const found = databases.get(c.req.param("name"));
    if (!found || isLate(found.name)) return missing(c, c.req.param("name"));
    const minutes = /^(\d+)m$/.exec(c.req.query("expiration") ?? "")?.[1];
    if (minutes === undefined) return fail(c, 400, "Invalid expiration format");
    const jwt = await new SignJWT({ id: found.namespace, a: "rw" })
      .setProtectedHeader({ alg: "EdDSA" })
      .setExpirationTime(Math.floor(control.nowMs() / 1_000) + Number(minutes) * 60)
      .sign(sqld.key);
    return c.json({ jwt });
  });

  const { server, port } = await listen(api);
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    apiToken,
    organization: "guilds",
    databases,
    groups,
    heard,
    control,
    env: {
      DATABASE_HOST: "turso",
      TURSO_API_URL: url,
      TURSO_ORGANIZATION: "guilds",
      TURSO_API_TOKEN: apiToken,
      TURSO_LOCATION: "here",
    },
    /** Saves the database's present state, for a later restore. */
    remember: async (name: string) => {
      const found = databases.get(name)!;
      const namespace = `t${randomUUID().replaceAll("-", "")}`;
      await admin("POST", `${found.namespace}/fork/${namespace}`, {});
      found.past.push({ atMs: control.nowMs(), namespace });
    },
    stop: async () => {
      for (const one of [{ server }, ...databases.values()]) {
        one.server.close();
        if ("closeAllConnections" in one.server) one.server.closeAllConnections();
      }
    },
  };
}

interface HostOptions {
  readonly group?: string;
  readonly placement?: string | undefined;
  readonly nowMs?: () => number;
}

/** A host on the fake that never waits. `waits` lists how long it would have waited. */
export async function makeTursoHost(
  cloud: Pick<TursoStandIn, "url" | "organization" | "apiToken">,
  options: HostOptions = {},
) {
  const waits: number[] = [];
  const wait = async (ms: number) => void waits.push(ms);
  const nowMs = options.nowMs ?? (() => performance.timeOrigin + performance.now());
  const now = () => new Date(nowMs());
  const { url: apiUrl, organization, apiToken } = cloud;
  const platform = new TursoPlatform({ apiUrl, organization, apiToken, now, wait });
  const tokens = new TursoTokens(platform, now);
  const host = new TursoHost({
    ...{ platform, tokens, apiUrl, now, wait, group: "guildhall", placement: "here" },
    ...options,
    migrations: guildSchema,
  });
  await host.readyGroup();
  return { host, platform, tokens, waits, open: openOnTurso(tokens) };
}

function asOf(source: Stored, atMs: number): string | undefined {
  return source.past.findLast((copy) => copy.atMs <= atMs)?.namespace;
}

async function listen(app: Hono<NodeEnv>): Promise<{ server: ServerType; port: number }> {
  return await new Promise((resolve) => {
    const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, ({ port }) =>
      resolve({ server, port }),
    );
  });
}
