import { memberLabel } from "../matching/names.ts";
import type { DiscordMember } from "../matching/world.ts";
import type { Draft, Picture } from "./check.ts";
import type { DiscordRole } from "./state.ts";

/** Ranks of the game compared with roles on Discord. */
export function roleIssues(picture: Picture): readonly Draft[] {
  return [...mapIssues(picture), ...memberIssues(picture)];
}

function mapIssues({ ranks }: Picture): readonly Draft[] {
  return [...ranks].flatMap(([rank, found]): Draft[] => {
    if (found.kind === "role") return [];
    const role = found.wanted;
    if (found.kind === "missing") {
      return [
        {
          type: "mapped_role_missing",
          subject: String(rank),
          details: { rank, role },
          expected: role,
        },
      ];
    }
    const roleIds = found.roles.map(({ id }) => id).sort();
    const type = "mapped_role_ambiguous";
    const states = { expected: role, actual: roleIds.join(" ") };
    return [{ type, subject: String(rank), details: { rank, role, roleIds }, ...states }];
  });
}

/** The mapped roles, each with the lowest number of a rank that asks for it: the smaller, the higher. */
function mappedRoles({
  ranks,
}: Picture): ReadonlyMap<string, { role: DiscordRole; ranks: number[] }> {
  const found = new Map<string, { role: DiscordRole; ranks: number[] }>();
  for (const [rank, one] of ranks) {
    if (one.kind !== "role") continue;
    const known = found.get(one.role.id);
    if (known) known.ranks.push(rank);
    else found.set(one.role.id, { role: one.role, ranks: [rank] });
  }
  return found;
}

function memberIssues(picture: Picture): readonly Draft[] {
  const mapped = mappedRoles(picture);
  const held = new Set(picture.people.flatMap((one) => one.roleIds));
  const found = [...mapped].flatMap(([roleId, { role, ranks }]): Draft[] => {
    if (held.has(roleId)) return [];
    const details = { roleId, role: role.name, ranks };
    return [{ type: "mapped_role_unheld", subject: roleId, details }];
  });
  if (mapped.size === 0) return found;
  for (const member of picture.people) {
    const best = bestRank(picture, member);
    if (best === undefined) continue;
    const wanted = picture.ranks.get(best.rank ?? -1);
    const expected = wanted?.kind === "role" ? wanted.role : undefined;
    // The role is new: one note says that no account has it yet.
    if (expected && !held.has(expected.id)) continue;
    const has = highestRole(member, mapped);
    const who = { discordId: member.id, name: memberLabel(member) };
    if (has === undefined) {
      const details = { ...who, ingame: expected?.name ?? null };
      found.push({ type: "no_guild_role", subject: member.id, details });
    } else if (expected && has.id !== expected.id) {
      const details = { ...who, ingame: expected.name, has: has.name, rank: best.rank! };
      const states = { expected: expected.id, actual: has.id };
      found.push({ type: "role_mismatch", subject: member.id, details, ...states });
    }
  }
  return found;
}

/** The best rank of the member's characters in the guild. Undefined without such a character. */
function bestRank(picture: Picture, member: DiscordMember): { rank: number | null } | undefined {
  const person = picture.personOfMember(member.id);
  const characters = person === undefined ? [] : picture.charactersOf(person);
  const here = characters.filter((one) => one.isPresent);
  if (here.length === 0) return undefined;
  const known = here.map((one) => one.rank).filter((rank) => rank !== null);
  return { rank: known.length > 0 ? Math.min(...known) : null };
}

function highestRole(
  member: DiscordMember,
  mapped: ReadonlyMap<string, { role: DiscordRole; ranks: number[] }>,
): DiscordRole | undefined {
  const own = member.roleIds.flatMap((id) => mapped.get(id) ?? []);
  return own.sort((a, b) => Math.min(...a.ranks) - Math.min(...b.ranks))[0]?.role;
}
