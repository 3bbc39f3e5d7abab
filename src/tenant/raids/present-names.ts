import type { PersonId } from "../../kernel/ids.ts";
import { HOUR_MS } from "../../kernel/time.ts";
import { inTurns } from "../../kernel/turns.ts";
import { playersBetween, reportsBetween } from "../combat-logs/players-between.ts";
import { allow, type GuildContext, may } from "../context.ts";
import { foldName, placeFrom, placeKey } from "../roster/names.ts";
import { allCharacters, allPeople } from "../roster/queries.ts";
import { type RaidView, raid } from "./queries.ts";

interface NamedPerson {
  readonly personId: PersonId;
  readonly name: string;
}

/** Names compared with the roster. A name is matched only if it means one active person. */
export interface NameMatches {
  readonly people: readonly NamedPerson[];
  /** Names of no active person, as they were written. */
  readonly unknown: readonly string[];
  /** Names that several people have. */
  readonly ambiguous: readonly { readonly name: string; readonly people: readonly NamedPerson[] }[];
  /** The combat logs of the raid's time. */
  readonly reports: readonly { readonly id: string; readonly title: string }[];
}

/** Active people and their characters. */
export interface Roster {
  readonly people: readonly NamedPerson[];
  readonly characters: readonly {
    readonly personId: PersonId;
    readonly name: string;
    readonly realm: string;
  }[];
}

/** Logs begin while people gather, and end after the last pull. */
const AROUND_MS = HOUR_MS;

/**
 * Finds the people of pasted names, or of the players in a combat log of the raid's time. Changes nothing.
 *
 * @throws {NotFound} `raids/not-found`, `logs/report-not-found`
 */
export async function matchAttendance(
  ctx: GuildContext,
  id: string,
  input: { readonly names?: string | undefined; readonly logId?: string | undefined },
): Promise<NameMatches> {
  allow(ctx, "raids.manage");
  const during = timesOf(await raid(ctx, id));
  const hasLogs = may(ctx, "logs.view");
  const { logId } = input;
  const fromLog = logId === undefined ? [] : await playersBetween(ctx, logId, during);
  const names = [...namesIn(input.names ?? ""), ...fromLog];
  const reports = hasLogs ? await reportsBetween(ctx, during) : [];
  if (names.length === 0) return { people: [], unknown: [], ambiguous: [], reports };
  return { ...(await matchNames(names, await activeRoster(ctx))), reports };
}

/** The planned time of a raid, and how long it went on. A raid that was entered later has only the first. */
function timesOf({ startsAt, endsAt, startedAt, endedAt }: RaidView) {
  const [from, until] = [startsAt - AROUND_MS, endsAt + AROUND_MS];
  const begun = startedAt ?? startsAt;
  const over = endedAt ?? begun + (endsAt - startsAt);
  const isTheSame = begun < until && over > from;
  if (!isTheSame) return { from, until };
  return { from: Math.min(from, begun), until: Math.max(until, over + AROUND_MS) };
}

/** The active people of the guild, without examples, by name. */
export async function activeRoster(ctx: GuildContext): Promise<Roster> {
  const [everyone, characters] = await Promise.all([
    allPeople.all(ctx.db),
    allCharacters.all(ctx.db),
  ]);
  const active = everyone.filter(({ status, isExample }) => status === "active" && !isExample);
  const ids = new Set(active.map(({ id }) => id));
  return {
    people: active.map(({ id, name }) => ({ personId: id, name })),
    characters: characters.filter(({ personId }) => ids.has(personId)),
  };
}

/** The names of a pasted text: one a line, or between commas, semicolons and tabs. */
export function namesIn(text: string): readonly string[] {
  return text.split(/[\n\r,;\t]+/).flatMap((part) => {
    // Lists number their lines, and chat puts brackets around names.
    const name = part.replace(/^\s*(?:\d+[.)]|[-*•])\s+/, "").replace(/^\s*\[(.*)\]\s*$/, "$1");
    return name.trim() === "" ? [] : [name.trim()];
  });
}

/**
 * Compares names with the roster. `Name-Realm` means the character on that realm. A bare name means the
 * person of that name, or a character on any realm, if all of them belong to one person.
 */
export async function matchNames(
  names: readonly string[],
  roster: Roster,
): Promise<Omit<NameMatches, "reports">> {
  const known = directoryOf(roster);
  const people = new Map<PersonId, NamedPerson>();
  const unknown = new Map<string, string>();
  const ambiguous = new Map<string, { name: string; people: readonly NamedPerson[] }>();
  await inTurns(names, (name) => {
    const key = foldName(name);
    const found = known(name);
    if (found.length === 1) people.set(found[0]!.personId, found[0]!);
    else if (found.length === 0) unknown.set(key, unknown.get(key) ?? name);
    else ambiguous.set(key, { name, people: found });
  });
  return {
    people: [...people.values()],
    unknown: [...unknown.values()],
    ambiguous: [...ambiguous.values()],
  };
}

function directoryOf({ people, characters }: Roster): (text: string) => readonly NamedPerson[] {
  const byId = new Map(people.map((one) => [one.personId, one]));
  const places = Map.groupBy(characters, placeKey);
  const names = Map.groupBy(characters, ({ name }) => foldName(name));
  const persons = Map.groupBy(people, ({ name }) => foldName(name));
  /** A stored name may contain a hyphen, which then does not begin a realm. */
  const isKnown = (key: string) => places.has(key) || persons.has(key.split("\n")[0]!);
  return (text) => {
    const place = placeFrom(text, "", (key) => isKnown(key));
    if (place === undefined) return [];
    const nameKey = foldName(place.name);
    const all = names.get(nameKey) ?? [];
    const onRealm = place.realm === "" ? all : (places.get(placeKey(place)) ?? []);
    // A character whose realm is not known may be on this one.
    const isOpen = onRealm.length === 0 && all.some(({ realm }) => realm === "");
    const named = place.realm === "" ? (persons.get(nameKey) ?? []) : [];
    const found = [...named, ...(isOpen ? all : onRealm)];
    const owners = new Set(found.map(({ personId }) => personId));
    return [...owners].map((id) => byId.get(id)!);
  };
}
