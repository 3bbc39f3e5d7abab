import { legacyText, legacyTime } from "../../../kernel/legacy-values.ts";
import type { ImportRow } from "../document.ts";
import { shortHash } from "../formats/text.ts";
import { readCouncils } from "./councils.ts";
import { readAuctions, wishRows } from "./decisions.ts";
import {
  balanceRows,
  entryRows,
  epgpBalanceRows,
  epgpRows,
  type KindCounts,
  linkEntries,
} from "./entries.ts";
import { attendanceRows, readNights, signupRows } from "./nights.ts";
import { type LegacyPeople, readPeople } from "./people.ts";
import { type LegacySetting, readSettings } from "./settings.ts";
import { Left, type LegacyContext, type LegacyTables } from "./source.ts";
import { surveyTables, type UnknownParts } from "./tables.ts";

export const LEGACY_FORMAT = "legacy-dkp";
/** The tables that every version of the legacy system has. */
export const LEGACY_TABLES = ["users", "member_dkp", "dkp_transactions"] as const;

/** A legacy points database, read up to its rows. `left` and `kinds` are complete after the last row. */
export interface LegacyDocument {
  readonly edition: "old" | "new";
  readonly source: string;
  readonly snapshotAt: number;
  readonly people: LegacyPeople;
  readonly settings: readonly LegacySetting[];
  readonly unknown: UnknownParts;
  readonly left: Left;
  readonly kinds: KindCounts;
  readonly rows: AsyncGenerator<ImportRow>;
}

/**
 * Reads a legacy points database. Rows come one by one, in the order in which a guild's database stores
 * them, so that a large file does not fill the memory.
 */
export async function readLegacy(
  source: LegacyTables,
  context: LegacyContext,
): Promise<LegacyDocument> {
  const left = new Left();
  const unknown = surveyTables(source, left);
  const settings = await readSettings(source);
  const config = new Map(settings.map(({ key, value }) => [key, value]));
  const people = await readPeople(source, context, config, left);
  const facts = { left, kinds: {}, snapshotAt: await snapshotOf(source, context.nowMs) };
  return {
    edition: source.tables["users"]?.columns.includes("email") ? "new" : "old",
    source: await sourceOf(source),
    ...{ people, settings, unknown, ...facts },
    rows: rowsOf(source, context, people, facts),
  };
}

async function* rowsOf(
  source: LegacyTables,
  context: LegacyContext,
  people: LegacyPeople,
  facts: { readonly left: Left; readonly kinds: KindCounts; readonly snapshotAt: number },
): AsyncGenerator<ImportRow> {
  const { left, snapshotAt } = facts;
  const isUser = (id: number) => people.persons.has(id);
  const nights = await readNights(source, context, snapshotAt, left);
  yield* people.rows;
  yield* nights.rows;
  yield* attendanceRows(source, nights, isUser, left);
  yield* signupRows(source, nights, isUser, left);
  const links = await linkEntries(source, isUser);
  const { raids, raidOfReport } = nights;
  yield* entryRows(source, { ...facts, links, raidOfReport, isUser });
  yield* epgpRows(source, { isUser, left, snapshotAt });
  const auctions = await readAuctions(source, { links, snapshotAt, isUser, left });
  const councils = await readCouncils(source, { raids, snapshotAt, isUser, left });
  yield* auctions.auctions;
  yield* auctions.loot;
  yield* councils.loot;
  yield* councils.councils;
  yield* await wishRows(source, isUser, left);
  yield* await balanceRows(source, people.persons.keys(), left);
  yield* epgpBalanceRows(source, { isUser, left });
  yield* people.accountRows;
}

/** The latest time in the file. */
async function snapshotOf(source: LegacyTables, nowMs: number): Promise<number> {
  let latest = 0;
  const places = {
    dkp_transactions: ["created_at"],
    auctions: ["created_at", "ended_at"],
    auction_bids: ["created_at"],
    member_availability: ["updated_at"],
    users: ["created_at", "updated_at"],
  };
  for (const [table, columns] of Object.entries(places)) {
    for await (const row of source.rows(table, columns)) {
      for (const column of columns) {
        const at = legacyTime(row[column]) ?? 0;
        if (at > latest && at <= nowMs) latest = at;
      }
    }
  }
  return latest || nowMs;
}

/** How many of the oldest entries tell one database from another. */
const TELLING = 20;

/**
 * Names the database by its oldest members and entries. A later copy of the same database has the same
 * name, so that it adds only what is new. Ids alone name nothing: every file counts from 1.
 */
async function sourceOf(source: LegacyTables): Promise<string> {
  const telling: string[] = [];
  for (const [table, columns] of [
    ["users", ["id", "created_at"]],
    ["dkp_transactions", ["id", "user_id", "amount", "created_at"]],
  ] as const) {
    let count = 0;
    for await (const row of source.rows(table, columns)) {
      telling.push(columns.map((column) => legacyText(row[column])).join(" "));
      if (++count === TELLING) break;
    }
  }
  return `${LEGACY_FORMAT} ${shortHash(telling.join("\n"))}`;
}
