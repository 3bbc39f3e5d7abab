import { z } from "@hono/zod-openapi";
import { linesField, nameField } from "../../http/text-fields.ts";
import { CHARGES, DIVISIONS, TINCTURES } from "../../kernel/crest.ts";
import { EDITION_NAMES } from "../../kernel/game/editions.ts";
import { GRANTABLE, PERMISSIONS, ROLES } from "../../kernel/permissions.ts";
import { isTimeZone } from "../../kernel/time-zone.ts";
import { VISITOR_AREAS } from "../../kernel/visitor-areas.ts";
import { limits } from "../../limits.ts";
import { emailAddress } from "../accounts/email.ts";

const crest = z
  .strictObject({
    division: z.enum(DIVISIONS),
    first: z.enum(TINCTURES).openapi({ description: "Also the accent of the guild's pages." }),
    second: z.enum(TINCTURES),
    charge: z.enum(CHARGES),
  })
  .openapi("Crest");
const name = nameField(limits.guild.nameCharsMax);
const slug = z.string().trim().toLowerCase().min(1).max(64);
const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "Enter a time, such as 20:00.");

export const timeZone = z
  .string()
  .max(64)
  .refine(isTimeZone, "Choose a time zone, such as Europe/Madrid.");

export const newGuild = z
  .strictObject({
    name,
    realm: name.openapi({ description: "An edition without realms does not use it." }),
    region: z.enum(["us", "eu", "kr", "tw", "cn"]),
    edition: z.enum(EDITION_NAMES).optional().openapi({
      description: "The edition of the game. Guilds of two editions may share a name.",
    }),
    faction: z.enum(["alliance", "horde", "none"]).default("none"),
    slug: slug.optional(),
  })
  .openapi("NewGuild");

/** Browsers send empty fields. An empty field counts as absent. */
const blankIsAbsent = (value: unknown) => (value === "" ? undefined : value);

export const newGuildForm = newGuild.extend({
  slug: z.preprocess(blankIsAbsent, newGuild.shape.slug),
});

const role = z.enum(ROLES);
const lowerRole = z.enum(["admin", "officer", "raider", "viewer"]);

export const newInvitation = z
  .strictObject({
    role: lowerRole.default("raider"),
    email: emailAddress.optional(),
    usesMax: z.coerce.number().int().min(1).max(500).default(50),
    expiresInDays: z.coerce.number().int().min(1).max(30).default(7),
  })
  .openapi("NewInvitation");

export const newInvitationForm = newInvitation.extend({
  email: z.preprocess(blankIsAbsent, newInvitation.shape.email),
});

export const memberChange = z
  .strictObject({
    role: lowerRole.optional(),
    overrides: z.partialRecord(z.enum(GRANTABLE), z.boolean()).optional(),
  })
  .openapi("MemberChange");

export const ownership = z.strictObject({ userId: z.uuid() });

const visitorAreas = z
  .array(z.enum(VISITOR_AREAS))
  .max(VISITOR_AREAS.length)
  .openapi({
    description:
      "What people who are no members see. Everything else looks missing to them, and the guild does not " +
      "exist for them without an open area. `loot` includes prices, `raids` attendance, `logs` reports and " +
      "fights, `progress` bosses with their pulls.",
  });

/** The settings of a guild that its admins may change. */
export const settingsFields = z.strictObject({
  name: name.optional(),
  slug: slug.optional(),
  faction: z.enum(["alliance", "horde", "none"]).optional(),
  description: linesField(limits.guild.descriptionCharsMax).optional(),
  contact: linesField(limits.guild.contactCharsMax).optional(),
  isPublic: z
    .boolean()
    .optional()
    .openapi({
      description:
        "Short for areas: true opens `standings`, `roster` and `loot` besides what is open, false closes " +
        "all. `visitorAreas` replaces it.",
    }),
  visitorAreas: visitorAreas.optional(),
  timeZone: timeZone.optional(),
  raidSchedule: z
    .strictObject({
      weekdays: z.array(z.int().min(1).max(7)).min(1).max(7),
      startsAt: timeOfDay,
      endsAt: timeOfDay,
    })
    .nullable()
    .optional(),
  crest: crest.optional(),
});

export const settingsChange = settingsFields
  .refine(({ isPublic, visitorAreas: areas }) => isPublic === undefined || areas === undefined, {
    path: ["isPublic"],
    message: "Send visitorAreas or isPublic, not both.",
  })
  .openapi("SettingsChange");

export const crestForm = crest;

export const settingsForm = z.object({
  name,
  slug,
  faction: z.enum(["alliance", "horde", "none"]),
  description: linesField(limits.guild.descriptionCharsMax),
  contact: linesField(limits.guild.contactCharsMax),
  timeZone,
});

/** A box without a tick sends nothing. */
export const visitorsForm = z.object({ visitorAreas: visitorAreas.default([]) });

export const guildJson = z
  .object({
    id: z.string(),
    slug: z.string(),
    name: z.string(),
    realm: z.string(),
    region: z.string(),
    edition: z.enum(EDITION_NAMES),
    faction: z.string(),
    plan: z.string(),
    isPublic: z.boolean().openapi({ description: "Whether any area is open to visitors." }),
    visitorAreas: visitorAreas.readonly(),
    description: z.string(),
    contact: z.string(),
    timeZone: z.string(),
    raidSchedule: z.unknown().nullable(),
    crest,
    createdAt: z.int(),
    role: role.nullable(),
    permissions: z.array(z.enum(PERMISSIONS)),
  })
  .openapi("Guild");

export const guildOfMineJson = z.object({
  id: z.string(),
  slug: z.string(),
  name: z.string(),
  realm: z.string(),
  region: z.string(),
  status: z.string(),
  role,
  crest,
});

export const foundedJson = z
  .object({ id: z.string(), slug: z.string(), status: z.enum(["creating", "ready"]) })
  .openapi("FoundedGuild");

export const progressJson = z
  .object({
    guildId: z.string(),
    slug: z.string(),
    status: z.string(),
    reason: z.string().nullable(),
    steps: z.array(
      z.object({ step: z.string(), state: z.enum(["done", "now", "waiting", "failed"]) }),
    ),
  })
  .openapi("Progress");

export const memberJson = z
  .object({
    userId: z.string(),
    name: z.string(),
    role,
    overrides: z.partialRecord(z.enum(PERMISSIONS), z.boolean()),
    joinedAt: z.int(),
    roleBy: z
      .string()
      .nullable()
      .openapi({ description: "The person who gave the role. Null for founders." }),
    roleAt: z.int().nullable(),
  })
  .openapi("Member");

export const offboardedJson = z.object({
  revokedKeys: z
    .array(z.object({ id: z.string(), name: z.string() }))
    .readonly()
    .openapi({ description: "API keys of the member that ended with this." }),
});

export const invitationJson = z
  .object({
    id: z.string(),
    role,
    email: z.string().nullable(),
    uses: z.int(),
    usesMax: z.int(),
    createdAt: z.int(),
    expiresAt: z.int(),
  })
  .openapi("Invitation");
