import type { GuildId } from "../../kernel/ids.ts";
import { limits } from "../../limits.ts";
import type { PlatformStore } from "../store.ts";
import type { DeclaredFile, FieldName, Fields } from "./guild-file.ts";
import { presentGuilds } from "./present.ts";
import { changesOfGuild } from "./queries.ts";
import { differences } from "./rules.ts";

/** One field that is not as its file says, and who set it last. */
interface Drift {
  readonly field: FieldName;
  readonly from: Fields[FieldName];
  readonly to: Fields[FieldName];
  /** Null when the audit log does not say. */
  readonly by: string | null;
  readonly at: number | null;
}

/** How a guild compares with the files. `missing`: a file declares it, and it does not exist yet. */
export interface GuildState {
  readonly id: string;
  readonly slug: string;
  readonly state: "in step" | "drifted" | "unmanaged" | "missing";
  readonly drift: readonly Drift[];
}

/** The state of every guild that has a file or exists, by slug. */
export async function guildStates(
  platform: PlatformStore,
  files: readonly DeclaredFile[],
): Promise<readonly GuildState[]> {
  const changes = Map.groupBy(differences(files, await presentGuilds(platform)), ({ id }) => id);
  const states: GuildState[] = [];
  for (const { document } of files) {
    const { id, slug } = document;
    const [first, ...others] = changes.get(id) ?? [];
    if (first === undefined) states.push({ id, slug, state: "in step", drift: [] });
    else if (first.action === "create") states.push({ id, slug, state: "missing", drift: [] });
    else {
      const drift = await authored(platform, id as GuildId, [first, ...others]);
      states.push({ id, slug: first.slug, state: "drifted", drift });
    }
  }
  for (const [id, [first]] of changes) {
    if (first?.action !== "unmanaged") continue;
    states.push({ id, slug: first.slug, state: "unmanaged", drift: [] });
  }
  return states.sort((a, b) => (a.slug < b.slug ? -1 : 1));
}

type Differing = readonly {
  readonly field: FieldName | null;
  readonly from: Fields[FieldName];
  readonly to: Fields[FieldName];
}[];

/** Adds the author and the time from the audit log. */
async function authored(
  platform: PlatformStore,
  id: GuildId,
  changes: Differing,
): Promise<readonly Drift[]> {
  const limit = limits.declared.auditRowsMax;
  const rows = await changesOfGuild.all(platform.db, { id, limit });
  return changes.flatMap(({ field, from, to }) => {
    if (field === null) return [];
    const row = rows.find(({ action, after }) => sets(field, action, after));
    const by = row ? (row.name ?? `${row.actorType} ${row.actorId}`.trim()) : null;
    return [{ field, from, to, by, at: row?.at ?? null }];
  });
}

/** Actions of the audit log that set one field, whatever their details are called. */
const ACTIONS: Readonly<Record<string, FieldName>> = {
  "guild.transfer": "owner",
  "plan.grant": "tier",
  "plan.revoke": "tier",
  "plan.end": "tier",
  "guild.move": "placement.host",
  "guild.protect": "protected",
  "guild.unprotect": "protected",
};

/** Whether an audit row set a field. */
function sets(field: FieldName, action: string, after: unknown): boolean {
  if (ACTIONS[action] === field) return true;
  if (!["guild.change", "guild.declare"].includes(action)) return false;
  if (typeof after !== "object" || after === null) return false;
  const name = field === "settings.visitors" ? "visitorAreas" : field.replace("settings.", "");
  return field in after || name in after;
}
