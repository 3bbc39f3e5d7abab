import { realmKey } from "../../../src/kernel/game/realms.ts";
import type {
  Decision,
  DiscordMember,
  GameCharacter,
  Link,
  MatchResult,
  PersonRef,
  World,
} from "../../../src/tenant/identity/matching/world.ts";

export function character(
  id: string,
  name: string,
  more: Partial<GameCharacter> & { realm?: string } = {},
): GameCharacter {
  const { realm = "Stormhold", ...rest } = more;
  return {
    id,
    name,
    realmKey: realmKey(realm),
    rank: 3,
    note: "",
    officerNote: "",
    altGroup: null,
    isMain: false,
    isPresent: true,
    rosterPersonId: null,
    ...rest,
  };
}

export function member(
  id: string,
  username: string,
  more: Partial<DiscordMember> = {},
): DiscordMember {
  return {
    id,
    username,
    displayName: null,
    nick: null,
    isBot: false,
    roleIds: ["member"],
    isPresent: true,
    ...more,
  };
}

export function link(
  kind: "character" | "discord",
  subject: string,
  personId: string,
  more: Partial<Link> = {},
): Link {
  return {
    id: `${kind}-${subject}`,
    personId,
    kind,
    subject,
    source: "manual",
    confidence: "high",
    isConfirmed: false,
    evidence: { rule: "manual", text: "", details: {} },
    ...more,
  };
}

export function world(more: Partial<World>): World {
  return {
    characters: [],
    members: [],
    links: [],
    rejected: new Set(),
    guildRoleIds: new Set(),
    ...more,
  };
}

/** The id, or one like it that is not taken: a later run makes no person and no link of an earlier one. */
function freeId(id: string, isTaken: (id: string) => boolean): string {
  return isTaken(id) ? freeId(`${id}'`, isTaken) : id;
}

/** The world after the decisions, as a database would hold it. Fails when one does not apply. */
export function applied(before: World, { decisions }: Pick<MatchResult, "decisions">): World {
  const links = new Map(before.links.map((one) => [one.id, one]));
  const made = new Map<string, string>();
  const personOf = (person: PersonRef) => {
    if ("id" in person) return person.id;
    const known = made.get(person.newFor);
    if (known !== undefined) return known;
    const id = freeId(`p${before.links.length}-${made.size}-${person.newFor}`, (one) =>
      before.links.some((it) => it.personId === one),
    );
    made.set(person.newFor, id);
    return id;
  };
  let count = 0;
  for (const decision of decisions) {
    if (decision.kind === "end") {
      if (!links.delete(decision.linkId)) throw new Error(`${decision.linkId} is no link`);
      continue;
    }
    const { subjectKind: kind, subject, source, confidence, evidence } = decision;
    const isTaken = [...links.values()].some((one) => one.kind === kind && one.subject === subject);
    if (isTaken) throw new Error(`${kind} ${subject} has two links`);
    const name = `l${before.links.length}-${links.size}-${count++}-${subject}`;
    const id = freeId(name, (one) => links.has(one));
    const personId = personOf(decision.person);
    const rest = { source, confidence, evidence, isConfirmed: false };
    links.set(id, { id, personId, kind, subject, ...rest });
  }
  return { ...before, links: [...links.values()] };
}

/** The persons of a world: their accounts, and their characters with the source of each. */
export function personsOf({ links }: World): readonly string[] {
  const persons = Map.groupBy(links, (one) => one.personId);
  return [...persons.values()]
    .map((own) => {
      const discords = own.filter((one) => one.kind === "discord").map((one) => one.subject);
      const characters = own
        .filter((one) => one.kind === "character")
        .map((one) => `${one.subject} ${one.source}`);
      return `${discords.sort().join("+") || "-"}: ${characters.sort().join(", ")}`;
    })
    .sort();
}

/** Describes a decision in a line. */
export function lineOf(decision: Decision): string {
  if (decision.kind === "end") return `end ${decision.linkId} ${decision.reason}`;
  const { person, subject, source } = decision;
  return `${subject} ${source} -> ${"id" in person ? person.id : `new ${person.newFor}`}`;
}
