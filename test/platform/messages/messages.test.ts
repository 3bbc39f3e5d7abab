import { once } from "node:events";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { limits } from "../../../src/limits.ts";
import {
  composed,
  type MessageTemplate,
  TEMPLATES,
} from "../../../src/platform/messages/templates.ts";
import { LOCALES } from "../../../src/web/i18n/index.ts";
import { type TestApp, testApp } from "../../support/app.ts";
import { removeSearched } from "../../support/secrets/folders.ts";
import { lettersTo, MINUTE_MS, mailedToken } from "../accounts/support.ts";

const NO_AUTH_LIMITS = ["sign-in", "sign-up", "email"]
  .flatMap((one) => [`${one}.address=off`, `${one}.account=off`])
  .join(",");

/** The statements that the platform runs during `work`, without their bound values. */
async function statementsOf(t: TestApp, work: () => Promise<unknown>): Promise<readonly string[]> {
  const { client } = t.services.platform.db;
  const seen: string[] = [];
  const { execute, batch } = client;
  const text = (one: unknown) => (typeof one === "string" ? one : (one as { sql: string }).sql);
  client.execute = async (statement, ...rest) => {
    seen.push(text(statement));
    return await execute.call(client, statement, ...rest);
  };
  client.batch = async (statements, ...rest) => {
    seen.push(...statements.map(text));
    return await batch.call(client, statements, ...rest);
  };
  try {
    await work();
  } finally {
    Object.assign(client, { execute, batch });
  }
  // A timer seals earlier audit rows at the same time.
  const own = /\b(users|sessions|email_tokens|outgoing_messages|jobs)\b|INSERT INTO audit_log/i;
  return seen.filter((one) => own.test(one));
}

describe("S76 an account", () => {
  test("is not revealed by a password reset: the same statements, the same answer, no email sent", async () => {
    await using t = await testApp({ RATE_LIMITS: NO_AUTH_LIMITS });
    const known = await t.signUp();
    const ask = (email: string) => t.anonymous.post("/api/password-reset-mail", { email });
    // Runs both once before, so that neither is the first to fill a cache.
    await ask(known.identity.email);
    await ask("before@example.test");
    const answers: unknown[] = [];
    const work = (email: string) =>
      statementsOf(t, async () => {
        const { status, text } = await ask(email);
        answers.push({ status, text });
      });
    const [forKnown, forUnknown] = [
      await work(known.identity.email),
      await work("no@example.test"),
    ];
    expect(forKnown).toEqual(forUnknown);
    expect(forKnown.some((sql) => /outgoing_messages/i.test(sql))).toBe(true);
    expect(answers[0]).toEqual(answers[1]);
    expect(await lettersTo(t, "no@example.test")).toEqual([]);
    expect((await lettersTo(t, known.identity.email)).at(-1)!.text).toContain("/reset?token=");
  });

  test("is not revealed by a sign-in with a wrong password", async () => {
    await using t = await testApp({ RATE_LIMITS: NO_AUTH_LIMITS });
    const { email } = (await t.signUp()).identity;
    const tried = (address: string) =>
      statementsOf(t, () =>
        t.anonymous.post("/api/session", { email: address, password: "not the right words" }),
      );
    await tried(email);
    expect(await tried(email)).toEqual(await tried("no@example.test"));
  });
});

describe("S76 a mail server that is slow or down", () => {
  let hanging: Server | undefined;
  afterEach(() => void hanging?.close());

  test("changes no answer: the email waits, and is sent once the server answers again", async () => {
    const sockets: Socket[] = [];
    let isAwake = false;
    const mails: string[] = [];
    hanging = createServer((socket) => {
      sockets.push(socket);
      socket.on("error", () => undefined);
      if (isAwake) speak(socket, mails, () => void hanging?.emit("delivered"));
    }).listen(0, "127.0.0.1");
    await once(hanging, "listening");
    const { port } = hanging.address() as { port: number };
    await using t = await testApp({
      SMTP_URL: `smtp://127.0.0.1:${port}`,
      RATE_LIMITS: NO_AUTH_LIMITS,
    });
    t.services.messageRunner.start();
    const connected = once(hanging, "connection");
    const person = await t.signUp();
    await connected;
    // The first email hangs in the connection. Known and unknown addresses still get answers.
    for (const email of [person.identity.email, "no@example.test"]) {
      expect((await t.anonymous.post("/api/password-reset-mail", { email })).status).toBe(202);
    }
    expect(mails).toEqual([]);
    isAwake = true;
    for (const socket of sockets) socket.destroy();
    while (mails.length < 2) {
      const delivered = once(hanging, "delivered");
      t.advance(MINUTE_MS);
      t.services.messageRunner.wake();
      await delivered;
    }
    expect(mails.join("\n")).toContain("/reset?token=");
  });

  test("is tried again until the email is of no use any more, and then it is a dead letter", async () => {
    await using t = await testApp();
    const person = await t.signUp();
    await lettersTo(t, person.identity.email);
    const outbox = join(t.dir, "outbox");
    await removeSearched(outbox);
    await writeFile(outbox, "");
    await person.post("/api/password-reset-mail", { email: person.identity.email });
    await t.services.messageRunner.drain();
    expect(await waiting(t)).toBe(1);
    await rm(outbox);
    await mkdir(outbox);
    t.advance(MINUTE_MS);
    expect(await lettersTo(t, person.identity.email)).toHaveLength(1);
    expect(await waiting(t)).toBe(0);
    await removeSearched(outbox);
    await writeFile(outbox, "");
    await person.post("/api/password-reset-mail", { email: person.identity.email });
    await t.services.messageRunner.drain();
    t.advance(limits.auth.resetLinkMs);
    await rm(outbox);
    expect(await lettersTo(t, person.identity.email)).toEqual([]);
    expect(await waiting(t)).toBe(0);
  });
});

test("S76 a waiting email holds no link and no address in clear text, and a password change ends it", async () => {
  await using t = await testApp();
  const person = await t.signUp();
  const guild = await t.guild("sealed-letters");
  await t.services.platform.db.client.execute({
    sql: "UPDATE users SET email_verified_at = 1",
    args: [],
  });
  const email = "waiting@elsewhere.example";
  const { body } = await guild.owner.post("/members/invitations", { email });
  const { rows } = await t.services.platform.db.client.execute({
    sql: "SELECT * FROM outgoing_messages",
    args: [],
  });
  const stored = JSON.stringify(rows);
  expect(rows.length).toBeGreaterThan(0);
  expect(stored).not.toContain(email);
  expect(stored).not.toContain(body.url.split("/").at(-1));
  await person.post("/api/password-reset-mail", { email: person.identity.email });
  const { password: currentPassword } = person.identity;
  await person.post("/api/account/password", {
    currentPassword,
    password: "other words than those",
  });
  const subjects = (await lettersTo(t, person.identity.email)).map(({ text }) => text);
  expect(subjects.some((text) => text.includes("/reset?token="))).toBe(false);
});

const NASTY =
  "Win gold at https://evil.example/x or evil.example, mail a@evil.example \u202e\u200b";

describe("S81 an email", () => {
  test.each(
    LOCALES.flatMap((locale) => Object.keys(TEMPLATES).map((one) => [one, locale] as const)),
  )(
    "%s in %s shows strangers' texts in no subject, and as no link in the body",
    (template, locale) => {
      const ours = "https://guilds.test/p";
      const fixed = {
        provider: "Discord",
        areas: "backups",
        late: "2",
        slugs: "iron-vow",
        at: "0",
      };
      const links = { link: ours, account: ours, page: ours };
      const chosen = ["name", "from", "guild", "to", "key", "identity"].map((key) => [key, NASTY]);
      const params = { ...Object.fromEntries(chosen), ...fixed, ...links, device: "", address: "" };
      const { subject, text } = composed(template as MessageTemplate, locale, params);
      expect(subject).not.toMatch(/win|evil|gold/i);
      const rest = text.replaceAll(ours, "");
      expect(rest).not.toMatch(/:\/\/|\w\.\w|@|[\u202e\u200b]/);
    },
  );

  test("to a stranger has no link of the person who used their address or invited them", async () => {
    await using t = await testApp();
    const email = "victim@example.test";
    const password = "a few words make one";
    await t.anonymous.post("/api/users", { email, password, name: "Free gold at evil.example" });
    const guild = await t.guild("lures");
    await t.services.platform.db.client.execute({
      sql: "UPDATE users SET email_verified_at = 1",
      args: [],
    });
    await guild.owner.platform().patch("/api/account", { name: "see www.evil.example" });
    await guild.owner.patch("/settings", { name: "http://evil.example" });
    await guild.owner.post("/members/invitations", { email: "other@example.test" });
    const letters = [...(await lettersTo(t, email)), ...(await lettersTo(t, "other@example.test"))];
    expect(letters.length).toBeGreaterThan(0);
    for (const { subject, text } of letters) expect(subject + text).not.toMatch(/evil\.example/);
  });
});

describe("an account gets an email", () => {
  const at = (address: string, cookie?: string) => ({
    "x-forwarded-for": address,
    ...(cookie && { cookie }),
  });

  test("about a sign-in from a new device on a new network, and about no other", async () => {
    await using t = await testApp({ TRUSTED_PROXY_HOPS: "1", RATE_LIMITS: NO_AUTH_LIMITS });
    const credentials = { email: "ann@example.test", password: "a few words make one" };
    await t.anonymous.post("/api/users", { ...credentials, name: "Ann" }, at("192.0.2.10"));
    const signIn = (address: string, cookie?: string) =>
      t.anonymous.post("/api/session", credentials, at(address, cookie));
    const told = async () =>
      (await lettersTo(t, credentials.email)).filter(({ subject }) => /New sign-in/.test(subject));
    const first = await signIn("192.0.2.10");
    const device = /guildhall-device=[\w-]+/.exec(first.headers.get("set-cookie") ?? "")![0];
    await signIn("192.0.2.77");
    await signIn("198.51.100.1", device);
    expect(await told()).toEqual([]);
    await signIn("203.0.113.9");
    const [letter, ...others] = await told();
    expect(others).toEqual([]);
    expect(letter!.text).toContain("203.0.113.9");
    expect(letter!.text).not.toContain("token");
    await signIn("203.0.113.200");
    expect(await told()).toHaveLength(1);
    await signIn("2001:db8:1:2::3");
    await signIn("2001:db8:1:ffff::3");
    expect(await told()).toHaveLength(2);
  });

  test("about a changed and a reset password, a new key, and a guild handed over", async () => {
    await using t = await testApp();
    const guild = await t.guild("told");
    const successor = await t.as("admin", guild);
    await t.services.platform.db.client.execute({
      sql: "UPDATE users SET email_verified_at = 1",
      args: [],
    });
    const { email, password: currentPassword } = guild.owner.identity;
    const owner = guild.owner.platform();
    await guild.owner.post("/settings/keys", { name: "bot", scopes: ["query"] });
    const handed = await guild.owner.post("/members/ownership", { userId: successor.userId });
    expect(handed.status).toBe(204);
    await owner.post("/api/account/password", {
      currentPassword,
      password: "four other words now",
    });
    await t.anonymous.post("/api/password-reset-mail", { email });
    const token = await mailedToken(t, owner);
    await t.anonymous.post("/api/password-reset", { token, password: "and once more some words" });
    const subjects = (await lettersTo(t, email)).map(({ subject }) => subject);
    expect(subjects).toEqual(
      expect.arrayContaining([
        "A new API key in one of your guilds",
        "You transferred a guild at Guildhall",
        "Your Guildhall password was changed",
      ]),
    );
    expect(subjects.filter((one) => /password .* changed/.test(one))).toHaveLength(2);
    const received = (await lettersTo(t, successor.identity.email)).map(({ subject }) => subject);
    expect(received).toContain("You now own a guild at Guildhall");
  });
});

test("an account has at most fifty sessions: the one unused for the longest ends", async () => {
  await using t = await testApp();
  const person = await t.signUp();
  const { client } = t.services.platform.db;
  for (let number = 0; number < limits.session.perAccountMax; number++) {
    await client.execute({
      sql: `INSERT INTO sessions SELECT ?1, user_id, ?1, created_at, last_used_at - ?2, expires_at,
              proved_at, address, agent, guild_id FROM sessions
            WHERE user_id = ?3 AND last_used_at = ?4 LIMIT 1`,
      args: [`s${number}`, number + 1, person.userId, t.now().getTime()],
    });
  }
  const { email, password } = person.identity;
  await t.anonymous.post("/api/session", { email, password });
  const ids = (await person.get("/api/sessions")).body.items.map(({ id }: { id: string }) => id);
  expect(ids).toHaveLength(limits.session.perAccountMax);
  expect(ids).toContain("s47");
  expect(ids).not.toContain("s48");
});

async function waiting(t: TestApp): Promise<number> {
  const { rows } = await t.services.platform.db.client.execute({
    sql: "SELECT count(*) FROM outgoing_messages WHERE dead_at IS NULL",
    args: [],
  });
  return Number(rows[0]![0]);
}

/** The part of SMTP that one email needs. */
function speak(socket: Socket, mails: string[], onKept: () => void): void {
  let [text, isData] = ["", false];
  socket.write("220 test\r\n");
  socket.on("data", (chunk) => {
    text += chunk.toString();
    for (let end = text.indexOf("\r\n"); end >= 0; end = text.indexOf("\r\n")) {
      if (isData) {
        const done = text.indexOf("\r\n.\r\n");
        if (done < 0) return;
        mails.push(text.slice(0, done).replaceAll("=\r\n", "").replaceAll("=3D", "="));
        text = text.slice(done + 5);
        isData = false;
        socket.write("250 kept\r\n");
        onKept();
        continue;
      }
      const line = text.slice(0, end);
      text = text.slice(end + 2);
      if (/^DATA/i.test(line)) isData = true;
      socket.write(isData ? "354 go on\r\n" : /^QUIT/i.test(line) ? "221 bye\r\n" : "250 ok\r\n");
    }
  });
}
