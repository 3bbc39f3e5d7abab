import { z } from "@hono/zod-openapi";
import { lineField, linesField, nameField } from "../../http/text-fields.ts";
import { limits } from "../../limits.ts";
import { CLASS_IDS, RAID_ROLES } from "./classes.ts";

const name = nameField(limits.roster.nameCharsMax);
const realm = lineField(limits.roster.nameCharsMax);
const classId = z.enum(CLASS_IDS as [(typeof CLASS_IDS)[number]]);
const role = z.enum(RAID_ROLES);

export const newCharacter = z
  .strictObject({
    name,
    realm: realm.optional(),
    class: classId,
    spec: lineField(30).optional(),
    role: role.nullable().optional(),
  })
  .openapi("NewCharacter");

export const characterChange = newCharacter.partial().openapi("CharacterChange");

export const newPerson = z
  .strictObject({ name, character: newCharacter.optional() })
  .openapi("NewPerson");

export const personChange = z
  .strictObject({
    name: name.optional(),
    note: linesField(limits.roster.noteCharsMax).optional(),
    officerNote: linesField(limits.roster.noteCharsMax).optional(),
    memberSince: z.iso.date().nullable().optional().openapi({
      description: "The local date since which raids count. Null: the day the person was added.",
    }),
    isRaider: z.boolean().optional().openapi({
      description: "False for people who do not raid. Attendance leaves them out.",
    }),
  })
  .openapi("PersonChange");

export const rosterText = z.strictObject({ text: z.string().max(limits.roster.pasteCharsMax) });

/** An empty field of a filter form does not filter. */
const blankIsAbsent = (value: unknown) => (value === "" ? undefined : value);

export const rosterFilters = z.object({
  q: z.string().max(50).optional(),
  class: z.preprocess(blankIsAbsent, classId.optional()),
  role: z.preprocess(blankIsAbsent, role.optional()),
  status: z.enum(["active", "archived"]).optional(),
});

const characterJson = z
  .object({
    id: z.string(),
    name: z.string(),
    realm: z.string(),
    class: classId,
    spec: z.string(),
    role: role.nullable(),
    isMain: z.boolean(),
  })
  .openapi("Character");

export const personJson = z
  .object({
    id: z.string(),
    name: z.string(),
    status: z.enum(["active", "archived"]),
    isMember: z.boolean(),
    isExample: z.boolean(),
    note: z.string(),
    officerNote: z.string().optional(),
    memberSince: z.string().nullable(),
    isRaider: z.boolean(),
    characters: z.array(characterJson),
  })
  .openapi("Person");

export const previewLineJson = z
  .object({
    line: z.int(),
    text: z.string(),
    effect: z.enum(["new", "changed", "unchanged", "problem"]),
    problems: z.array(z.string()),
    person: z.string().optional(),
    character: z
      .object({
        name: z.string(),
        realm: z.string(),
        class: classId,
        spec: z.string(),
        role: role.nullable(),
        person: z.string().optional(),
        mainName: z.string().optional(),
        isMain: z.boolean().optional(),
      })
      .optional(),
  })
  .openapi("RosterLine");

export const importJson = z
  .object({ new: z.int(), changed: z.int(), unchanged: z.int(), problems: z.int() })
  .openapi("RosterImport");
