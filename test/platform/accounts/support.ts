import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type GuildId, newId } from "../../../src/kernel/ids.ts";
import type { OutboxEmail } from "../../../src/node/mail.ts";
import type { TestApp, TestClient } from "../../support/app.ts";

/** The emails to one address, oldest first. */
export async function lettersTo(t: TestApp, email: string): Promise<OutboxEmail[]> {
  await t.services.messageRunner.drain();
  const folder = join(t.dir, "outbox");
  const names = (await readdir(folder).catch(() => []))
    .filter((name) => name.endsWith(".json"))
    .sort();
  const letters = await Promise.all(
    names.map(async (name) => JSON.parse(await readFile(join(folder, name), "utf8"))),
  );
  return (letters as OutboxEmail[]).filter((letter) => letter.to === email.toLowerCase());
}

/** The token of the link in the newest email to this person. */
export async function mailedToken(t: TestApp, person: TestClient): Promise<string> {
  const letter = (await lettersTo(t, person.identity.email)).at(-1);
  return /\?token=([\w-]+)/.exec(letter?.text ?? "")![1]!;
}

/** A person with only a cookie, as a browser keeps it. */
export function cookieOf(answer: { headers: Headers }): string {
  return (answer.headers.get("set-cookie") ?? "").split(";", 1)[0]!;
}

/** Whether this token is still valid. */
export async function isGood(t: TestApp, token: string): Promise<boolean> {
  const answer = await t.anonymous.get("/api/session", { authorization: `Bearer ${token}` });
  return answer.status === 200;
}

/** Another session of the same person. */
export async function signInAgain(t: TestApp, person: TestClient): Promise<string> {
  const { email, password } = person.identity;
  const answer = await t.anonymous.post("/api/session", { email, password });
  if (answer.status !== 201) throw new Error(`sign-in answered ${answer.status}: ${answer.text}`);
  return answer.body.token as string;
}

export const MINUTE_MS = 60_000;
export const DAY_MS = 24 * 60 * MINUTE_MS;

/** A guild in the platform without a database. */
export async function listedGuild(t: TestApp, slug: string, owner: TestClient): Promise<GuildId> {
  const { db } = t.services.platform;
  const id = newId<GuildId>();
  await db.client.execute({
    sql: `INSERT INTO guilds (id, slug, name, name_key, realm, realm_key, region, faction, owner_id,
            plan, status, host, database_name, settings, created_at, updated_at)
          VALUES (?1, ?2, ?2, ?2, 'r', 'r', 'eu', 'horde', ?3, 'free', 'ready', 'file', ?1, '{}', 0, 0)`,
    args: [id, slug, owner.userId],
  });
  await t.join(owner.userId, { id, slug, owner }, "owner");
  return id;
}
