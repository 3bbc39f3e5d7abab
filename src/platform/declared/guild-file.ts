import { z } from "@hono/zod-openapi";
import { linesField, nameField } from "../../http/text-fields.ts";
import { EDITION_NAMES, REGIONS } from "../../kernel/game/editions.ts";
import {
  inAreaOrder,
  PUBLIC_AREAS,
  VISITOR_AREAS,
  type VisitorArea,
} from "../../kernel/visitor-areas.ts";
import { limits } from "../../limits.ts";
import { emailAddress } from "../accounts/email.ts";
import { timeZone } from "../guilds/api.ts";
import { slugProblem } from "../guilds/slugs.ts";
import type { Guild } from "../store.ts";
import { TIERS } from "./tiers.ts";

const name = nameField(limits.guild.nameCharsMax);
const most = z.int().min(1).max(Number.MAX_SAFE_INTEGER);

/** Limits of this guild that replace those of its tier. */
const ownLimits = z.strictObject({
  members: most.optional(),
  keys: most.optional(),
  logBytes: most.optional(),
  databaseBytes: most.optional(),
});

const fileSettings = z
  .strictObject({
    timeZone: timeZone.optional(),
    description: linesField(limits.guild.descriptionCharsMax).optional(),
    contact: linesField(limits.guild.contactCharsMax).optional(),
    isPublic: z
      .boolean()
      .optional()
      .describe("Short for visitors: true for standings, roster and loot, false for none."),
    visitors: z
      .array(z.enum(VISITOR_AREAS))
      .optional()
      .describe(
        "What people who are no members see. Without any, the guild does not exist for them.",
      ),
  })
  .refine(({ isPublic, visitors }) => isPublic === undefined || visitors === undefined, {
    path: ["isPublic"],
    message: "Write visitors or isPublic, not both.",
  });

const placement = z.strictObject({
  host: z.enum(["file", "sqld", "turso"]).describe("Where the guild's database is."),
  dedicated: z
    .boolean()
    .optional()
    .describe("true for its own app processes in a namespace of its own. See provisioning/argocd."),
});

/** One guild file. `id` names every resource of the guild and never changes. */
export const guildFile = z.strictObject({
  id: z
    .string()
    .regex(
      /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
      "Write a UUID in lower case, such as 0198c0f2-1111-7000-8000-000000000001.",
    )
    .describe("Never changes. The name of every resource derives from it."),
  slug: z
    .string()
    .refine((slug) => slugProblem(slug) === undefined, {
      message: "Use 3 to 32 of a-z, 0-9 and single hyphens, and no reserved word.",
    })
    .describe("The guild's address. Changing it renames the guild."),
  name,
  edition: z.enum(EDITION_NAMES),
  realm: name,
  region: z.enum(REGIONS),
  faction: z.enum(["horde", "alliance", "none"]),
  owner: emailAddress.describe("The address of an account that exists."),
  tier: z.enum(TIERS),
  discordGuildId: z
    .string()
    .regex(/^[1-9]\d{16,19}$/, "Write the server's id in quotes: 17 to 20 digits.")
    .optional()
    .describe("In quotes. A number loses its last digits."),
  placement,
  limits: ownLimits.optional(),
  protected: z
    .boolean()
    .optional()
    .describe("true refuses delete, purge, prune and revert until the guild is unlocked."),
  settings: fileSettings.optional(),
});

/** What one file declares. */
export type GuildFile = z.infer<typeof guildFile>;

/** A file that was read, with its name. */
export interface DeclaredFile {
  /** Without its folder. */
  readonly file: string;
  readonly document: GuildFile;
}

/** The JSON Schema of guild files, for editors and other programs. */
export function guildFileSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(guildFile, { io: "input", unrepresentable: "any" });
  return {
    ...schema,
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "A guild of Guildhall",
    description: "One file per guild, for `guildhall declared`.",
  };
}

/** The values of all declarable fields, by the field's path in a file. Null stands for an absent value. */
export type Fields = Readonly<Record<FieldName, string | number | boolean | null>>;

/** Fields that every file has. */
const REQUIRED_FIELDS = [
  "slug",
  "name",
  "edition",
  "realm",
  "region",
  "faction",
  "owner",
  "tier",
  "placement.host",
] as const;

/** Fields that a file may leave out, and the value that a removed one gets. */
export const OPTIONAL_FIELDS = {
  discordGuildId: null,
  protected: false,
  "limits.members": null,
  "limits.keys": null,
  "limits.logBytes": null,
  "limits.databaseBytes": null,
  "settings.timeZone": "UTC",
  "settings.description": "",
  "settings.contact": "",
  "settings.visitors": "",
} as const;

export type FieldName = (typeof REQUIRED_FIELDS)[number] | keyof typeof OPTIONAL_FIELDS;
export const FIELD_NAMES: readonly FieldName[] = [
  ...REQUIRED_FIELDS,
  ...(Object.keys(OPTIONAL_FIELDS) as (keyof typeof OPTIONAL_FIELDS)[]),
];

/** The fields that a file names. Absent ones are missing. */
export function fieldsOf(document: GuildFile): Partial<Fields> {
  const named = Object.entries(allFields(document)).filter(([, value]) => value !== undefined);
  return Object.fromEntries(named);
}

/** All fields of a new guild. Those that its file leaves out have their defaults. */
export function wholeFields(document: GuildFile): Fields {
  const all = allFields(document);
  const absent = OPTIONAL_FIELDS;
  return {
    ...all,
    discordGuildId: all.discordGuildId ?? absent.discordGuildId,
    protected: all.protected ?? absent.protected,
    "limits.members": all["limits.members"] ?? null,
    "limits.keys": all["limits.keys"] ?? null,
    "limits.logBytes": all["limits.logBytes"] ?? null,
    "limits.databaseBytes": all["limits.databaseBytes"] ?? null,
    "settings.timeZone": all["settings.timeZone"] ?? absent["settings.timeZone"],
    "settings.description": all["settings.description"] ?? absent["settings.description"],
    "settings.contact": all["settings.contact"] ?? absent["settings.contact"],
    "settings.visitors": all["settings.visitors"] ?? absent["settings.visitors"],
  };
}

function allFields(document: GuildFile) {
  const { placement: place, limits: own = {}, settings = {} } = document;
  return {
    slug: document.slug,
    name: document.name,
    edition: document.edition,
    realm: document.realm,
    region: document.region,
    faction: document.faction,
    owner: document.owner,
    tier: document.tier,
    "placement.host": place.host,
    discordGuildId: document.discordGuildId,
    protected: document.protected,
    "limits.members": own.members,
    "limits.keys": own.keys,
    "limits.logBytes": own.logBytes,
    "limits.databaseBytes": own.databaseBytes,
    "settings.timeZone": settings.timeZone,
    "settings.description": settings.description,
    "settings.contact": settings.contact,
    "settings.visitors": visitorsOf(settings),
  };
}

function visitorsOf({ isPublic, visitors }: z.infer<typeof fileSettings>): string | undefined {
  if (visitors !== undefined) return visitorsText(visitors);
  if (isPublic === undefined) return undefined;
  return visitorsText(isPublic ? PUBLIC_AREAS : []);
}

/** The areas as the text of a field, such as "loot, logs". Their order and repetitions do not count. */
export function visitorsText(areas: readonly VisitorArea[]): string {
  return inAreaOrder(areas).join(", ");
}

/** The areas of the text of a field. */
export function areasOfText(text: string): readonly VisitorArea[] {
  const names = text.split(", ");
  return VISITOR_AREAS.filter((area) => names.includes(area));
}

/** The state of a guild on the platform, as far as files can declare it. */
export interface PresentGuild {
  readonly id: Guild["id"];
  readonly status: Guild["status"];
  readonly fields: Fields;
  /** What its file declared when it was last applied. Undefined if it never was. */
  readonly applied: DeclaredFile | undefined;
}
