import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { compareIds } from "../matching/directory.ts";
import { memberLabel } from "../matching/names.ts";
import { Run } from "../matching/run.ts";
import type { DiscordMember } from "../matching/world.ts";
import {
  type FoundIssue,
  ISSUE_KINDS,
  ISSUE_TYPES,
  type IssueDetails,
  type IssueType,
} from "./kinds.ts";
import { noteIssues } from "./note-issues.ts";
import { guildRoleIds, type RankRole, rankRoles } from "./rank-roles.ts";
import { roleIssues } from "./role-issues.ts";
import { sourceIssues } from "./source-issues.ts";
import type { IdentityState, IntegritySettings, KnownCharacter } from "./state.ts";

/** What every check reads: the state, and whose everything is. */
export interface Picture {
  readonly state: IdentityState;
  readonly settings: IntegritySettings;
  readonly now: number;
  readonly run: Run;
  readonly ranks: ReadonlyMap<number, RankRole>;
  readonly roleIds: ReadonlySet<string>;
  readonly people: readonly DiscordMember[];
  readonly charactersOf: (personId: string) => readonly KnownCharacter[];
  readonly personOfMember: (discordId: string) => string | undefined;
}

/** An issue before it has its severity and its fingerprint. */
export type Draft = {
  [T in IssueType]: {
    readonly type: T;
    readonly subject: string;
    readonly details: IssueDetails<T>;
    /** What should be, and what is: with type and subject, the identity of the issue. */
    readonly expected?: string;
    readonly actual?: string;
  };
}[IssueType];

/**
 * Every issue that holds now, in the order of types and subjects. `now` in milliseconds since 1970.
 * Each issue has its evidence in its details; the next check without its cause no longer finds it.
 */
export function findIssues(
  state: IdentityState,
  settings: IntegritySettings,
  now: number,
): readonly FoundIssue[] {
  const picture = pictureOf(state, settings, now);
  const checks = [
    orphans,
    roleIssues,
    staleCharacters,
    matchIssues,
    noteIssues,
    contestedProofs,
    accountIssues,
    sourceIssues,
  ];
  const found = new Map<string, FoundIssue>();
  for (const draft of checks.flatMap((check) => check(picture))) {
    const issue = issueOf(draft);
    found.set(issue.fingerprint, issue);
  }
  const place = new Map(ISSUE_TYPES.map((type, index) => [type, index]));
  return [...found.values()].sort(
    (a, b) =>
      place.get(a.type)! - place.get(b.type)! ||
      compareIds(a.subject, b.subject) ||
      compareIds(a.fingerprint, b.fingerprint),
  );
}

/** The fingerprint of an issue: 64 hexadecimal digits. */
export function fingerprintOf(
  draft: Pick<Draft, "type" | "subject" | "expected" | "actual">,
): string {
  const parts = [draft.type, draft.subject, draft.expected ?? "", draft.actual ?? ""];
  return bytesToHex(sha256(utf8ToBytes(JSON.stringify(parts))));
}

function issueOf(draft: Draft): FoundIssue {
  const { type, subject, details } = draft;
  const { severity } = ISSUE_KINDS[type];
  // The draft's union already holds type and details together.
  return { type, severity, subject, details, fingerprint: fingerprintOf(draft) } as FoundIssue;
}

function pictureOf(state: IdentityState, settings: IntegritySettings, now: number): Picture {
  const ranks = rankRoles(settings, state.roles);
  const roleIds = guildRoleIds(ranks);
  const run = new Run({ ...state, guildRoleIds: roleIds });
  const byPerson = Map.groupBy(
    state.characters.filter((one) => run.owners.ofCharacter(one.id)),
    (one) => run.owners.ofCharacter(one.id)!.key,
  );
  return {
    state,
    settings,
    now,
    run,
    ranks,
    roleIds,
    people: run.directory.members.filter((one) => one.isPresent && !one.isBot),
    charactersOf: (key) => byPerson.get(key) ?? [],
    personOfMember: (discordId) => run.owners.ofMember(discordId)?.key,
  };
}

/** Has a member a role of the guild? Without mapped roles, all members count. */
function hasGuildRole({ roleIds }: Picture, member: DiscordMember): boolean {
  return roleIds.size === 0 || member.roleIds.some((id) => roleIds.has(id));
}

function orphans(picture: Picture): readonly Draft[] {
  const { state, run } = picture;
  const found: Draft[] = [];
  for (const { id, name, rank, isPresent } of state.characters) {
    const owner = run.owners.ofCharacter(id);
    if (!isPresent || (owner && run.owners.discordsOf(owner.key).size > 0)) continue;
    found.push({ type: "orphan_wow", subject: id, details: { characterId: id, name, rank } });
  }
  for (const member of picture.people) {
    if (!hasGuildRole(picture, member)) continue;
    const person = picture.personOfMember(member.id);
    const characters = person === undefined ? [] : picture.charactersOf(person);
    const details = { discordId: member.id, name: memberLabel(member) };
    if (characters.length === 0) {
      found.push({ type: "orphan_discord", subject: member.id, details });
    } else if (characters.every((one) => !one.isPresent)) {
      const names = characters.map((one) => one.name).sort(compareIds);
      found.push({
        type: "member_without_active_character",
        subject: member.id,
        details: { ...details, characters: names },
      });
    }
  }
  return found;
}

const DAY_HOURS = 24;
const HOUR_MS = 3_600_000;

/** Judged at the time of the answer: a profile that was not read lately says nothing about today. */
function staleCharacters({ state, settings, now }: Picture): readonly Draft[] {
  return state.characters.flatMap(
    ({ id, name, isPresent, lastLoginAt, lastLoginSeenAt }): Draft[] => {
      if (!isPresent || lastLoginAt === null || settings.staleDays <= 0) return [];
      const awayMs = Math.min(lastLoginSeenAt ?? now, now) - lastLoginAt;
      if (awayMs < settings.staleDays * DAY_HOURS * HOUR_MS) return [];
      const details = { characterId: id, name, lastLoginAt };
      return [{ type: "stale_character", subject: id, details, actual: String(lastLoginAt) }];
    },
  );
}

function matchIssues({ state, run }: Picture): readonly Draft[] {
  const nameOf = (id: string) => run.directory.character(id)?.name ?? id;
  const suggestions = state.matched.suggestions.map(
    ({ characterId, discordId, similarity }): Draft => {
      const member = run.directory.member(discordId);
      return {
        type: "link_suggestion",
        subject: `${characterId} ${discordId}`,
        details: {
          characterId,
          discordId,
          name: nameOf(characterId),
          member: member ? memberLabel(member) : discordId,
          similarity: Math.round(similarity * 1_000) / 1_000,
        },
      };
    },
  );
  const cycles = state.matched.cycles.map(
    (ids): Draft => ({
      type: "note_cycle",
      subject: ids.join(" "),
      details: { characterIds: [...ids], names: ids.map(nameOf) },
    }),
  );
  return [...suggestions, ...cycles];
}

function contestedProofs({ state, run }: Picture): readonly Draft[] {
  return (state.contests ?? []).flatMap(({ characterId, userId, member }): Draft[] => {
    const character = run.directory.character(characterId);
    const owner = run.owners.ofCharacter(characterId);
    if (character === undefined || owner === undefined || !("id" in owner.person)) return [];
    const { id: personId } = owner.person;
    const person = state.personNames?.get(personId) ?? personId;
    return [
      {
        type: "proof_contested",
        subject: characterId,
        details: { characterId, name: character.name, member, person },
        expected: userId,
        actual: personId,
      },
    ];
  });
}

function accountIssues(picture: Picture): readonly Draft[] {
  const { state, run } = picture;
  const found: Draft[] = [];
  const label = (id: string) => {
    const member = run.directory.member(id);
    return member ? memberLabel(member) : id;
  };
  const accounts = state.links.filter((one) => one.kind === "discord");
  for (const [personId, own] of Map.groupBy(accounts, (one) => one.personId)) {
    const here = own.filter((one) => run.directory.member(one.subject)?.isPresent === true);
    const discordIds = [...new Set(here.map((one) => one.subject))].sort(compareIds);
    const isShared = discordIds.some((id) =>
      accounts.some((one) => one.subject === id && one.personId !== personId),
    );
    if (discordIds.length > 1 || isShared) {
      const details = { personId, discordIds, names: discordIds.map(label) };
      const actual = discordIds.join(" ");
      found.push({ type: "duplicate_discord_link", subject: personId, details, actual });
    }
    const names = picture
      .charactersOf(`id ${personId}`)
      .filter((one) => one.isPresent)
      .map((one) => one.name)
      .sort(compareIds);
    if (here.length > 0 || names.length === 0) continue;
    for (const { subject } of own) {
      const details = { discordId: subject, name: label(subject), characters: names };
      found.push({ type: "stale_discord_link", subject, details });
    }
  }
  return found;
}
