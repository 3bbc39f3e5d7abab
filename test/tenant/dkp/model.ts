import { expect } from "vitest";
import type { TenantDatabase } from "../../../src/database/client.ts";
import { AppError } from "../../../src/kernel/errors.ts";
import type { PersonId } from "../../../src/kernel/ids.ts";
import type { GuildContext } from "../../../src/tenant/context.ts";
import type { PoolKind } from "../../../src/tenant/dkp/schema.ts";
import * as service from "../../../src/tenant/dkp/service.ts";

/** One change to the ledger. Its numbers choose among the existing rows. */
export type Step =
  | { readonly verb: "award" | "adjust"; readonly who: readonly number[]; readonly points: number }
  | { readonly verb: "spend"; readonly who: readonly number[]; readonly points: number }
  | { readonly verb: "reverse"; readonly entry: number }
  | { readonly verb: "repeat"; readonly entry: number; readonly bent: boolean };

interface Figures {
  balance: number;
  earned: number;
  spent: number;
}

interface Made {
  readonly entry: service.Entry;
  readonly key: string;
  readonly step: Step;
  readonly changes: ReadonlyMap<PersonId, Figures>;
  reversed: boolean;
}

/** The expected ledger, in plain maps, with a second implementation of the rules. */
export class Model {
  readonly people: readonly PersonId[];
  readonly kind: PoolKind;
  readonly figures = new Map<PersonId, Figures>();
  readonly made: Made[] = [];
  /** What each person is owed of shared prices, in minor units. */
  readonly owed = new Map<PersonId, number>();

  constructor(people: readonly PersonId[], kind: PoolKind) {
    this.people = people;
    this.kind = kind;
    for (const id of people) this.figures.set(id, { balance: 0, earned: 0, spent: 0 });
  }

  /** Runs the step against both, and fails when their results differ. */
  async run(ctx: GuildContext, step: Step, key: string): Promise<void> {
    if (step.verb === "repeat") return await this.#repeat(ctx, step);
    if (step.verb === "reverse") return await this.#reverse(ctx, step.entry, key);
    const expected = this.#expected(step);
    const found = await outcome(() => send({ ...ctx, idempotencyKey: key }, step, this));
    if (expected === undefined) return expect(found).toBe("dkp/insufficient-balance");
    if (typeof found === "string") throw new Error(`${step.verb} answered ${found}`);
    const changes = this.#withShares(expected, step, found);
    this.#apply(changes);
    this.made.push({ entry: found, key, step, changes, reversed: false });
  }

  /** L1 to L6 and L9 against the rows themselves, and the verb's own result. */
  async check(ctx: GuildContext, db: TenantDatabase): Promise<void> {
    const { items } = await service.standings(ctx, { limit: 200 });
    for (const row of items) {
      const { balance, earned, spent } = row;
      expect({ balance, earned, spent }).toEqual(this.figures.get(row.personId));
    }
    expect(items.length).toBe(this.people.length);
    const sums = await db.all<{ s: number }>(
      "SELECT sum(amount) AS s FROM ledger_postings GROUP BY tx_id, unit UNION ALL SELECT sum(balance) FROM balances",
    );
    expect(sums.every(({ s }) => (s ?? 0) === 0)).toBe(true);
    const seqs = await db.all<{ seq: number }>("SELECT seq FROM ledger_tx ORDER BY seq");
    expect(seqs.map(({ seq }) => seq)).toEqual(seqs.map((_, i) => i + 1));
    expect(seqs.length).toBe(this.made.length);
    expect((await service.verify(ctx)).differences).toEqual([]);
  }

  /** L4: a reader still gets every entry that was ever answered. */
  async checkHistory(ctx: GuildContext): Promise<void> {
    for (const { entry } of this.made) {
      const { reversedBy: _, ...now } = await service.entry(ctx, entry.id);
      const { reversedBy: __, ...then } = entry;
      expect(now).toEqual(then);
    }
  }

  #expected(step: Exclude<Step, { entry: number }>): ReadonlyMap<PersonId, Figures> | undefined {
    const minor = step.points * 100;
    const who = step.who.map((i) => this.people[i]!);
    const changes = new Map<PersonId, Figures>();
    const add = (id: PersonId, balance: number, earned: number, spent: number) => {
      const old = changes.get(id) ?? { balance: 0, earned: 0, spent: 0 };
      changes.set(id, {
        balance: old.balance + balance,
        earned: old.earned + earned,
        spent: old.spent + spent,
      });
    };
    if (step.verb === "award") for (const id of who) add(id, minor, minor, 0);
    if (step.verb === "adjust") for (const id of who) add(id, minor, 0, 0);
    if (step.verb === "spend") {
      const payer = who[0]!;
      if (this.kind === "dkp" && this.figures.get(payer)!.balance < minor) return undefined;
      add(payer, -minor, 0, minor);
    }
    return changes;
  }

  /**
   * Earlier prices decide who gets the units that no exact share gives. The model checks the sum, that no
   * share is far from the exact one, and that in the long run each person gets the exact share.
   */
  #withShares(
    expected: ReadonlyMap<PersonId, Figures>,
    step: Exclude<Step, { entry: number }>,
    entry: service.Entry,
  ): ReadonlyMap<PersonId, Figures> {
    if (this.kind !== "zero-sum" || step.verb !== "spend") return expected;
    const changes = new Map(expected);
    const exact = (step.points * 100) / step.who.length;
    const shares = entry.postings.slice(1);
    expect(shares.reduce((sum, { amount }) => sum + amount, 0)).toBe(step.points * 100);
    for (const { personId, amount } of shares) {
      expect(Math.abs(amount - exact)).toBeLessThan(3);
      const old = changes.get(personId!) ?? { balance: 0, earned: 0, spent: 0 };
      const { balance, earned, spent } = old;
      changes.set(personId!, { balance: balance + amount, earned: earned + amount, spent });
      const owed = (this.owed.get(personId!) ?? 0) + exact - amount;
      this.owed.set(personId!, owed);
      expect(Math.abs(owed)).toBeLessThan(3);
    }
    return changes;
  }

  async #reverse(ctx: GuildContext, index: number, key: string): Promise<void> {
    const target = this.made[index % Math.max(1, this.made.length)];
    if (target === undefined) return;
    const step: Step = { verb: "reverse", entry: index % this.made.length };
    const found = await outcome(() => send({ ...ctx, idempotencyKey: key }, step, this));
    if (target.entry.kind === "reversal") return expect(found).toBe("dkp/reversal-is-final");
    if (target.reversed) return expect(found).toBe("dkp/already-reversed");
    if (typeof found === "string") throw new Error(`reverse answered ${found}`);
    const negative = (n: number) => (n === 0 ? 0 : -n);
    expect(found.postings.map((line) => line.amount)).toEqual(
      target.entry.postings.map((line) => negative(line.amount)),
    );
    const changes = new Map(
      [...target.changes].map(([id, one]) => [
        id,
        { balance: -one.balance, earned: -one.earned, spent: -one.spent },
      ]),
    );
    this.#apply(changes);
    target.reversed = true;
    this.made.push({ entry: found, key, step, changes, reversed: false });
  }

  /** L5: the same key gives the first entry again, or a refusal for another request. */
  async #repeat(ctx: GuildContext, step: Extract<Step, { verb: "repeat" }>): Promise<void> {
    const first = this.made[step.entry % Math.max(1, this.made.length)];
    if (first === undefined) return;
    const same = { ...ctx, idempotencyKey: first.key };
    const found = await outcome(() => send(same, first.step, this, step.bent ? "another" : "why"));
    if (step.bent) return expect(found).toMatch(/key-reused|already-reversed/);
    if (typeof found === "string") throw new Error(`a repetition answered ${found}`);
    expect({ ...found, reversedBy: null }).toEqual({ ...first.entry, reversedBy: null });
  }

  #apply(changes: ReadonlyMap<PersonId, Figures>): void {
    for (const [id, change] of changes) {
      const old = this.figures.get(id)!;
      this.figures.set(id, {
        balance: old.balance + change.balance,
        earned: old.earned + change.earned,
        spent: old.spent + change.spent,
      });
    }
  }
}

async function send(
  ctx: GuildContext,
  step: Step,
  model: Model,
  reason = "why",
): Promise<service.Entry> {
  if (step.verb === "reverse") {
    return await service.reverse(ctx, { txId: model.made[step.entry]!.entry.id, reason });
  }
  if (step.verb === "repeat") throw new Error("A repetition is sent as what it repeats.");
  const personIds = step.who.map((i) => model.people[i]!);
  const { points } = step;
  if (step.verb === "award") return await service.award(ctx, { personIds, points, reason });
  if (step.verb === "adjust") return await service.adjust(ctx, { personIds, points, reason });
  const shared = model.kind === "zero-sum" ? { sharedWith: personIds } : {};
  return await service.spend(ctx, { personId: personIds[0]!, points, reason, ...shared });
}

async function outcome(work: () => Promise<service.Entry>): Promise<service.Entry | string> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
}
