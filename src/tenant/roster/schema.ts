import { sql } from "drizzle-orm";
import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { CharacterId, PersonId, PersonJoinId, UserId } from "../../kernel/ids.ts";
import type { ClassId } from "./classes.ts";

export type PersonStatus = "active" | "archived";
export type RaidRole = "tank" | "healer" | "melee" | "ranged";

/** People of the guild. Points belong to the person, not to a character. */
export const persons = sqliteTable(
  "persons",
  {
    id: text().$type<PersonId>().primaryKey(),
    name: text().notNull(),
    nameKey: text("name_key").notNull(),
    userId: text("user_id").$type<UserId>().unique(),
    status: text().$type<PersonStatus>().notNull().default("active"),
    note: text().notNull().default(""),
    officerNote: text("officer_note").notNull().default(""),
    isExample: integer("is_example", { mode: "boolean" }).notNull().default(false),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
    /** The start of the day since which attendance counts; null for the day of `createdAt`. */
    memberSince: integer("member_since"),
    /** False for people who do not raid. Attendance leaves them out. */
    isRaider: integer("is_raider", { mode: "boolean" }).notNull().default(true),
  },
  (t) => [uniqueIndex("persons_by_name").on(t.nameKey), index("persons_by_status").on(t.status)],
);

/** Characters of a person: at most one main, and any number of alts. */
export const characters = sqliteTable(
  "characters",
  {
    id: text().$type<CharacterId>().primaryKey(),
    personId: text("person_id")
      .$type<PersonId>()
      .notNull()
      .references(() => persons.id),
    name: text().notNull(),
    nameKey: text("name_key").notNull(),
    realm: text().notNull().default(""),
    realmKey: text("realm_key").notNull().default(""),
    class: text().$type<ClassId>().notNull(),
    spec: text().notNull().default(""),
    role: text().$type<RaidRole>(),
    isMain: integer("is_main", { mode: "boolean" }).notNull(),
    createdAt: integer("created_at").notNull(),
  },
  (t) => [
    uniqueIndex("characters_by_name").on(t.nameKey, t.realmKey),
    uniqueIndex("characters_one_main").on(t.personId).where(sql`${t.isMain} = 1`),
    index("characters_by_person").on(t.personId),
  ],
);

/** `join`: everything of one person went to another. `move`: one character did. */
export type JoinKind = "join" | "move";

/**
 * Persons that became one, and characters that moved to another person. `changes` holds the rows as
 * they were before, so that the act can be undone. An undone act keeps its row.
 */
export const personJoins = sqliteTable(
  "person_joins",
  {
    id: text().$type<PersonJoinId>().primaryKey(),
    kind: text().$type<JoinKind>().notNull(),
    fromId: text("from_id")
      .$type<PersonId>()
      .notNull()
      .references(() => persons.id),
    intoId: text("into_id")
      .$type<PersonId>()
      .notNull()
      .references(() => persons.id),
    changes: text({ mode: "json" }).$type<Readonly<Record<string, unknown>>>().notNull(),
    at: integer().notNull(),
    byName: text("by_name").notNull(),
    undoneAt: integer("undone_at"),
    undoneBy: text("undone_by"),
  },
  (t) => [
    uniqueIndex("person_joins_once")
      .on(t.fromId)
      .where(sql`${t.undoneAt} is null and ${t.kind} = 'join'`),
    index("person_joins_by_target").on(t.intoId, t.at),
    index("person_joins_by_source").on(t.fromId),
    index("person_joins_by_time").on(t.at, t.id),
  ],
);

/** `asked`: the newcomer has not chosen. `chosen`: officers decide. */
export type ClaimState = "asked" | "chosen" | "confirmed" | "refused" | "new";

/** Which character of the roster a new member says is theirs. One row for each member. */
export const characterClaims = sqliteTable(
  "character_claims",
  {
    userId: text("user_id").$type<UserId>().primaryKey(),
    userName: text("user_name").notNull(),
    state: text().$type<ClaimState>().notNull(),
    characterId: text("character_id")
      .$type<CharacterId>()
      .references(() => characters.id, { onDelete: "set null" }),
    at: integer().notNull(),
    decidedAt: integer("decided_at"),
    decidedBy: text("decided_by"),
  },
  (t) => [
    index("character_claims_by_state").on(t.state, t.at),
    index("character_claims_by_character").on(t.characterId),
  ],
);
