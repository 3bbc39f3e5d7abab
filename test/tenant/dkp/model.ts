import { expect } from "vitest";
import type { TenantDatabase } from "../../../src/database/client.ts";
import type { PersonId } from "../../../src/kernel/ids.ts";
import { limits } from "../../../src/limits.ts";
import type { GuildContext } from "../../../src/tenant/context.ts";
import type { PoolKind } from "../../../src/tenant/dkp/schema.ts";
import * as service from "../../../src/tenant/dkp/service.ts";
import { joinPersons, undoJoin } from "../../../src/tenant/persons/service.ts";
import {
  clockIn,
  isoWeekOf,
  momentAt,
  plusDays,
  weekAround,
  weekdayOf,
  type Zone,
} from "./model-calendar.ts";
import { type Event, type Figures, figuresAfter, gainedIn } from "./model-history.ts";
import {
  decaysDueOf,
  NO_PLATFORM,
  nowOf,
  outcome,
  type Rules,
  type RulesStep,
  rulesChangeOf,
  rulesOf,
} from "./model-rules.ts";

/** One change to the ledger. Its numbers choose among the existing rows. */
export type Step =
  | {
      readonly verb: "award";
      readonly who: readonly number[];
      readonly points: number;
      /** How long ago the points were earned. Undefined: now. */
      readonly hoursAgo?: number | undefined;
      /** The same as an instant, once the step was sent. */
      readonly earnedAt?: number | undefined;
    }
  | { readonly verb: "adjust"; readonly who: readonly number[]; readonly points: number }
  | { readonly verb: "spend"; readonly who: readonly number[]; readonly points: number }
  | { readonly verb: "reverse"; readonly entry: number }
  | { readonly verb: "repeat"; readonly entry: number; readonly bent: boolean }
  | { readonly verb: "decay"; readonly only: readonly number[] | null }
  | { readonly verb: "due-decays" }
  | { readonly verb: "join"; readonly from: number; readonly into: number }
  | { readonly verb: "unjoin"; readonly which: number }
  | RulesStep;

interface Made {
  readonly entry: service.Entry;
  readonly key: string;
  /** Undefined for entries that no step repeats, such as those of a raid. */
  readonly step: Step | undefined;
  readonly event: Event | undefined;
  reversed: boolean;
}

interface Joined {
  readonly id: string;
  readonly event: Event & { is: "join" };
}

/** The expected ledger, in plain maps, with a second implementation of the rules. */
export class Model {
  readonly people: readonly PersonId[];
  readonly kind: PoolKind;
  readonly zone: Zone;
  readonly history: Event[] = [];
  readonly made: Made[] = [];
  readonly joined: Joined[] = [];
  readonly archived = new Set<PersonId>();
  /** What each person is owed of shared prices, in minor units. */
  readonly owed = new Map<PersonId, number>();
  readonly refused = new Map<string, number>();
  rules: Rules = { hardCap: null, weeklyCap: null, week: null, decay: null, at: 0, version: 1 };
  /** The last decay of each week. */
  readonly #runs = new Map<string, { readonly at: number; readonly event: Event }>();

  constructor(people: readonly PersonId[], kind: PoolKind, zone: Zone = "Europe/Madrid") {
    this.people = people;
    this.kind = kind;
    this.zone = zone;
  }

  get figures(): ReadonlyMap<PersonId, Figures> {
    return figuresAfter(this.people, this.history, this.kind);
  }

  /** Runs the step against both, and fails when their results differ. */
  async run(ctx: GuildContext, step: Step, key: string): Promise<void> {
    switch (step.verb) {
      case "repeat":
        return await this.#repeat(ctx, step);
      case "reverse":
        return await this.#reverse(ctx, step.entry, key);
      case "decay":
        return await this.#decay(ctx, step.only, key);
      case "due-decays":
        return await this.#dueDecays(ctx);
      case "rules":
        return await this.#changeRules(ctx, step);
      case "join":
        return await this.#join(ctx, step);
      case "unjoin":
        return await this.#unjoin(ctx, step.which);
      case "award":
        return await this.#award(ctx, step, key);
      default:
        return await this.#change(ctx, step, key);
    }
  }

  async #award(ctx: GuildContext, step: Step & { verb: "award" }, key: string): Promise<void> {
    const amounts = new Map(step.who.map((i) => [this.people[i]!, step.points * 100]));
    const { hoursAgo } = step;
    const earnedAt = hoursAgo === undefined ? undefined : nowOf(ctx) - hoursAgo * 3_600_000;
    const sent = { ...step, earnedAt };
    const made = { key, step: sent };
    await this.award(ctx, amounts, earnedAt, made, (keyed) => send(keyed, sent, this));
  }

  /** An award by any door: its amounts within the caps, unless a decay came between. */
  async award(
    ctx: GuildContext,
    amounts: ReadonlyMap<PersonId, number>,
    earnedAt: number | undefined,
    made: Pick<Made, "key" | "step">,
    give: (ctx: GuildContext) => Promise<service.Entry>,
  ): Promise<void> {
    const found = await outcome(() => give({ ...ctx, idempotencyKey: made.key }));
    const people = [...amounts.keys()];
    if (people.some((id) => this.archived.has(id))) return this.#isRefused(found, "dkp/bad-people");
    const isBehind = this.history.some(
      (one) =>
        one.is === "decay" &&
        !one.isUndone &&
        earnedAt !== undefined &&
        one.at > earnedAt &&
        (one.only === null || one.only.some((id) => people.includes(id))),
    );
    if (isBehind) return this.#isRefused(found, "dkp/behind-decay");
    if (typeof found === "string") throw new Error(`An award answered ${found}`);
    const week = weekAround(earnedAt ?? nowOf(ctx), this.zone, this.rules.week);
    const now = this.figures;
    const changes = new Map(
      [...amounts].map(([id, amount]) => {
        const { hardCap, weeklyCap } = this.rules;
        const free = Math.min(
          amount,
          hardCap === null ? amount : Math.max(0, hardCap - now.get(id)!.balance),
          weeklyCap === null ? amount : Math.max(0, weeklyCap - gainedIn(this.history, id, week)),
        );
        return [id, { balance: free, earned: free }] as const;
      }),
    );
    const event: Event = {
      ...{ is: "change", kind: "award", earnedAt: earnedAt ?? nowOf(ctx), changes },
      isUndone: false,
    };
    this.#add(found, event, made);
  }

  /** L1 to L6 and L9 against the rows themselves, and the verb's own result. */
  async check(ctx: GuildContext, db: TenantDatabase): Promise<void> {
    const { items } = await service.standings(ctx, { limit: 200 });
    const figures = this.figures;
    for (const row of items) {
      const { balance, gear, earned, spent } = figures.get(row.personId)!;
      const expected = { balance, earned, spent: this.kind === "epgp" ? gear : spent };
      expect({ balance: row.balance, earned: row.earned, spent: row.spent }).toEqual(expected);
    }
    expect(items.length).toBe(this.people.length - this.archived.size);
    for (const id of this.archived) {
      const { account } = await service.statement(ctx, { personId: id, limit: 1 });
      expect(account.balance).toBe(figures.get(id)!.balance);
    }
    const sums = await db.all<{ s: number }>(
      "SELECT sum(amount) AS s FROM ledger_postings GROUP BY tx_id, unit UNION ALL SELECT sum(balance) FROM balances",
    );
    expect(sums.every(({ s }) => (s ?? 0) === 0)).toBe(true);
    const seqs = await db.all<{ seq: number }>("SELECT seq FROM ledger_tx ORDER BY seq");
    expect(seqs.map(({ seq }) => seq)).toEqual(seqs.map((_, i) => i + 1));
    expect(seqs.length).toBeGreaterThanOrEqual(this.made.length);
    expect((await service.verify(ctx)).differences).toEqual([]);
  }

  /** L4: every entry that a reader once got is still there. */
  async checkHistory(ctx: GuildContext): Promise<void> {
    for (const { entry } of this.made) {
      const { reversedBy: _, ...now } = await service.entry(ctx, entry.id);
      const { reversedBy: __, ...then } = entry;
      expect(now).toEqual(then);
    }
  }

  async #change(
    ctx: GuildContext,
    step: Step & { verb: "spend" | "adjust" },
    key: string,
  ): Promise<void> {
    const found = await outcome(() => send({ ...ctx, idempotencyKey: key }, step, this));
    const people = step.who.map((i) => this.people[i]!);
    const named = step.verb === "spend" && this.kind !== "zero-sum" ? people.slice(0, 1) : people;
    if (named.some((id) => this.archived.has(id))) return this.#isRefused(found, "dkp/bad-people");
    const minor = step.points * 100;
    const payer = people[0]!;
    const changes = new Map<PersonId, Partial<Figures>>();
    if (step.verb === "adjust") for (const id of people) changes.set(id, { balance: minor });
    else if (this.kind === "epgp") changes.set(payer, { gear: minor });
    else {
      if (this.kind === "dkp" && this.figures.get(payer)!.balance < minor) {
        return this.#isRefused(found, "dkp/insufficient-balance");
      }
      changes.set(payer, { balance: -minor, spent: minor });
    }
    if (typeof found === "string") throw new Error(`${step.verb} answered ${found}`);
    if (step.verb === "spend" && this.kind === "zero-sum") this.#addShares(changes, step, found);
    const event: Event = {
      ...{ is: "change", kind: step.verb, earnedAt: nowOf(ctx), changes },
      isUndone: false,
    };
    this.#add(found, event, { key, step });
  }

  /**
   * Earlier prices decide who gets the units that no exact share gives. The model checks the sum, that no
   * share is far from the exact one, and that in the long run each person gets the exact share.
   */
  #addShares(
    changes: Map<PersonId, Partial<Figures>>,
    step: Step & { verb: "spend" },
    entry: service.Entry,
  ): void {
    const exact = (step.points * 100) / step.who.length;
    const shares = entry.postings.slice(1);
    expect(shares.reduce((sum, { amount }) => sum + amount, 0)).toBe(step.points * 100);
    for (const { personId, amount } of shares) {
      expect(Math.abs(amount - exact)).toBeLessThan(3);
      const { balance = 0, earned = 0, spent = 0 } = changes.get(personId!) ?? {};
      changes.set(personId!, { balance: balance + amount, earned: earned + amount, spent });
      const owed = (this.owed.get(personId!) ?? 0) + exact - amount;
      this.owed.set(personId!, owed);
      expect(Math.abs(owed)).toBeLessThan(3);
    }
  }

  async #reverse(ctx: GuildContext, index: number, key: string): Promise<void> {
    const target = this.made[index % Math.max(1, this.made.length)];
    if (target === undefined) return;
    const step: Step = { verb: "reverse", entry: index % this.made.length };
    const found = await outcome(() => send({ ...ctx, idempotencyKey: key }, step, this));
    if (target.entry.kind === "reversal") return this.#isRefused(found, "dkp/reversal-is-final");
    if (target.reversed) return this.#isRefused(found, "dkp/already-reversed");
    if (typeof found === "string") throw new Error(`reverse answered ${found}`);
    const negative = (n: number) => (n === 0 ? 0 : -n);
    expect(found.postings.map((line) => line.amount)).toEqual(
      target.entry.postings.map((line) => negative(line.amount)),
    );
    if (target.event) target.event.isUndone = true;
    target.reversed = true;
    this.made.push({ entry: found, key, step, event: undefined, reversed: false });
  }

  /** L5: the same key gives the first entry again, or a refusal for another request. */
  async #repeat(ctx: GuildContext, step: Extract<Step, { verb: "repeat" }>): Promise<void> {
    const first = this.made[step.entry % Math.max(1, this.made.length)];
    if (first?.step === undefined) return;
    const again = first.step;
    const same = { ...ctx, idempotencyKey: first.key };
    const found = await outcome(() => send(same, again, this, step.bent ? "another" : "why"));
    if (step.bent) return expect(found).toMatch(/key-reused|already-reversed/);
    if (typeof found === "string") throw new Error(`a repeated ${again.verb} answered ${found}`);
    expect({ ...found, reversedBy: null }).toEqual({ ...first.entry, reversedBy: null });
  }

  /** L7: once a week of the guild's calendar. A decay of selected people is extra. */
  async #decay(
    ctx: GuildContext,
    who: readonly number[] | null,
    key: string,
    period?: string,
  ): Promise<void> {
    const only = who?.map((i) => this.people[i]!) ?? null;
    const found = await outcome(() =>
      service.runDecay(
        { ...ctx, idempotencyKey: key },
        { period, ...(only && { personIds: only }) },
      ),
    );
    const { decay } = this.rules;
    if (decay === null) return this.#isRefused(found, "dkp/no-decay");
    if (only?.some((id) => this.archived.has(id))) return this.#isRefused(found, "dkp/bad-people");
    if (typeof found === "string") throw new Error(`decay answered ${found}`);
    const week = period ?? isoWeekOf(clockIn(nowOf(ctx), this.zone).date);
    const before = only === null ? this.#runs.get(week) : undefined;
    if (before !== undefined && !before.event.isUndone) return expect(found.isNew).toBe(false);
    expect(found).toMatchObject({ isNew: true, percent: decay.tenths / 10 });
    const at = nowOf(ctx);
    const event: Event = { is: "decay", at, only, ...decay, isUndone: false };
    if (only === null) this.#runs.set(week, { at, event });
    if (found.txId === null) this.history.push(event);
    else this.#add(await service.entry(ctx, found.txId), event, { key, step: undefined });
  }

  /** What the job does: every weekly decay since the last one, or since the rules changed. */
  async #dueDecays(ctx: GuildContext): Promise<void> {
    const now = nowOf(ctx);
    const { weekly } = this.rules.decay ?? {};
    const due = await decaysDueOf(ctx);
    if (!weekly) return expect(due).toBeUndefined();
    const since = Math.max(this.rules.at, ...[...this.#runs.values()].map(({ at }) => at));
    const first = clockIn(Math.max(since, now - limits.dkp.decayCatchUpMs), this.zone).date;
    const dates = Array.from({ length: 80 }, (_, day) => plusDays(first, day))
      .filter((date) => weekdayOf(date) === weekly.weekday)
      .map((date) => ({ date, at: momentAt(date, weekly.hour * 60, this.zone) }))
      .filter(({ at }) => at > since);
    const missed = dates.filter(({ at }) => at <= now).map(({ date }) => isoWeekOf(date));
    expect(due!.periods).toEqual(missed);
    expect(due!.nextAt).toBe(dates.find(({ at }) => at > now)!.at);
    for (const period of missed) await this.#decay(ctx, null, `job ${period} ${now}`, period);
  }

  async #changeRules(ctx: GuildContext, step: RulesStep): Promise<void> {
    const found = await outcome(() => rulesChangeOf(ctx, step, this.rules.version));
    if (step.isStale) return this.#isRefused(found, "dkp/rules-changed");
    if (typeof found === "string") throw new Error(`rules answered ${found}`);
    this.rules = { ...rulesOf(step), at: nowOf(ctx), version: this.rules.version + 1 };
    expect(found).toMatchObject({ rulesVersion: this.rules.version });
  }

  async #join(ctx: GuildContext, step: Step & { verb: "join" }): Promise<void> {
    const [from, into] = [this.people[step.from]!, this.people[step.into]!];
    if (from === into || this.archived.has(from) || this.archived.has(into)) return;
    const { id } = await joinPersons(ctx, NO_PLATFORM, { fromId: from, intoId: into });
    const event = { is: "join" as const, from, into, isUndone: false };
    this.history.push(event);
    this.joined.push({ id, event });
    this.archived.add(from);
  }

  async #unjoin(ctx: GuildContext, which: number): Promise<void> {
    const open = this.joined.filter(({ event }) => !event.isUndone);
    const join = open[which % Math.max(1, open.length)];
    if (join === undefined) return;
    const people = [join.event.from, join.event.into];
    const isLater = (one: Joined) => this.joined.indexOf(one) > this.joined.indexOf(join);
    const later = open.filter(
      (one) => isLater(one) && people.some((id) => [one.event.from, one.event.into].includes(id)),
    );
    const found = await outcome(() => undoJoin(ctx, join.id));
    if (later.length > 0) return this.#isRefused(found, "persons/undo-later-first");
    if (typeof found === "string") throw new Error(`unjoin answered ${found}`);
    join.event.isUndone = true;
    this.archived.delete(join.event.from);
  }

  #add(entry: service.Entry, event: Event, made: Pick<Made, "key" | "step">): void {
    this.history.push(event);
    this.made.push({ entry, ...made, event, reversed: false });
  }

  #isRefused(found: unknown, code: string): void {
    expect(found).toBe(code);
    this.refused.set(code, (this.refused.get(code) ?? 0) + 1);
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
  if (step.verb !== "award" && step.verb !== "adjust" && step.verb !== "spend") {
    throw new Error(`A ${step.verb} makes no entry of its own.`);
  }
  const personIds = step.who.map((i) => model.people[i]!);
  const { points } = step;
  if (step.verb === "adjust") return await service.adjust(ctx, { personIds, points, reason });
  if (step.verb === "spend") {
    const shared = model.kind === "zero-sum" ? { sharedWith: personIds } : {};
    return await service.spend(ctx, { personId: personIds[0]!, points, reason, ...shared });
  }
  return await service.award(ctx, { personIds, points, reason, effectiveAt: step.earnedAt });
}
