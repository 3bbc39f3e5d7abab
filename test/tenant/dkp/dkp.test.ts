import { randomUUID } from "node:crypto";
import { describe, expect, onTestFinished, test } from "vitest";
import { write } from "../../../src/database/write.ts";
import { limits } from "../../../src/limits.ts";
import { addExampleEntries, removeExample } from "../../../src/tenant/dkp/example.ts";
import { seedPools } from "../../../src/tenant/dkp/seed.ts";
import * as service from "../../../src/tenant/dkp/service.ts";
import { joinPersons, undoJoin } from "../../../src/tenant/persons/service.ts";
import { NO_PLATFORM, rulesChangeOf } from "./model-rules.ts";
import { addPeople, ledgerGuild } from "./support.ts";

describe("a history with joins and caps", () => {
  test("P13 G12 an award that is reversed leaves nothing, though its person became another one and points decayed", async () => {
    await using guild = await ledgerGuild(2, "admin");
    const { ctx, personIds } = guild;
    const [anna, anna2] = personIds;
    const pointsNow = async () => {
      const statements = personIds.map((id) => service.statement(ctx, { personId: id, limit: 1 }));
      return (await Promise.all(statements)).map(({ account }) => account.points);
    };
    const input = { personIds: [anna2!], points: 100, reason: "Boss" };
    const { id } = await service.award(ctx, input);
    const join = await joinPersons(ctx, NO_PLATFORM, { fromId: anna2!, intoId: anna! });
    const half = { tenths: 500, above: 0, positivesOnly: true, weekly: null };
    const rules = { verb: "rules" as const, hardCap: null, weeklyCap: null, week: null };
    await rulesChangeOf(ctx, { ...rules, decay: half, isStale: false }, 1);
    guild.advance(1_000);
    await service.runDecay(ctx, {});
    expect(await pointsNow()).toEqual(["50", "0"]);
    await service.reverse(ctx, { txId: id, reason: "Wrong person" });
    expect(await pointsNow()).toEqual(["0", "0"]);
    await undoJoin(ctx, join.id);
    expect(await pointsNow()).toEqual(["0", "0"]);
    expect((await service.verify(ctx)).differences).toEqual([]);
  });

  test("an award that a cap cut is the same award when it is sent again after the cap is gone", async () => {
    await using guild = await ledgerGuild(1, "admin");
    const rules = { verb: "rules" as const, weeklyCap: null, week: null, decay: null };
    await rulesChangeOf(guild.ctx, { ...rules, hardCap: 10, isStale: false }, 1);
    const give = () =>
      service.award(guild.withKey("boss-2"), {
        ...{ personIds: guild.personIds, points: 15, reason: "Boss" },
      });
    const first = await give();
    await rulesChangeOf(guild.ctx, { ...rules, hardCap: null, isStale: false }, 2);
    expect((await give()).id).toBe(first.id);
  });
});

describe("many officers at once", () => {
  test("200 awards at the same moment are numbered without a gap and sum to zero", async () => {
    await using guild = await ledgerGuild(10);
    const { personIds } = guild;
    const awards = Array.from({ length: 200 }, (_, i) =>
      service.award(guild.ctx, { personIds: personIds.slice(i % 5), points: 1, reason: `${i}` }),
    );
    const made = await Promise.all(awards);
    expect(made.map((one) => one.seq).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 200 }, (_, i) => i + 1),
    );
    expect(await service.verify(guild.ctx)).toMatchObject({ isRight: true, entries: 200 });
  });

  test("one key sent 30 times at once gives points once, and the same answer to each request", async () => {
    await using guild = await ledgerGuild(3);
    const ctx = guild.withKey("raid-7-boss-2");
    const input = { personIds: guild.personIds, points: 5, reason: "Boss kill" };
    const answers = await Promise.all(Array.from({ length: 30 }, () => service.award(ctx, input)));
    expect(new Set(answers.map((one) => one.id)).size).toBe(1);
    const { items } = await service.standings(guild.ctx, { limit: 10 });
    expect(items.map((row) => row.points)).toEqual(["5", "5", "5"]);
  });

  test("the same key of another officer is another request", async () => {
    await using guild = await ledgerGuild(1);
    const input = { personIds: guild.personIds, points: 5, reason: "Boss kill" };
    const one = await service.award({ ...guild.as("officer"), idempotencyKey: "k" }, input);
    const other = { ...guild.as("officer"), idempotencyKey: "k" };
    const two = await service.award(other, { ...input, confirm: true });
    expect(two.id).not.toBe(one.id);
  });

  test("the same points are not spent twice, however many try", async () => {
    await using guild = await ledgerGuild(1);
    const [personId] = guild.personIds;
    await service.award(guild.ctx, { personIds: [personId!], points: 100, reason: "Start" });
    const tries = await Promise.allSettled(
      Array.from({ length: 40 }, () =>
        service.spend(guild.ctx, { personId: personId!, points: 15, reason: "Ring" }),
      ),
    );
    expect(tries.filter((one) => one.status === "fulfilled").length).toBe(6);
    const { account } = await service.statement(guild.ctx, { personId: personId!, limit: 1 });
    expect(account).toMatchObject({ points: "10", spent: 9000 });
  });

  test("an entry is undone once, however many officers press the button", async () => {
    await using guild = await ledgerGuild(2);
    const input = { personIds: guild.personIds, points: 5, reason: "Twice by mistake" };
    const { id } = await service.award(guild.ctx, input);
    const tries = await Promise.allSettled(
      Array.from({ length: 10 }, () => service.reverse(guild.ctx, { txId: id, reason: "Oops" })),
    );
    expect(tries.filter((one) => one.status === "fulfilled").length).toBe(1);
    expect((await service.verify(guild.ctx)).isRight).toBe(true);
  });
});

describe("history", () => {
  test("entries, postings and the audit log can be neither changed nor deleted", async () => {
    await using guild = await ledgerGuild(2);
    await service.award(guild.ctx, { personIds: guild.personIds, points: 5, reason: "x" });
    for (const sql of [
      "UPDATE ledger_tx SET reason = 'y'",
      "DELETE FROM ledger_tx",
      "UPDATE ledger_postings SET amount = amount * 2",
      "DELETE FROM ledger_postings",
      "UPDATE audit_log SET actor_name = 'somebody else'",
      "DELETE FROM audit_log",
      "UPDATE pools SET is_example = 1",
      "UPDATE pools SET decimals = 3",
    ]) {
      await expect(write(guild.db, [{ sql, args: [] }]), sql).rejects.toThrow();
    }
    expect(await service.verify(guild.ctx)).toMatchObject({ isRight: true, entries: 1 });
  });

  test("an award that fails half-way leaves nothing behind", async () => {
    await using guild = await ledgerGuild(2);
    const personIds = [guild.personIds[0]!, randomUUID()];
    await expect(
      service.award(guild.ctx, { personIds, points: 5, reason: "x" }),
    ).rejects.toMatchObject({ code: "dkp/bad-people" });
    const rows = await guild.db.first(
      `SELECT (SELECT count(*) FROM ledger_tx) AS entries, (SELECT count(*) FROM balances) AS kept,
        (SELECT count(*) FROM audit_log) AS audit, (SELECT count(*) FROM accounts) AS accounts`,
    );
    expect(rows).toEqual({ entries: 0, kept: 0, audit: 0, accounts: 8 });
  });

  test("the database itself refuses an entry whose postings do not balance", async () => {
    await using guild = await ledgerGuild(2);
    const skew = `CREATE TRIGGER skew AFTER INSERT ON ledger_postings WHEN NEW.line = 0 BEGIN
      INSERT INTO ledger_postings VALUES (NEW.tx_id, 99, NEW.account_id, 1, NEW.unit); END`;
    await guild.db.client.migrate([{ sql: skew, args: [] }]);
    const input = { personIds: guild.personIds, points: 5, reason: "x" };
    await expect(service.award(guild.ctx, input)).rejects.toThrow("do not sum to zero");
    expect(await service.verify(guild.ctx)).toMatchObject({ isRight: true, postings: 0 });
  });

  test.each([
    ["in one page", limits.dkp.verifiedAtOnce],
    ["in pages of one entry", { least: 1, first: 1, most: 1 }],
  ])("the check finds each way in which a balance could have gone wrong, %s", async (_, size) => {
    const usual = limits.dkp.verifiedAtOnce;
    Object.assign(limits.dkp, { verifiedAtOnce: size });
    onTestFinished(() => void Object.assign(limits.dkp, { verifiedAtOnce: usual }));
    const faults: [string, string][] = [
      ["UPDATE balances SET balance = balance + 1 WHERE balance > 0", "balance-is-its-history"],
      ["UPDATE balances SET earned = earned + 1", "earned-is-its-history"],
      ["UPDATE balances SET spent = spent + 1", "spent-is-its-history"],
      ["DELETE FROM balances WHERE balance > 0", "balance-is-its-history"],
      ["UPDATE ledger_postings SET amount = amount + 1 WHERE line = 0", "entry-sums-to-zero"],
      ["DELETE FROM ledger_postings WHERE line > 0", "entry-sums-to-zero"],
      ["UPDATE ledger_tx SET seq = 9 WHERE seq = 3", "numbers-have-no-gap"],
      ["UPDATE ledger_tx SET reverses_id = NULL", "reversal-is-exact"],
      [
        "UPDATE ledger_postings SET amount = amount * 2 WHERE tx_id = (SELECT id FROM ledger_tx WHERE kind = 'reversal')",
        "reversal-is-exact",
      ],
      [
        "UPDATE accounts SET pool_id = 'other' WHERE kind = 'person'",
        "postings-stay-in-their-pool",
      ],
    ];
    for (const [sql, check] of faults) {
      await using guild = await ledgerGuild(2);
      const input = { personIds: guild.personIds, points: 5, reason: "x" };
      const { id } = await service.award(guild.ctx, input);
      await service.reverse(guild.ctx, { txId: id, reason: "y" });
      await service.award(guild.ctx, input);
      expect((await service.verify(guild.ctx)).differences).toEqual([]);
      // An attacker who holds the file gets past our triggers.
      await guild.db.client.migrate(
        [
          "DROP TRIGGER accounts_stay_where_they_are",
          "DROP TRIGGER ledger_tx_is_never_changed",
          "DROP TRIGGER ledger_postings_are_never_changed",
          "DROP TRIGGER ledger_postings_are_never_shortened",
          "INSERT INTO pools (id, name, kind, decimals, rules, created_at) VALUES ('other', 'Other', 'dkp', 2, '{}', 0)",
          sql,
        ].map((one) => ({ sql: one, args: [] })),
      );
      const found = await service.verify(guild.ctx);
      expect(found.isRight).toBe(false);
      expect(
        found.differences.map((one) => one.check),
        sql,
      ).toContain(check);
    }
  });

  test("a statement's running balance ends at the balance, over all its pages", async () => {
    await using guild = await ledgerGuild(2);
    const [personId] = guild.personIds;
    for (const n of [10, 3, 7, 1, 5]) {
      await service.award(guild.ctx, { personIds: guild.personIds, points: n, reason: `${n}` });
    }
    await service.spend(guild.ctx, { personId: personId!, points: 6.5, reason: "Ring" });
    const seen: service.StatementLine[] = [];
    let cursor: string | undefined;
    do {
      const page = await service.statement(guild.ctx, { personId: personId!, limit: 2, cursor });
      seen.push(...page.items);
      cursor = page.next;
    } while (cursor !== undefined);
    expect(seen.map((line) => line.balancePoints)).toEqual(["19.5", "26", "21", "20", "13", "10"]);
    expect(seen.map((line) => line.points)).toEqual(["-6.5", "5", "1", "7", "3", "10"]);
  });
});

describe("pools", () => {
  test("seeding twice makes one pool, and its accounts once", async () => {
    await using guild = await ledgerGuild(0);
    await write(guild.db, seedPools(1));
    expect(await service.pools(guild.ctx)).toMatchObject([
      { name: "DKP", kind: "dkp", decimals: 2, isDefault: true, floor: 0 },
    ]);
    expect(await guild.db.first("SELECT count(*) AS n FROM accounts")).toEqual({ n: 8 });
  });

  test("loot rules may change until the first points, and going back brings the pool back", async () => {
    await using guild = await ledgerGuild(1, "admin");
    const [before] = await service.pools(guild.ctx);
    expect(await service.setDefaultPool(guild.ctx, "epgp")).toMatchObject({ kind: "epgp" });
    expect(await service.setDefaultPool(guild.ctx, "dkp")).toEqual(before);
    await service.award(guild.ctx, { personIds: guild.personIds, points: 1, reason: "x" });
    await expect(service.setDefaultPool(guild.ctx, "zero-sum")).rejects.toMatchObject({
      code: "dkp/pool-has-entries",
    });
    expect(await service.poolOf(guild.ctx, undefined)).toEqual(before);
  });

  test("EPGP ranks by effort for gear, and both add up", async () => {
    await using guild = await ledgerGuild(3, "admin");
    const [a, b, c] = guild.personIds;
    await service.setDefaultPool(guild.ctx, "epgp");
    const raid = { personIds: [a!, b!], points: 100, reason: "Raid" };
    const effort = await service.award(guild.ctx, raid);
    const gear = await service.spend(guild.ctx, { personId: a!, points: 40, reason: "Ring" });
    expect([effort.postings[0]!.unit, gear.postings[0]!.unit]).toEqual(["ep", "gp"]);
    const { items } = await service.standings(guild.ctx, { limit: 10 });
    expect(items.map((row) => [row.personId, row.priority, row.spent])).toEqual([
      [b, 100, 0],
      [a, 2.5, 4000],
      [c, 0, 0],
    ]);
    expect((await service.verify(guild.ctx)).isRight).toBe(true);
  });

  test("the example leaves no trace in the guild's own points", async () => {
    await using guild = await ledgerGuild(4, "admin");
    await service.award(guild.ctx, { personIds: guild.personIds, points: 5, reason: "x" });
    const before = await service.standings(guild.ctx, { limit: 50 });
    const example = await addPeople(guild.db, 9, true);
    await addExampleEntries(guild.ctx, example);
    await addExampleEntries(guild.ctx, example);
    const pool = (await service.pools(guild.ctx)).find((one) => one.isExample)!;
    const shown = await service.standings(guild.ctx, { pool: pool.id, limit: 50 });
    expect(shown.items.length).toBe(9);
    expect(shown.items.every((row) => row.balance >= 0 && row.earned > 0)).toBe(true);
    expect(await service.standings(guild.ctx, { limit: 50 })).toEqual(before);
    expect((await service.verify(guild.ctx)).isRight).toBe(true);
    const mixed = { personIds: [example[0]!], points: 5, reason: "x" };
    await expect(service.award(guild.ctx, mixed)).rejects.toMatchObject({ code: "dkp/bad-people" });

    await removeExample(guild.ctx);
    await write(guild.db, [
      { sql: "DELETE FROM characters WHERE name_key LIKE 'example%'", args: [] },
      { sql: "DELETE FROM persons WHERE is_example = 1", args: [] },
    ]);
    expect((await service.pools(guild.ctx)).length).toBe(1);
    expect(await service.standings(guild.ctx, { limit: 50 })).toEqual(before);
    expect(await service.verify(guild.ctx)).toMatchObject({ isRight: true, entries: 1 });
  });
});
