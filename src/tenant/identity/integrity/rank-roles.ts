import { foldName } from "../../../kernel/names.ts";
import type { DiscordRole, IntegritySettings } from "./state.ts";

export type RankRole =
  | { readonly kind: "role"; readonly role: DiscordRole }
  | { readonly kind: "missing"; readonly wanted: string }
  | { readonly kind: "ambiguous"; readonly wanted: string; readonly roles: readonly DiscordRole[] };

/**
 * The role that each rank asks for, by the rank's number: the mapped one, else the one of the named
 * exceptions, else the one of the rank's own name. A rank that no setting mentions and whose name no
 * role has asks for nothing.
 */
export function rankRoles(
  {
    rankToRole,
    rankNames,
    exceptions,
  }: Pick<IntegritySettings, "rankToRole" | "rankNames" | "exceptions">,
  roles: readonly DiscordRole[],
): ReadonlyMap<number, RankRole> {
  const byException = new Map(
    Object.entries(exceptions).map(([rankName, role]) => [foldName(rankName), role]),
  );
  const found = new Map<number, RankRole>();
  const ranks = new Set([...Object.keys(rankToRole), ...Object.keys(rankNames)].map(Number));
  for (const rank of [...ranks].sort((a, b) => a - b)) {
    const rankName = rankNames[rank];
    const mapped =
      rankToRole[rank] ??
      (rankName === undefined ? undefined : byException.get(foldName(rankName)));
    const wanted = mapped ?? rankName;
    if (wanted === undefined || wanted === "") continue;
    const role = roleOf(wanted, roles);
    if (role.kind === "missing" && mapped === undefined) continue;
    found.set(rank, role);
  }
  return found;
}

/** A role by its id, else by its name as it is written, else by its name in any case. */
function roleOf(wanted: string, roles: readonly DiscordRole[]): RankRole {
  const tests = [
    (role: DiscordRole) => role.id === wanted,
    (role: DiscordRole) => role.name === wanted,
    (role: DiscordRole) => foldName(role.name) === foldName(wanted),
  ];
  for (const test of tests) {
    const found = roles.filter(test);
    if (found.length === 1) return { kind: "role", role: found[0]! };
    if (found.length > 1) return { kind: "ambiguous", wanted, roles: found };
  }
  return { kind: "missing", wanted };
}

/** The ids of all roles that mean membership of the guild, for `World.guildRoleIds`. */
export function guildRoleIds(ranks: ReadonlyMap<number, RankRole>): ReadonlySet<string> {
  return new Set([...ranks.values()].flatMap((one) => (one.kind === "role" ? [one.role.id] : [])));
}
