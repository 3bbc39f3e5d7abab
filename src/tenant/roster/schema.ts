import { sql } from "drizzle-orm";
import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { CharacterId, PersonId, UserId } from "../../kernel/ids.ts";
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
