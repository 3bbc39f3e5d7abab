import { randomUUID } from "node:crypto";
import { expect } from "vitest";
import type { TenantDatabase } from "../../../src/database/client.ts";
import type { PersonId } from "../../../src/kernel/ids.ts";
import type { Jobs } from "../../../src/platform/jobs/jobs.ts";
import * as auctions from "../../../src/tenant/auctions/service.ts";
import type { GuildContext } from "../../../src/tenant/context.ts";
import * as dkp from "../../../src/tenant/dkp/service.ts";
import * as raids from "../../../src/tenant/raids/service.ts";
import {
  holding,
  isAscending,
  isDecided,
  leadersOf,
  MODEL,
  type Mode,
  type ModelAuction,
  type Spec,
  sorted,
  winnersOf,
} from "./model-rules.ts";

export type Step =
  | { readonly do: "award"; readonly who: number; readonly points: number }
  | { readonly do: "cut"; readonly who: number; readonly points: number }
  | {
      readonly do: "open";
      readonly mode: Mode;
      readonly minimum: number;
      readonly step: number;
      readonly copies: number;
      readonly seconds: number;
      readonly allIn: boolean;
      /** Undefined for an item of no raid. */
      readonly atRaid?:
        | { readonly presentOnly: boolean; readonly endsWhenPassed: boolean }
        | undefined;
      readonly allowsMinimum: boolean;
    }
  | { readonly do: "attend"; readonly present: readonly number[] }
  | { readonly do: "pass"; readonly who: number; readonly at: number }
  | {
      readonly do: "bid";
      readonly who: number;
      readonly at: number;
      readonly points: number;
      readonly spec: Spec;
      readonly again: boolean;
    }
  | { readonly do: "retract"; readonly who: number; readonly at: number }
  | { readonly do: "wait"; readonly seconds: number }
  | { readonly do: "settle"; readonly at: number }
  | { readonly do: "cancel"; readonly at: number }
  | { readonly do: "reopen"; readonly at: number };

const SNIPE_MS = 10_000;
const OVERTIME_MS = 30_000;
const EXTENSIONS = 2;

/** The expected results of the rules, kept as plainly as possible: whole points, arrays, no SQL. */
export class AuctionModel {
  readonly balances: number[];
  readonly auctions: ModelAuction[] = [];
  readonly #people: readonly PersonId[];
  readonly #pool: string;
  #seq = 0;
  /** People whose balance an officer cut. Only their free points may be negative. */
  readonly #cut = new Set<number>();
  /** Who is present at the raid of the auctions. */
  readonly #present = new Set<number>();
  #raidId = "";
  counts = { accepted: 0, refused: 0, settled: 0, sold: 0, unpaid: 0, passed: 0, early: 0 };

  constructor(people: readonly PersonId[], pool: string) {
    this.#people = people;
    this.#pool = pool;
    this.balances = people.map(() => 0);
  }

  /** The raid whose items are auctioned. */
  async begin(officer: GuildContext): Promise<void> {
    const startsAt = officer.now().getTime();
    const input = { name: "Model", startsAt, minutes: 60, pool: this.#pool };
    this.#raidId = (await raids.planRaid(officer, input)).id;
    await raids.startRaid(officer, this.#raidId);
  }

  async run(
    step: Step,
    on: {
      officer: GuildContext;
      system: GuildContext;
      bidders: readonly GuildContext[];
      jobs: Jobs;
      advance: (ms: number) => void;
    },
  ): Promise<void> {
    const nowMs = on.officer.now().getTime();
    if (step.do === "wait") return on.advance(step.seconds * 1_000);
    if (step.do === "award" || step.do === "cut") return await this.#points(step, on.officer);
    if (step.do === "open") return await this.#open(step, on, nowMs);
    if (step.do === "attend") return await this.#attend(step.present, on.officer);
    const auction = this.auctions[step.at % Math.max(1, this.auctions.length)];
    if (auction === undefined) return;
    if (step.do === "bid" || step.do === "pass") {
      const bidder = on.bidders[step.who]!;
      const isDone =
        step.do === "bid"
          ? await this.#bid(step, auction, bidder, nowMs)
          : await this.#pass(auction, step.who, bidder, nowMs);
      return isDone ? await this.#endEarly(auction, on.system) : undefined;
    }
    if (step.do === "retract") return await this.#retract(auction, step.who, on.bidders, nowMs);
    if (step.do === "settle") return await this.#settle(auction, on.system, nowMs);
    if (step.do === "cancel") return await this.#cancel(auction, on.officer);
    await this.#reopen(auction, on, nowMs);
  }

  /** The database agrees with the model, and the ledger is balanced. */
  async check(ctx: GuildContext, db: TenantDatabase): Promise<void> {
    const balances = await db.all<{ person: PersonId; balance: number }>(
      `SELECT person_id AS person, balance FROM balances JOIN accounts ON accounts.id = account_id
       WHERE pool_id = ? AND kind = 'person'`,
      this.#pool,
    );
    const balanceOf = new Map(balances.map((row) => [row.person, row.balance]));
    expect(this.#people.map((id) => (balanceOf.get(id) ?? 0) / 100)).toEqual(this.balances);
    const held = await db.all<{ auction: string; person: PersonId; amount: number }>(
      "SELECT auction_id AS auction, person_id AS person, amount FROM holds WHERE pool_id = ?",
      this.#pool,
    );
    const expected = this.auctions.flatMap((one) =>
      holding(one).map(({ who, value }) => `${one.id} ${this.#people[who]} ${value}`),
    );
    expect(held.map((row) => `${row.auction} ${row.person} ${row.amount / 100}`).sort()).toEqual(
      expected.sort(),
    );
    const rows = await db.all<{ id: string; status: string; closes: number }>(
      "SELECT id, status, closes_at AS closes FROM auctions WHERE pool_id = ? ORDER BY id",
      this.#pool,
    );
    expect(rows.map(({ id, status, closes }) => `${id} ${status} ${closes}`)).toEqual(
      this.auctions.map((one) => `${one.id} ${one.status} ${one.closesAt}`).sort(),
    );
    for (const who of this.#people.keys()) {
      if (!this.#cut.has(who)) expect(this.#free(who)).toBeGreaterThanOrEqual(0);
    }
    void ctx;
  }

  #free(who: number, except?: ModelAuction): number {
    const held = this.auctions
      .filter((one) => one !== except)
      .flatMap(holding)
      .filter((bid) => bid.who === who)
      .reduce((sum, bid) => sum + bid.value, 0);
    return this.balances[who]! - held;
  }

  async #points(step: Step & { do: "award" | "cut" }, officer: GuildContext): Promise<void> {
    const points = step.do === "award" ? step.points : -step.points;
    const personIds = [this.#people[step.who]!];
    await dkp.adjust(officer, { personIds, points, reason: "Model", pool: this.#pool });
    this.balances[step.who]! += points;
    if (step.do === "cut") this.#cut.add(step.who);
  }

  async #open(
    step: Step & { do: "open" },
    on: { officer: GuildContext; jobs: Jobs },
    nowMs: number,
  ): Promise<void> {
    const made = await auctions.openAuction(on.officer, on.jobs, {
      itemName: "Model item",
      pool: this.#pool,
      mode: step.mode,
      minimum: step.minimum,
      increment: step.step,
      copies: step.copies,
      durationMs: step.seconds * 1_000,
      allowsAllIn: step.allIn,
      tieBreak: "first",
      snipeMs: SNIPE_MS,
      extensionsMax: EXTENSIONS,
      overtimeMsMax: OVERTIME_MS,
      allowsMinimum: step.allowsMinimum,
      ...(step.atRaid && { raidId: this.#raidId, ...step.atRaid }),
    });
    const closesAt = nowMs + step.seconds * 1_000;
    const { mode, minimum, copies, allIn, allowsMinimum } = step;
    this.auctions.push({
      ...{ id: made.id, mode, minimum, step: step.step, copies, allIn, closesAt, allowsMinimum },
      ...{ original: closesAt, extensions: 0, status: "open", bids: [], paid: [], reopened: false },
      ...{ isAtRaid: step.atRaid !== undefined, passed: new Set() },
      ...{ presentOnly: step.atRaid?.presentOnly ?? false },
      ...{ endsWhenPassed: step.atRaid?.endsWhenPassed ?? false },
    });
  }

  async #attend(present: readonly number[], officer: GuildContext): Promise<void> {
    const people = present.map((who) => ({
      ...{ personId: this.#people[who]!, presence: "present" as const },
    }));
    await raids.setPresence(officer, this.#raidId, people, { mode: "replace" });
    this.#present.clear();
    for (const who of present) this.#present.add(who);
  }

  /** Who passes is not asked again. Where bids can be withdrawn, a pass withdraws the bid. */
  async #pass(
    auction: ModelAuction,
    who: number,
    bidder: GuildContext,
    nowMs: number,
  ): Promise<boolean> {
    const sent = auctions.passItem(bidder, auction.id);
    const isOver = auction.status !== "open" || nowMs >= auction.closesAt;
    if (isOver || (isAscending(auction) && leadersOf(auction).includes(who))) {
      const code = isOver ? "auctions/closed" : "auctions/bid-stays";
      await expect(sent).rejects.toMatchObject({ code });
      return false;
    }
    await sent;
    this.counts.passed++;
    auction.passed.add(who);
    if (!isAscending(auction)) auction.bids = auction.bids.filter((bid) => bid.who !== who);
    return true;
  }

  /** After a bid or a pass, the auction ends if it waited only for that. */
  async #endEarly(auction: ModelAuction, system: GuildContext): Promise<void> {
    if (!isDecided(auction, this.#present)) return;
    this.counts.early++;
    await this.#compareWinners(auction, system);
    auction.status = "settled";
  }

  async #bid(
    step: Step & { do: "bid" },
    auction: ModelAuction,
    bidder: GuildContext,
    nowMs: number,
  ): Promise<boolean> {
    const { who, spec } = step;
    const onePrice = MODEL[auction.mode].onePrice === true;
    const value = onePrice ? auction.minimum : step.points;
    const ctx = { ...bidder, idempotencyKey: randomUUID() };
    const send = () => auctions.placeBid(ctx, auction.id, { points: value, spec });
    if (!this.#mayBid(auction, who, value, spec, nowMs)) {
      this.counts.refused++;
      await expect(send()).rejects.toMatchObject({ code: expect.stringMatching(/^auctions\//) });
      return false;
    }
    const made = await send();
    // The same request again is the same bid.
    if (step.again) expect(await send()).toEqual(made);
    this.counts.accepted++;
    auction.bids = auction.bids.filter((bid) => bid.who !== who);
    auction.bids.push({ who, value, spec, seq: ++this.#seq });
    auction.passed.delete(who);
    const ascending = isAscending(auction);
    const later = Math.min(auction.closesAt + SNIPE_MS, auction.original + OVERTIME_MS);
    const isLate = auction.closesAt - nowMs <= SNIPE_MS;
    if (ascending && isLate && auction.extensions < EXTENSIONS && later > auction.closesAt) {
      auction.closesAt = later;
      auction.extensions++;
    }
    return true;
  }

  #mayBid(auction: ModelAuction, who: number, value: number, spec: Spec, nowMs: number): boolean {
    if (auction.status !== "open" || nowMs >= auction.closesAt) return false;
    if (value < auction.minimum) return false;
    if (auction.presentOnly && !this.#present.has(who)) return false;
    const own = auction.bids.find((bid) => bid.who === who);
    if (own?.spec === "main" && spec === "off") return false;
    const free = this.#free(who, auction);
    if (value > free) return false;
    if (!isAscending(auction)) return true;
    if (auction.allowsMinimum && value === auction.minimum && own === undefined) return true;
    const others = auction.bids
      .filter((bid) => bid.who !== who && bid.spec === spec)
      .map((bid) => bid.value)
      .sort((a, b) => b - a);
    const marks = [others[auction.copies - 1], own?.spec === spec ? own.value : undefined].filter(
      (mark) => mark !== undefined,
    );
    if (marks.every((mark) => value >= mark + auction.step)) return true;
    return auction.allIn && value === free && marks.every((mark) => value > mark);
  }

  async #retract(
    auction: ModelAuction,
    who: number,
    bidders: readonly GuildContext[],
    nowMs: number,
  ): Promise<void> {
    const has = auction.bids.some((bid) => bid.who === who);
    const may =
      has && !isAscending(auction) && auction.status === "open" && nowMs < auction.closesAt;
    const sent = auctions.retractBid(bidders[who]!, auction.id);
    if (!may) return await expect(sent).rejects.toMatchObject({ kind: "conflict" });
    await sent;
    auction.bids = auction.bids.filter((bid) => bid.who !== who);
  }

  async #settle(auction: ModelAuction, system: GuildContext, nowMs: number): Promise<void> {
    const found = await auctions.settle(system, auction.id);
    if (auction.status !== "open") return expect(found.status).toBe(auction.status);
    const isOver = nowMs >= auction.closesAt || isDecided(auction, this.#present);
    if (!isOver) return expect(found.status).toBe("open");
    expect(found.status).toBe("settled");
    this.counts.settled++;
    await this.#compareWinners(auction, system);
    auction.status = "settled";
  }

  /** Rolls come from the product. The model computes everything else itself. */
  async #compareWinners(auction: ModelAuction, system: GuildContext): Promise<void> {
    const seen = await auctions.auction({ ...system }, auction.id);
    const won = seen.loot.map((one) => ({
      who: this.#people.indexOf(one.personId!),
      price: one.price / 100,
    }));
    auction.status = "void";
    // Who has left the raid cannot win what is for people who are present.
    const isHere = ({ who }: { who: number }) => !auction.presentOnly || this.#present.has(who);
    auction.bids = auction.bids.filter(isHere);
    const free = new Map(auction.bids.map((bid) => [bid.who, this.#free(bid.who)]));
    const expected =
      MODEL[auction.mode].price === undefined
        ? auction.bids.filter((bid) => free.get(bid.who)! >= auction.minimum).length
        : undefined;
    if (expected === undefined) {
      expect(sorted(won)).toEqual(sorted(winnersOf(auction, free)));
    } else {
      expect(won.length).toBe(Math.min(auction.copies, expected));
      expect(won.every(({ price }) => price === auction.minimum)).toBe(true);
    }
    this.counts.unpaid += seen.bids.filter((bid) => bid.state === "unpaid").length;
    for (const { who, price } of won) this.balances[who]! -= price;
    auction.paid = won;
    this.counts.sold += won.length;
    auction.bids = [];
  }

  async #cancel(auction: ModelAuction, officer: GuildContext): Promise<void> {
    const sent = auctions.voidAuction(officer, auction.id, "Model");
    if (auction.status !== "open") {
      return await expect(sent).rejects.toMatchObject({ code: "auctions/not-open" });
    }
    await sent;
    auction.status = "void";
    auction.bids = [];
  }

  async #reopen(
    auction: ModelAuction,
    on: { officer: GuildContext; jobs: Jobs },
    nowMs: number,
  ): Promise<void> {
    const sent = auctions.reopenAuction(on.officer, on.jobs, auction.id, 60_000);
    if (auction.status === "open" || auction.reopened) {
      return await expect(sent).rejects.toMatchObject({ kind: "conflict" });
    }
    const made = await sent;
    auction.reopened = true;
    for (const { who, price } of auction.paid) this.balances[who]! += price;
    const closesAt = nowMs + 60_000;
    this.auctions.push({
      ...auction,
      ...{ id: made.id, closesAt, original: closesAt, extensions: 0, status: "open" },
      ...{ bids: [], paid: [], reopened: false, passed: new Set() },
    });
  }
}
