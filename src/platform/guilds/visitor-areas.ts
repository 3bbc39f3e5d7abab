import { type SQL, type SQLWrapper, sql } from "drizzle-orm";
import { PUBLIC_AREAS, VISITOR_AREAS, type VisitorArea } from "../../kernel/visitor-areas.ts";
import type { GuildSettings } from "../schema.ts";

// The areas are in a guild's settings. The column `is_public` says whether all of `PUBLIC_AREAS` are open.
// An earlier release reads and writes only that column: it shows no area that is closed, and its change is
// noticed here because the column and the settings differ afterwards.

/** The areas of a stored guild that are open to visitors, in their own order. */
export function visitorAreasOf(row: {
  readonly isPublic: boolean;
  readonly settings: Pick<GuildSettings, "visitorAreas">;
}): readonly VisitorArea[] {
  const chosen = row.settings.visitorAreas;
  const areas = VISITOR_AREAS.filter((area) => chosen?.includes(area));
  if (chosen !== undefined && areAllPublic(areas) === row.isPublic) return areas;
  return row.isPublic ? PUBLIC_AREAS : [];
}

/** The columns of a guild whose visitors may see these areas. `settings` is the column before. */
export function visitorColumns(
  areas: readonly VisitorArea[],
  settings: SQLWrapper,
): { readonly isPublic: boolean; readonly settings: SQL<GuildSettings> } {
  return {
    isPublic: areAllPublic(areas),
    settings: sql`json_set(${settings}, '$.visitorAreas', json(${JSON.stringify(areas)}))`,
  };
}

/** Whether a release that knows no areas may show the guild as public. */
export function areAllPublic(areas: readonly VisitorArea[]): boolean {
  return PUBLIC_AREAS.every((area) => areas.includes(area));
}
