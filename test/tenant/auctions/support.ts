import { randomUUID } from "node:crypto";
import { write } from "../../../src/database/write.ts";
import { type MembershipId, newId, type PersonId, type UserId } from "../../../src/kernel/ids.ts";
import { permissionsOf } from "../../../src/kernel/permissions.ts";
import type { GuildContext } from "../../../src/tenant/context.ts";
import { type TestApp, type TestGuild, testApp } from "../../support/app.ts";
import { addPeople } from "../dkp/support.ts";

/**
 * A guild of the real product with people who can bid, as contexts of verbs: the officer's
 * and one for each bidder. `await using` closes everything.
 */
export async function auctionGuild(people: number) {
  const t = await testApp();
  const guild = await t.guild("emberforge");
  const lease = await t.services.tenants.lease((await t.services.platform.guild(guild.id))!);
  const { db } = lease;
  const personIds = await addPeople(db, people);
  const userIds = personIds.map(() => newId<UserId>());
  await write(
    db,
    personIds.map((id, i) => ({
      sql: "UPDATE persons SET user_id = ? WHERE id = ?",
      args: [userIds[i]!, id],
    })),
  );
  const base = {
    guild: (await t.services.platform.guild(guild.id))!,
    db,
    now: t.now,
    requestId: randomUUID(),
    idempotencyKey: undefined,
  };
  const as = (userId: UserId, role: "officer" | "raider"): GuildContext => ({
    ...base,
    actor: {
      type: "user",
      userId,
      name: role,
      membershipId: newId<MembershipId>(),
      role,
      permissions: permissionsOf(role),
    },
  });
  return {
    t,
    guild,
    db,
    personIds,
    officer: as(newId<UserId>(), "officer"),
    system: { ...base, actor: { type: "system", job: "auction.settle" } } as GuildContext,
    bidders: userIds.map((userId) => as(userId, "raider")),
    advance: t.advance,
    async [Symbol.asyncDispose]() {
      lease[Symbol.dispose]();
      await t.close();
    },
  };
}

/** Signed-in raiders over HTTP, each with a person on the roster and points. */
export async function raiders(t: TestApp, guild: TestGuild, count: number, points: number) {
  const clients = [];
  const personIds: PersonId[] = [];
  for (let i = 0; i < count; i++) {
    const client = await t.as("raider", guild);
    // The first visit makes the member's person.
    await client.page(`/g/${guild.slug}`);
    clients.push(client);
    const found = (await t.services.platform.guild(guild.id))!;
    const rows = await t.services.tenants.use(found, (db) =>
      db.all<{ id: PersonId }>("SELECT id FROM persons WHERE user_id = ?", client.userId),
    );
    personIds.push(rows[0]!.id);
  }
  const made = await guild.owner.post("/dkp/awards", { personIds, points, reason: "On time" });
  if (made.status !== 201) throw new Error(`the award answered ${made.status}: ${made.text}`);
  return { clients, personIds };
}
