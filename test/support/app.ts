import { randomBytes, randomUUID } from "node:crypto";
import { mkdtemp, readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createApp } from "../../src/app.ts";
import { readConfig } from "../../src/config.ts";
import type { GuildId, UserId } from "../../src/kernel/ids.ts";
import { newId } from "../../src/kernel/ids.ts";
import type { PermissionOverrides, Role } from "../../src/kernel/permissions.ts";
import { buildNodeServices } from "../../src/node/services.ts";
import { quickPasswords } from "./quick-passwords.ts";
import { removeSearched } from "./secrets/folders.ts";
import { seen, watched } from "./secrets/seen.ts";
import { startSqld } from "./sqld.ts";
import { startTurso } from "./turso-platform.ts";

export type Json = Record<string, unknown>;

/** An answer: `body` is parsed when it is JSON, else it is the text. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers of every shape.
  readonly body: any;
}

export interface TestGuild {
  readonly id: GuildId;
  readonly slug: string;
  readonly owner: TestClient;
}

export type TestApp = Awaited<ReturnType<typeof testApp>>;

/** 2026-01-14 20:00 UTC, a Wednesday evening: raid night in many places. */
const START_MS = Date.UTC(2026, 0, 14, 20);

/** Turns off the limits on requests. Those on sign-in and on emails stay. */
export const UNLIMITED_REQUESTS = ["read", "write", "upload", "live", "requests"]
  .flatMap((category) =>
    ["account", "key", "guild", "address"].map((subject) => `${category}.${subject}=off`),
  )
  .join(",");

/**
 * The whole product on real files in a new folder, with a clock that moves only when told.
 * `await using t = await testApp()` removes everything at the end of the test.
 */
export async function testApp(
  env: Record<string, string> = {},
  options: {
    readonly clock?: () => Date;
    readonly passedMs?: () => number;
    /** The product's own slow hashes, for tests of what they protect from. */
    readonly hasSlowHashes?: boolean;
  } = {},
) {
  const server = await startServer(process.env["GUILDHALL_TEST_HOST"]);
  const dir = await mkdtemp(join(tmpdir(), "guildhall-test-"));
  let nowMs = START_MS;
  const now = options.clock ?? (() => new Date(nowMs));
  const given: Record<string, string> = {
    GUILDHALL_SECRET: randomUUID() + randomUUID(),
    SECRETS_KEYS: `first:${randomBytes(32).toString("base64")}`,
    // Operators of most tests have no second factor.
    OPERATOR_SECOND_FACTOR: "offered",
    PUBLIC_URL: "http://localhost",
    LOG_LEVEL: "silent",
    // The clock does not move, so a whole test is one minute.
    RATE_LIMITS: UNLIMITED_REQUESTS,
    DATA_DIR: dir,
    ...server?.env,
    ...env,
  };
  seen.environment(given);
  // Every line is recorded, because it is searched. Only the requested levels are printed.
  const config = readConfig({ ...given, LOG_LEVEL: env["LOG_LEVEL"] ?? "debug" });
  const writeLine = (line: string) => {
    seen.lines.push(line);
    if (env["LOG_LEVEL"] !== undefined) process.stdout.write(`${line}\n`);
  };
  const { passedMs, hasSlowHashes } = options;
  const building = {
    now,
    writeLine,
    ...(passedMs && { passedMs }),
    ...(!hasSlowHashes && { passwords: quickPasswords() }),
  };
  const services = await buildNodeServices(config, building);
  const app = watchedApp(createApp(services));
  const request = (path: string, init?: RequestInit) => {
    seen.sent(path, init?.body);
    return app.request(path.startsWith("http") ? path : `http://localhost${path}`, init);
  };
  const anonymous = new TestClient(request);

  const signUp = async (name = `u${randomUUID().slice(0, 8)}`) => {
    const credentials = {
      email: `${name}@example.test`,
      password: `pass phrase of ${randomUUID()}`,
    };
    const made = await anonymous.post("/api/users", { ...credentials, name });
    if (made.status !== 201) throw new Error(`sign-up answered ${made.status}: ${made.text}`);
    const session = await anonymous.post("/api/session", credentials);
    if (session.status !== 201) throw new Error(`sign-in answered ${session.status}`);
    const { token, user } = session.body as { token: string; user: { id: UserId } };
    return new TestClient(request, { token, userId: user.id, ...credentials });
  };

  const guild = async (slug: string, options: { plan?: string; isPublic?: boolean } = {}) => {
    const owner = await signUp();
    const made = await owner.post("/api/guilds", {
      name: `Guild ${slug}`,
      realm: "Area 52",
      region: "eu",
      faction: "horde",
      slug,
    });
    if (made.status !== 201 && made.status !== 202) {
      throw new Error(`founding answered ${made.status}: ${made.text}`);
    }
    // On a busy machine the work takes longer than the request waits: its events end when it is ready.
    if (made.status === 202) await owner.get(`/api/guilds/${made.body.id}/operation/events`);
    const found = await services.platform.guildForUser(slug, null);
    const { id } = found!.guild;
    await services.platform.db.client.execute({
      sql: "UPDATE guilds SET plan = ?, is_public = ? WHERE id = ?",
      args: [options.plan ?? "free", options.isPublic ? 1 : 0, id],
    });
    return { id, slug, owner: owner.within(slug) } satisfies TestGuild;
  };

  /** A signed-in client in a role of a guild, its paths relative to the guild's API. */
  const as = async (role: Role, of: TestGuild, overrides: PermissionOverrides = {}) => {
    if (role === "owner") return of.owner;
    const member = await signUp();
    await join_(member.userId, of, role, overrides);
    return member.within(of.slug);
  };

  const join_ = (userId: UserId, of: TestGuild, role: Role, overrides: PermissionOverrides = {}) =>
    services.platform.db.client.execute({
      sql: `INSERT INTO memberships (id, user_id, guild_id, role, overrides, created_at)
            VALUES (?, ?, ?, ?, ?, ?)`,
      args: [newId<string>(), userId, of.id, role, JSON.stringify(overrides), nowMs],
    });

  const leave = (userId: UserId, of: TestGuild) =>
    services.platform.db.client.execute({
      sql: "DELETE FROM memberships WHERE user_id = ? AND guild_id = ?",
      args: [userId, of.id],
    });

  /** All bytes of all databases and uploads, wherever they are. Emails are not among them. */
  const storedBytes = async () => {
    const found: string[] = [];
    for (const folder of [dir, ...(server && "dataDir" in server ? [server.dataDir] : [])]) {
      for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile() || entry.parentPath === join(dir, "outbox")) continue;
        const path = join(entry.parentPath, entry.name);
        // A file may disappear between listing and reading, such as the log of a closed database.
        found.push(await readFile(path, "latin1").catch(goneIsEmpty));
      }
    }
    return found.join("\n");
  };

  const close = async () => {
    await services.close();
    await server?.stop();
    await removeSearched(dir);
  };

  return {
    app,
    services,
    dir,
    storedBytes,
    /** The environment with which another process serves the same guilds. */
    env: given,
    request,
    anonymous,
    signUp,
    guild,
    as,
    join: join_,
    leave,
    now,
    advance: (ms: number) => {
      nowMs += ms;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Sets the content length as browsers do. Requests of tests are watched where they are sent. */
function watchedApp(app: ReturnType<typeof createApp>): typeof app {
  const answer = app.fetch;
  app.fetch = async (request, ...rest) => {
    const isForm = /json|form/.test(request.headers.get("content-type") ?? "");
    if (isForm && request.headers.has("content-length")) {
      seen.sent(request.url, await request.clone().text());
    }
    return await watched(await answer(request, ...rest));
  };
  return app;
}

/** The host of guilds in this run of the tests, when it is not files. */
async function startServer(kind: string | undefined) {
  if (kind === "sqld") return await startSqld();
  if (kind !== "turso") return undefined;
  const behind = await startSqld();
  const cloud = await startTurso(behind);
  const stop = async () => {
    await cloud.stop();
    await behind.stop();
  };
  return { env: cloud.env, dataDir: behind.dataDir, stop };
}

interface Identity {
  readonly token: string;
  readonly userId: UserId;
  readonly email: string;
  readonly password: string;
}

/** Sends requests as one person; within a guild, paths are relative to `/api/g/<slug>`. */
export class TestClient {
  readonly #request: (path: string, init?: RequestInit) => Response | Promise<Response>;
  readonly #identity: Identity | undefined;
  readonly #base: string;

  constructor(
    request: (path: string, init?: RequestInit) => Response | Promise<Response>,
    identity?: Identity,
    base = "",
  ) {
    this.#request = request;
    this.#identity = identity;
    this.#base = base;
  }

  get userId(): UserId {
    return this.identity.userId;
  }

  get isSignedIn(): boolean {
    return this.#identity !== undefined;
  }

  get identity(): Identity {
    if (!this.#identity) throw new Error("This client is anonymous.");
    return this.#identity;
  }

  /** The same person, outside of any guild: paths are absolute. */
  platform(): TestClient {
    return new TestClient(this.#request, this.#identity);
  }

  /** Enters the password once more, for actions that require a recent sign-in. */
  async prove(): Promise<void> {
    const { password } = this.identity;
    const proved = await this.platform().post("/api/session/proof", { password });
    if (proved.status >= 300) throw new Error(`the proof answered ${proved.status}`);
  }

  within(slug: string): TestClient {
    return new TestClient(this.#request, this.#identity, `/api/g/${slug}`);
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.send("GET", path, undefined, headers);
  }
  post(path: string, body: Json = {}, headers: Record<string, string> = {}): Promise<Answer> {
    return this.send("POST", path, body, headers);
  }
  put(path: string, body: Json = {}, headers: Record<string, string> = {}): Promise<Answer> {
    return this.send("PUT", path, body, headers);
  }
  patch(path: string, body: Json = {}, headers: Record<string, string> = {}): Promise<Answer> {
    return this.send("PATCH", path, body, headers);
  }
  delete(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.send("DELETE", path, undefined, headers);
  }

  /** An answer that does not end, such as server-sent events. The caller closes it. */
  async stream(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return await this.#request(`${this.#base}${path}`, {
      headers: { authorization: `Bearer ${this.identity.token}`, ...headers },
    });
  }

  /** An answer with a binary body. */
  async download(path: string): Promise<{ headers: Headers; body: Uint8Array }> {
    const headers = { authorization: `Bearer ${this.identity.token}` };
    const answer = await this.#request(`${this.#base}${path}`, { method: "POST", headers });
    return { headers: answer.headers, body: new Uint8Array(await answer.arrayBuffer()) };
  }

  /** Sends raw bytes, such as a piece of a file. */
  putBytes(path: string, body: Uint8Array, headers: Record<string, string> = {}): Promise<Answer> {
    return this.#answer("PUT", `${this.#base}${path}`, {
      headers: { authorization: `Bearer ${this.identity.token}`, ...headers },
      body: body as BodyInit,
    });
  }

  /** Requests a page as a browser with this person's cookie would. Paths are absolute. */
  page(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.#answer("GET", path, { headers: { ...this.#cookie(), ...headers } });
  }

  /** Sends a form from our own page, without scripts. Paths are absolute. */
  submit(
    path: string,
    fields: Record<string, string | readonly string[]>,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const body = new URLSearchParams();
    for (const [name, value] of Object.entries(fields)) {
      for (const one of typeof value === "string" ? [value] : value) body.append(name, one);
    }
    const origin = path.startsWith("http") ? new URL(path).origin : "http://localhost";
    return this.#answer("POST", path, { body, headers: { ...this.#cookie(), origin, ...headers } });
  }

  /** Sends a raw body without changing it. */
  sendText(method: string, path: string, body: string, type: string): Promise<Answer> {
    const headers = { authorization: `Bearer ${this.identity.token}`, "content-type": type };
    return this.#answer(method, `${this.#base}${path}`, { headers, body });
  }

  /** Sends a raw body of bytes, or a text as bytes. */
  sendBytes(method: string, path: string, body: Uint8Array | string): Promise<Answer> {
    const type = "application/octet-stream";
    const headers = { authorization: `Bearer ${this.identity.token}`, "content-type": type };
    return this.#answer(method, `${this.#base}${path}`, { headers, body: body as BodyInit });
  }

  /** Sends a form's raw body from a page of `origin`. Paths are absolute. */
  submitText(path: string, body: string, type: string, origin: string): Promise<Answer> {
    const headers = { ...this.#cookie(), origin, "content-type": type };
    return this.#answer("POST", path, { headers, body });
  }

  async send(
    method: string,
    path: string,
    body: Json | undefined,
    headers: Record<string, string>,
  ): Promise<Answer> {
    const token = this.#identity?.token;
    return await this.#answer(method, `${this.#base}${path}`, {
      headers: {
        ...(token && { authorization: `Bearer ${token}` }),
        ...(body && { "content-type": "application/json" }),
        ...headers,
      },
      ...(body && { body: JSON.stringify(body) }),
    });
  }

  #cookie(): Record<string, string> {
    return this.#identity ? { cookie: `guildhall=${this.#identity.token}` } : {};
  }

  async #answer(method: string, path: string, init: RequestInit): Promise<Answer> {
    const response = await this.#request(path, { method, redirect: "manual", ...init });
    const text = await response.text();
    const isJson = /json/.test(response.headers.get("content-type") ?? "");
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: isJson && text ? JSON.parse(text) : text,
    };
  }
}

function goneIsEmpty(error: NodeJS.ErrnoException): string {
  if (error.code === "ENOENT") return "";
  throw error;
}
