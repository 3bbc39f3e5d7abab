import { expect } from "vitest";
import type { PersonId } from "../../../src/kernel/ids.ts";
import type { GuildContext } from "../../../src/tenant/context.ts";
import * as service from "../../../src/tenant/raids/service.ts";
import type { Model } from "./model.ts";
import { clockIn, momentAt, plusDays, weekAround } from "./model-calendar.ts";
import { nowOf, outcome } from "./model-rules.ts";

/** One act of officers on a raid. `raid` chooses among the existing ones. */
export type RaidStep =
  | { readonly raid: "plan"; readonly inHours: number; readonly isOfTeam: boolean }
  | { readonly raid: "sign-up"; readonly at: number; readonly who: number }
  | { readonly raid: "start" | "end"; readonly at: number }
  | {
      readonly raid: "attend";
      readonly at: number;
      readonly present: readonly number[];
      readonly bench: readonly number[];
      /** True for a list that was opened before another officer saved. */
      readonly isStale: boolean;
    }
  | {
      readonly raid: "award";
      readonly at: number;
      readonly points: number;
      readonly benchPct: number;
    };

interface Raid {
  readonly id: string;
  readonly startsAt: number;
  readonly isOfTeam: boolean;
  status: "planned" | "running" | "ended";
  endedAt: number | null;
  readonly coming: Set<PersonId>;
  readonly there: Map<PersonId, "present" | "bench">;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const ATTENDANCE_DAYS = [30, 60, 90, Number.POSITIVE_INFINITY];

/** The raids of a guild beside its ledger: who was there, what they got, and their attendance. */
export class RaidModel {
  readonly #model: Model;
  readonly #raids: Raid[] = [];
  /** The members of the only team. */
  readonly team = new Set<PersonId>();
  #teamId = "";

  constructor(model: Model) {
    this.#model = model;
  }

  async begin(ctx: GuildContext): Promise<void> {
    const personIds = this.#model.people.slice(0, 2);
    this.#teamId = (await service.addTeam(ctx, { name: "Mains", personIds })).id;
    for (const id of personIds) this.team.add(id);
  }

  async run(ctx: GuildContext, step: RaidStep, key: string): Promise<void> {
    if (step.raid === "plan") return await this.#plan(ctx, step);
    const raid = this.#raids[step.at % Math.max(1, this.#raids.length)];
    if (raid === undefined) return;
    switch (step.raid) {
      case "sign-up":
        return await this.#signUp(ctx, raid, this.#model.people[step.who]!);
      case "start":
        return await this.#start(ctx, raid);
      case "end":
        return await this.#end(ctx, raid);
      case "attend":
        return await this.#attend(ctx, raid, step);
      case "award":
        return await this.#award(ctx, raid, step, key);
    }
  }

  /** After two persons became one, or one became two: their nights go with them. */
  async readAgain(ctx: GuildContext): Promise<void> {
    for (const raid of this.#raids) {
      const { people } = await service.raid(ctx, raid.id);
      raid.coming.clear();
      raid.there.clear();
      for (const { personId, signup, presence } of people) {
        if (signup === "yes") raid.coming.add(personId);
        if (presence === "present" || presence === "bench") raid.there.set(personId, presence);
      }
    }
    this.team.clear();
    const teams = await service.raidTeamsOf(ctx);
    for (const { personId } of teams.flatMap(({ members }) => members)) this.team.add(personId);
  }

  /** The shares of all windows, by counting nights. */
  async check(ctx: GuildContext): Promise<void> {
    const now = nowOf(ctx);
    const tomorrow = momentAt(
      plusDays(clockIn(now, this.#model.zone).date, 1),
      0,
      this.#model.zone,
    );
    const ended = this.#raids.filter((one) => one.status === "ended" && one.startsAt < tomorrow);
    for (const row of await service.attendance(ctx)) {
      const counted = ended.filter(
        ({ isOfTeam, there }) =>
          !isOfTeam || this.team.has(row.personId) || there.has(row.personId),
      );
      const shares = ATTENDANCE_DAYS.map((days) => {
        const nights = counted.filter(({ startsAt }) => startsAt >= now - days * DAY_MS);
        const credit = nights.filter(({ there }) => there.has(row.personId)).length * 100;
        return nights.length === 0 ? null : Math.round(credit / nights.length);
      });
      expect([row.days30, row.days60, row.days90, row.all]).toEqual(shares);
    }
  }

  async #plan(ctx: GuildContext, step: RaidStep & { raid: "plan" }): Promise<void> {
    const startsAt = nowOf(ctx) + step.inHours * HOUR_MS;
    const teamId = step.isOfTeam ? this.#teamId : null;
    const { id } = await service.planRaid(ctx, { name: "Night", startsAt, minutes: 180, teamId });
    this.#raids.push({
      ...{ id, startsAt, isOfTeam: step.isOfTeam, status: "planned", endedAt: null },
      ...{ coming: new Set(), there: new Map() },
    });
  }

  async #signUp(ctx: GuildContext, raid: Raid, personId: PersonId): Promise<void> {
    const found = await outcome(() => service.signUp(ctx, raid.id, { status: "yes", personId }));
    if (raid.status === "ended") return expect(found).toBe("raids/over");
    if (this.#model.archived.has(personId)) return expect(found).toBe("roster/person-not-found");
    expect(found).toMatchObject({ id: raid.id });
    raid.coming.add(personId);
  }

  async #start(ctx: GuildContext, raid: Raid): Promise<void> {
    const found = await outcome(() => service.startRaid(ctx, raid.id));
    if (raid.status !== "planned") return expect(found).toBe("raids/not-planned");
    raid.status = "running";
    for (const id of raid.coming) {
      if (!this.#model.archived.has(id)) raid.there.set(id, "present");
    }
    this.#isThere(raid, found);
  }

  async #end(ctx: GuildContext, raid: Raid): Promise<void> {
    const found = await outcome(() => service.endRaid(ctx, raid.id));
    if (raid.status !== "running") return expect(found).toBe("raids/not-running");
    raid.status = "ended";
    raid.endedAt = nowOf(ctx);
    this.#isThere(raid, found);
  }

  /** Attendance in one act: who is not in the list was not there. */
  async #attend(ctx: GuildContext, raid: Raid, step: RaidStep & { raid: "attend" }): Promise<void> {
    const active = (all: readonly number[]) =>
      all.map((i) => this.#model.people[i]!).filter((id) => !this.#model.archived.has(id));
    const there = new Map<PersonId, "present" | "bench">([
      ...active(step.present).map((id) => [id, "present"] as const),
      ...active(step.bench).map((id) => [id, "bench"] as const),
    ]);
    const changes = [...there].map(([personId, presence]) => ({ personId, presence }));
    const { attendanceVersion } = await service.raid(ctx, raid.id);
    const version = step.isStale ? "an-older-version" : attendanceVersion;
    const found = await outcome(() =>
      service.setPresence(ctx, raid.id, changes, { mode: "replace", version }),
    );
    if (step.isStale) return expect(found).toBe("raids/attendance-changed");
    if (raid.status === "planned") return expect(found).toBe("raids/not-begun");
    raid.there.clear();
    for (const [id, presence] of there) raid.there.set(id, presence);
    this.#isThere(raid, found);
  }

  /** Points of a raid that is over count in its week, unless it ended a moment ago. */
  async #award(
    ctx: GuildContext,
    raid: Raid,
    step: RaidStep & { raid: "award" },
    key: string,
  ): Promise<void> {
    const { points, benchPct } = step;
    const give = (keyed: GuildContext) =>
      service.awardRaid(keyed, raid.id, { points, benchPct, reason: "Boss" });
    if (raid.status === "planned") {
      return expect(await outcome(() => give(ctx))).toBe("raids/not-begun");
    }
    const amounts = new Map(
      [...raid.there].flatMap(([id, presence]) => {
        const minor = presence === "bench" ? Math.round(points * benchPct) : points * 100;
        return minor === 0 || this.#model.archived.has(id) ? [] : [[id, minor] as const];
      }),
    );
    if (amounts.size === 0) {
      return expect(await outcome(() => give(ctx))).toBe("raids/nobody-there");
    }
    const now = nowOf(ctx);
    const { zone, rules } = this.#model;
    const { endedAt } = raid;
    const isNow =
      endedAt === null ||
      (now - endedAt < DAY_MS && endedAt >= weekAround(now, zone, rules.week).from);
    const made = { key, step: undefined };
    await this.#model.award(ctx, amounts, isNow ? undefined : endedAt, made, give);
  }

  #isThere(raid: Raid, found: service.RaidView | string): void {
    if (typeof found === "string") throw new Error(`The raid answered ${found}`);
    expect(found.status).toBe(raid.status);
    const there = found.people.filter(
      ({ presence }) => presence === "present" || presence === "bench",
    );
    expect(new Map(there.map(({ personId, presence }) => [personId, presence]))).toEqual(
      raid.there,
    );
  }
}
