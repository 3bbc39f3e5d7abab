import { z } from "@hono/zod-openapi";
import { PERMISSIONS, ROLES } from "../../kernel/permissions.ts";
import { emailAddress } from "../auth/email.ts";

const line = (max: number) => z.string().trim().min(1).max(max);
const timeOfDay = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, "Use hours and minutes, like 20:00.");

export const timeZone = z
  .string()
  .max(64)
  .refine(isTimeZone, "Choose a time zone such as Europe/Madrid.");

export const newGuild = z
  .strictObject({
    name: line(48),
    realm: line(48),
    region: z.enum(["us", "eu", "kr", "tw", "cn"]),
    faction: z.enum(["alliance", "horde", "none"]).default("none"),
    slug: z.string().trim().toLowerCase().min(1).max(64).optional(),
  })
  .openapi("NewGuild");

/** A form sends every field: an empty one was left out. */
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
    overrides: z.partialRecord(z.enum(PERMISSIONS), z.boolean()).optional(),
  })
  .openapi("MemberChange");

export const ownership = z.strictObject({ userId: z.uuid() });

export const settingsChange = z
  .strictObject({
    name: line(48).optional(),
    slug: z.string().trim().toLowerCase().min(1).max(64).optional(),
    description: z.string().trim().max(2_000).optional(),
    contact: z.string().trim().max(200).optional(),
    isPublic: z.boolean().optional(),
    timeZone: timeZone.optional(),
    raidSchedule: z
      .strictObject({
        weekdays: z.array(z.int().min(1).max(7)).min(1).max(7),
        startsAt: timeOfDay,
        endsAt: timeOfDay,
      })
      .nullable()
      .optional(),
  })
  .openapi("SettingsChange");

/** The settings page sends its checkbox as `on` or not at all, and its days one by one. */
export const settingsForm = z.object({
  name: line(48),
  slug: z.string().trim().toLowerCase().min(1).max(64),
  description: z.string().trim().max(2_000),
  contact: z.string().trim().max(200),
  isPublic: z
    .literal("on")
    .optional()
    .transform((value) => value === "on"),
  timeZone,
});

export const guildJson = z
  .object({
    id: z.string(),
    slug: z.string(),
    name: z.string(),
    realm: z.string(),
    region: z.string(),
    faction: z.string(),
    plan: z.string(),
    isPublic: z.boolean(),
    description: z.string(),
    contact: z.string(),
    timeZone: z.string(),
    raidSchedule: z.unknown().nullable(),
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
  })
  .openapi("Member");

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

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
