import { newId, type UserId } from "../../../src/kernel/ids.ts";
import { hashToken, newToken } from "../../../src/kernel/tokens.ts";
import { type TestApp, TestClient } from "../../support/app.ts";

/** Signed-in people with confirmed addresses. Crowds need no slow password hashes. */
export async function crowd(t: TestApp, count: number): Promise<TestClient[]> {
  const nowMs = t.now().getTime();
  const people = Array.from({ length: count }, () => {
    const userId = newId<UserId>();
    const email = `${userId}@example.test`;
    return { token: newToken(), userId, email, password: "" };
  });
  await t.services.platform.db.client.batch(
    people.flatMap(({ userId, email, token }) => [
      {
        sql: `INSERT INTO users (id, email, name, email_verified_at, created_at)
              VALUES (?, ?, 'One of many', ?, ?)`,
        args: [userId, email, nowMs, nowMs],
      },
      {
        sql: `INSERT INTO sessions (id, user_id, token_hash, created_at, last_used_at, expires_at,
                proved_at, address, agent) VALUES (?, ?, ?, ?, ?, ?, ?, '', '')`,
        args: [newId<string>(), userId, hashToken(token), nowMs, nowMs, nowMs + 1e10, nowMs],
      },
    ]),
    "write",
  );
  return people.map((identity) => new TestClient(t.request, identity));
}

export async function unconfirm(t: TestApp, person: TestClient): Promise<void> {
  await t.services.platform.db.client.execute({
    sql: "UPDATE users SET email_verified_at = NULL WHERE id = ?",
    args: [person.userId],
  });
}

/** How many rows a query of the platform finds. */
export async function countOf(t: TestApp, from: string, ...args: string[]): Promise<number> {
  const row = await t.services.platform.db.first<{ n: number }>(
    `SELECT count(*) AS n FROM ${from}`,
    ...args,
  );
  return row!.n;
}

/** The token at the end of an invitation's link. */
export function tokenOf(url: string): string {
  return new URL(url).pathname.split("/").at(-1)!;
}

/** How often each status was returned, as `{ 201: 1, 402: 49 }`. */
export function tally(answers: readonly { status: number }[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

export const newGuild = (name: string, more: Record<string, string> = {}) => ({
  name,
  realm: "Area 52",
  region: "eu",
  faction: "horde",
  ...more,
});

export const DAY_MS = 86_400_000;
