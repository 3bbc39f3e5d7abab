import { hashToken } from "../../kernel/tokens.ts";
import { visitorAreasOf } from "../guilds/visitor-areas.ts";
import type { OwnLimits } from "../schema.ts";
import type { PlatformStore } from "../store.ts";
import { type Fields, guildFile, type PresentGuild, visitorsText } from "./guild-file.ts";
import { declarableGuilds } from "./queries.ts";
import { tierOfPlan } from "./tiers.ts";

/** A guild as it is now. `updatedAt` is compared in the write that changes it. */
export interface StoredGuild extends PresentGuild {
  readonly updatedAt: number;
}

/** The limits of files and of the platform's column. */
export const LIMIT_KEYS = {
  "limits.members": "membersMax",
  "limits.keys": "keysMax",
  "limits.logBytes": "logBytesMax",
  "limits.databaseBytes": "databaseBytesMax",
} as const satisfies Readonly<Record<string, keyof OwnLimits>>;

/** All guilds of the platform, in the order of their ids. */
export async function presentGuilds(platform: PlatformStore): Promise<readonly StoredGuild[]> {
  return (await declarableGuilds.all(platform.db)).map((row) => ({
    id: row.id,
    status: row.status,
    updatedAt: row.updatedAt,
    fields: presentFields(row),
    applied: appliedOf(row),
  }));
}

/**
 * The hash of everything that files can declare. A plan names it, and is refused when it has changed.
 * The order of guilds does not depend on when they were read.
 */
export function basisOf(present: readonly PresentGuild[]): string {
  return hashToken(
    JSON.stringify(
      present.map(({ id, status, fields, applied }) => [
        id,
        status === "deleted" || status === "deleting",
        fields,
        applied?.document ?? null,
      ]),
    ),
  );
}

type Row = Awaited<ReturnType<typeof declarableGuilds.all>>[number];

function presentFields(row: Row): Fields {
  const own = row.ownLimits;
  return {
    slug: row.slug,
    name: row.name,
    edition: row.edition,
    realm: row.realm,
    region: row.region,
    faction: row.faction,
    owner: row.ownerEmail,
    tier: tierOf(row),
    "placement.host": row.host,
    discordGuildId: row.discordGuildId,
    protected: row.isProtected,
    "limits.members": own.membersMax ?? null,
    "limits.keys": own.keysMax ?? null,
    "limits.logBytes": own.logBytesMax ?? null,
    "limits.databaseBytes": own.databaseBytesMax ?? null,
    "settings.timeZone": row.timeZone,
    "settings.description": row.description,
    "settings.contact": row.contact,
    "settings.visitors": visitorsText(visitorAreasOf(row)),
  };
}

/** The tier that a declared file sets. It does not set a plan that the guild pays for. */
function tierOf({ grantedPlan, isPaid, plan }: Row) {
  if (grantedPlan !== null) return tierOfPlan(grantedPlan);
  return isPaid ? "free" : tierOfPlan(plan);
}

/** A document of a later release that this one cannot read counts as absent. */
function appliedOf({ file, document }: Row): PresentGuild["applied"] {
  if (file === null) return undefined;
  const read = guildFile.safeParse(document);
  return read.success ? { file, document: read.data } : undefined;
}
