import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newId } from "../../../src/kernel/ids.ts";
import { limits } from "../../../src/limits.ts";
import type { Mail } from "../../../src/services.ts";
import { translator } from "../../../src/web/i18n/index.ts";
import { type TestApp, TestClient, testApp } from "../../support/app.ts";
import { anOperator, verifiedUser } from "./support.ts";

let t: TestApp;
let operator: TestClient;
let jaina: TestClient;
beforeAll(async () => {
  t = await testApp();
  const guild = await t.guild("theramore");
  jaina = await t.signUp("jaina");
  await t.join(jaina.userId, guild, "officer");
  await t.services.platform.db.client.execute({
    sql: `INSERT INTO identities (provider, subject, user_id, name, linked_at, last_used_at)
          VALUES ('discord', '80', ?, 'Lady Jaina', 1, 2)`,
    args: [jaina.userId],
  });
  operator = await anOperator(t, ["accounts", "audit"], "olga");
});
afterAll(() => t.close());

const file = (client: TestClient) => operator.get(`/api/operator/accounts/${client.userId}`);
const letters = async (to: string) => {
  await t.services.messageRunner.drain();
  const folder = join(t.dir, "outbox");
  const files = await Promise.all(
    (await readdir(folder)).toSorted().map((name) => readFile(join(folder, name), "utf8")),
  );
  return files.map((text) => JSON.parse(text) as Mail).filter((letter) => letter.to === to);
};

describe("an operator who may look after accounts", () => {
  test("finds an account by a part of the name or the address, and by the id", async () => {
    for (const search of ["Jain", "jaina@example", jaina.userId]) {
      const { body } = await operator.get(`/api/operator/accounts?search=${search}`);
      expect([search, body.items.map((one: { name: string }) => one.name)]).toEqual([
        search,
        ["jaina"],
      ]);
    }
    const first = await operator.get("/api/operator/accounts?limit=1");
    const second = await operator.get(`/api/operator/accounts?limit=1&cursor=${first.body.next}`);
    expect(second.body.items[0].email > first.body.items[0].email).toBe(true);
    const page = await operator.page("/operator/accounts?search=jain");
    expect(page.text).toContain(`/operator/accounts/${jaina.userId}`);
    expect((await operator.page("/operator/accounts?search=nobody")).text).toContain("No results");
  });

  test("sees guilds, sessions, linked accounts and state, and nothing that opens it", async () => {
    const { body, text } = await file(jaina);
    expect(body).toMatchObject({
      email: jaina.identity.email,
      isVerified: false,
      hasPassword: true,
      sessions: 1,
      guilds: 1,
      operates: [],
      memberships: [{ slug: "theramore", role: "officer", status: "ready" }],
      identities: [{ provider: "discord", name: "Lady Jaina" }],
    });
    expect(text).not.toMatch(/\$argon2|\$scrypt|hash|address"|agent/i);
    const page = await operator.page(`/operator/accounts/${jaina.userId}`);
    for (const shown of ["theramore", "Discord: Lady Jaina", "Signed in on 1 device."]) {
      expect(page.text).toContain(shown);
    }
    for (const id of ["not-an-id", newId<string>()]) {
      expect((await operator.page(`/operator/accounts/${id}`)).status).toBe(404);
    }
  });

  test("counts no expired session, and none of an operator who acts as that person", async () => {
    const person = await verifiedUser(t);
    const helper = await anOperator(t, ["impersonate"]);
    const begun = await helper.post("/api/operator/impersonations", {
      email: person.identity.email,
      reason: "Cannot see the raid",
    });
    expect(begun.status).toBe(201);
    expect((await file(person)).body.sessions).toBe(1);
    await t.services.platform.db.client.execute({
      sql: "UPDATE sessions SET last_used_at = ? WHERE token_hash IS NOT NULL AND user_id = ?",
      args: [t.now().getTime() - limits.session.idleMs, person.userId],
    });
    expect((await file(person)).body).toMatchObject({ sessions: 0, lastUsedAt: null });
  });

  test("signs a person out everywhere with the next request, and the log says who did", async () => {
    const person = await verifiedUser(t);
    const { email, password } = person.identity;
    const again = await t.anonymous.post("/api/session", { email, password });
    const elsewhere = new TestClient(t.request, { ...person.identity, token: again.body.token });
    expect((await file(person)).body.sessions).toBe(2);
    const sent = await operator.submit(`/operator/accounts/${person.userId}/sign-out`, {});
    expect(sent.headers.get("location")).toContain("done=everywhere");
    for (const client of [person, elsewhere]) {
      expect((await client.get("/api/guilds")).status).toBe(401);
    }
    expect((await jaina.get("/api/guilds")).status).toBe(200);
    expect((await t.anonymous.post("/api/session", { email, password })).status).toBe(201);
    const log = await operator.get(`/api/operator/audit?subject=${person.userId}`);
    expect(log.body.items).toContainEqual(
      expect.objectContaining({
        action: "session.end-all",
        actorName: "olga",
        before: { sessions: 2 },
      }),
    );
  });

  test("sends the verification email again, in the language the person chose", async () => {
    const person = await t.signUp("pia");
    const address = `/api/operator/accounts/${person.userId}/verification`;
    const before = (await letters(person.identity.email)).length;
    expect((await operator.post(address, { locale: "es" })).status).toBe(202);
    const sent = await letters(person.identity.email);
    expect(sent.length).toBe(before + 1);
    expect(sent.at(-1)!.subject).toBe(translator("es").auth.emails.verifySubject);
    const token = /verify\?token=([\w-]+)/.exec(sent.at(-1)!.text)![1]!;
    expect((await person.post("/api/verification", { token })).status).toBe(200);
    expect((await file(person)).body.isVerified).toBe(true);
    const twice = await operator.post(address);
    expect([twice.status, twice.body.type]).toEqual([409, "/problems/operator/verified-already"]);
    const form = await operator.submit(`/operator/accounts/${person.userId}/verification`, {
      locale: "en",
    });
    expect(form.status).toBe(409);
  });

  test("cannot send a person more emails than that person may request", async () => {
    const person = await t.signUp();
    const address = `/api/operator/accounts/${person.userId}/verification`;
    const answers = [];
    for (let at = 0; at < 12; at++) answers.push((await operator.post(address)).status);
    expect(answers[0]).toBe(202);
    expect(answers.at(-1)).toBe(429);
  });

  test("has entered the password a moment ago, else nothing is done", async () => {
    const person = await t.signUp();
    t.advance(limits.session.reauthMs + 1);
    const path = `/accounts/${person.userId}`;
    expect((await operator.delete(`/api/operator${path}/sessions`)).body.type).toBe(
      "/problems/auth/proof-required",
    );
    const asked = await operator.submit(`/operator${path}/sign-out`, {});
    expect(asked.headers.get("location")).toBe(
      `/account/proof?next=${encodeURIComponent(`/operator${path}`)}`,
    );
    expect((await operator.page(`/operator${path}`)).text).toContain("Enter password");
    expect((await person.get("/api/guilds")).status).toBe(200);
  });
});
