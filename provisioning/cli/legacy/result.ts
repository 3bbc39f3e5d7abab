import { limits } from "../../../src/limits.ts";
import type { GuildContext } from "../../../src/tenant/context.ts";
import type { ImportRowKind } from "../../../src/tenant/imports/document.ts";
import type { LegacyDocument } from "../../../src/tenant/imports/legacy/index.ts";
import type { LeftBehind } from "../../../src/tenant/imports/legacy/source.ts";
import type { ImportCounts } from "../../../src/tenant/imports/report.ts";
import { type Batch, importRowsOf } from "../../../src/tenant/imports/service.ts";
import { plural, table } from "../output.ts";
import type { AccountResult } from "./accounts.ts";

interface LegacyOutcome {
  readonly batch: Batch;
  /** The verdicts of the file's rows in this run. */
  readonly counts: ImportCounts;
  readonly document: LegacyDocument;
  readonly accounts: AccountResult;
  /** An earlier run has imported all of the file. */
  readonly isKnown: boolean;
}

/** The kinds of rows by their names in the output. */
const KINDS = {
  persons: "person",
  characters: "character",
  entries: "entry",
  auctions: "auction",
  loot: "loot",
  raids: "raid",
  attendance: "attendance",
  signups: "signup",
  wishes: "wish",
  councils: "council",
} as const satisfies Record<string, ImportRowKind>;

/** What a legacy import did: the JSON of the command. */
export async function legacyResult(ctx: GuildContext, outcome: LegacyOutcome) {
  const { batch, document, accounts, isKnown } = outcome;
  const made = isKnown ? 0 : accounts.total;
  const known = isKnown ? accounts.total : 0;
  const conflicts = await leftRows(ctx, outcome.counts, batch.id);
  const notImported: readonly LeftBehind[] = [
    ...document.left.list,
    ...document.settings
      .filter(({ problem }) => problem !== null)
      .map(({ key, problem }) => ({ what: `setting ${key}`, count: 1, why: problem! })),
    ...conflicts,
  ];
  return {
    batchId: batch.id,
    guild: ctx.guild.slug,
    counts: { accounts: made, memberships: made, ...countsOf(outcome.counts, "new", "changed") },
    alreadyKnown: { accounts: known, memberships: known, ...countsOf(outcome.counts, "unchanged") },
    balances: await balancesOf(ctx, batch, "pt"),
    epgp: await epgpOf(ctx, batch),
    invitations: accounts.invited,
    settings: document.settings,
    unknown: document.unknown,
    notImported,
    isIncomplete: document.left.isIncomplete || conflicts.length > 0,
  };
}

type Verdict = "new" | "changed" | "unchanged" | "conflicting" | "unassignable";

function countsOf(counts: ImportCounts, ...verdicts: readonly Verdict[]) {
  const sum = (kind: ImportRowKind) =>
    verdicts.reduce((total, verdict) => total + (counts[kind]?.[verdict] ?? 0), 0);
  return {
    ...{ persons: sum(KINDS.persons), characters: sum(KINDS.characters) },
    ...{ entries: sum(KINDS.entries), auctions: sum(KINDS.auctions), loot: sum(KINDS.loot) },
    ...{ raids: sum(KINDS.raids), attendance: sum(KINDS.attendance) },
    ...{ signups: sum(KINDS.signups), wishes: sum(KINDS.wishes), councils: sum(KINDS.councils) },
  };
}

/** Rows that do not fit the guild, by kind and reason. */
async function leftRows(
  ctx: GuildContext,
  counts: ImportCounts,
  id: string,
): Promise<readonly LeftBehind[]> {
  const reasons = new Map<string, { what: string; count: number; why: string }>();
  for (const verdict of ["conflicting", "unassignable"] as const) {
    const total = Object.values(counts).reduce((sum, of) => sum + (of[verdict] ?? 0), 0);
    if (total === 0) continue;
    let cursor: string | undefined;
    do {
      const query = { limit: limits.imports.listedMax, verdict, cursor };
      const page = await importRowsOf(ctx, id, query);
      for (const { kind, reason } of page.items) {
        const key = `${kind} ${reason}`;
        const found = reasons.get(key) ?? { what: kind, count: 0, why: `${verdict}: ${reason}` };
        found.count++;
        reasons.set(key, found);
      }
      cursor = page.next;
    } while (cursor !== undefined);
  }
  return [...reasons.values()];
}

const DIFFERENT = "the balance in the file is not the sum of its entries";

async function balancesOf(ctx: GuildContext, batch: Batch, unit: string) {
  const users = await usersOf(ctx, batch);
  return (batch.report?.persons ?? [])
    .filter((one) => one.unit === unit)
    .map(({ person, personId, balance, correction }) => ({
      person,
      legacyUserId: users.get(personId ?? "") ?? null,
      points: Number(balance),
      corrected: Number(correction),
      why: correction === "0" ? null : DIFFERENT,
    }))
    .toSorted((a, b) => (a.legacyUserId ?? 0) - (b.legacyUserId ?? 0));
}

async function epgpOf(ctx: GuildContext, batch: Batch) {
  const effort = await balancesOf(ctx, batch, "ep");
  const gear = await balancesOf(ctx, batch, "gp");
  return effort.map(({ person, legacyUserId, points, corrected }) => {
    const gp = gear.find((one) => one.legacyUserId === legacyUserId);
    const correctedGp = gp?.corrected ?? 0;
    return {
      person,
      legacyUserId,
      ep: points,
      gp: gp?.points ?? 0,
      correctedEp: corrected,
      correctedGp,
    };
  });
}

/** The legacy ids of the guild's persons. */
async function usersOf(ctx: GuildContext, batch: Batch): Promise<ReadonlyMap<string, number>> {
  const users = new Map<string, number>();
  let cursor: string | undefined;
  do {
    const query = { limit: limits.imports.listedMax, kind: "person", cursor } as const;
    const page = await importRowsOf(ctx, batch.id, query);
    for (const { key, targetId } of page.items) {
      if (targetId !== null) users.set(targetId, Number(key.slice("user:".length)));
    }
    cursor = page.next;
  } while (cursor !== undefined);
  return users;
}

type Result = Awaited<ReturnType<typeof legacyResult>> & { readonly dryRun: boolean };

/** What a legacy import did, for people. */
export function legacyText(found: Result): string {
  const { counts, alreadyKnown } = found;
  const rows = Object.keys(counts).map((name) => {
    const kind = name as keyof typeof counts;
    return [name, String(counts[kind]), String(alreadyKnown[kind])];
  });
  const corrected = found.balances.filter((one) => one.corrected !== 0);
  return [
    table(["what", "imported", "known already"], rows),
    ...corrected.map(
      (one) => `Corrected: ${one.person} by ${one.corrected} to the balance of ${one.points}`,
    ),
    ...found.settings
      .filter(({ problem }) => problem === null)
      .map(({ key, value, mapsTo }) => `Setting: ${key} = ${value}: ${mapsTo}`),
    ...found.invitations.map(
      ({ person, role, why }) =>
        `Invite: ${person} as ${role === "raider" ? "a raider" : `an ${role}`}: ${why}`,
    ),
    ...found.notImported.map(
      ({ what, count, why }) => `Left out: ${what} (${plural(count, "row")}): ${why}`,
    ),
    found.dryRun
      ? "Nothing was changed. Repeat the command with --yes to import."
      : `Imported as ${found.batchId} into ${found.guild}.`,
  ].join("\n");
}
