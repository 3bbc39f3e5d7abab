import type {
  DiscordMember,
  GameCharacter,
  World,
} from "../../../src/tenant/identity/matching/world.ts";

/**
 * Finds the owner of each character the slow way: every rule for every character by comparing it with
 * everything, recursion instead of an order, no indexes. For first runs on worlds in which only
 * accounts have links, without alt groups and roster rows.
 * @returns `discordId source` by the id of each linked character.
 */
export function modelOf({ characters, members, links, rejected, guildRoleIds }: World) {
  const here = characters.filter((one) => one.isPresent);
  const people = members.filter((one) => one.isPresent && !one.isBot);
  const isRejected = (one: GameCharacter, { id }: { id: string }) =>
    rejected.has(`${one.id} ${id}`);

  /** The account that represents a person: all accounts of one person are one target. */
  const personOf = (id: string) =>
    links.find((one) => one.subject === id)?.personId ?? `person of ${id}`;
  const accountsOf = (person: string) =>
    [...new Set([...links.map((one) => one.subject), ...members.map(({ id }) => id)])].filter(
      (id) => personOf(id) === person,
    );
  const isBarred = (one: GameCharacter, person: string) =>
    accountsOf(person).some((id) => isRejected(one, { id }));

  function noted(one: GameCharacter): DiscordMember | undefined {
    for (const text of [one.note, one.officerNote]) {
      const wanted = /^DC: (.*)$/.exec(text ?? "")?.[1];
      if (wanted === undefined) continue;
      const words = wanted.split(" ");
      for (let count = words.length; count > 0; count--) {
        const found = people.filter((it) => called(it, plain(words.slice(0, count).join(" "))));
        if (found.length === 0) continue;
        return found.length === 1 && !isBarred(one, personOf(found[0]!.id)) ? found[0] : undefined;
      }
      return undefined;
    }
    return undefined;
  }

  function mainOf(one: GameCharacter): GameCharacter | undefined {
    for (const text of [one.note, one.officerNote]) {
      const after = /^alt of (.*)$/.exec(text ?? "")?.[1];
      const before = /^(.*)'s alt$/.exec(text ?? "")?.[1];
      const words = (after ?? before)?.split(" ");
      if (words === undefined) continue;
      for (let count = words.length; count > 0; count--) {
        const part = after !== undefined ? words.slice(0, count) : words.slice(-count);
        const found = characterNamed(one, part.join(" "));
        if (found !== undefined) return found === "several" ? undefined : found;
      }
      return undefined;
    }
    return undefined;
  }

  function characterNamed(self: GameCharacter, text: string) {
    for (const isPresent of [true, false]) {
      for (const same of [
        (it: GameCharacter) => it.name.toLowerCase() === text.toLowerCase(),
        (it: GameCharacter) => plain(it.name) === plain(text),
      ]) {
        const found = characters.filter(
          (it) => it.id !== self.id && it.isPresent === isPresent && same(it),
        );
        const near = found.filter((it) => it.realmKey === self.realmKey);
        const best = near.length > 0 ? near : found;
        if (best.length > 0) return best.length === 1 ? best[0] : "several";
      }
    }
    return undefined;
  }

  const follows = (one: GameCharacter) => (noted(one) ? undefined : mainOf(one));
  function isInCircle(one: GameCharacter): boolean {
    let at: GameCharacter | undefined = one;
    for (let steps = 0; at?.isPresent && steps <= characters.length; steps++) {
      at = follows(at);
      if (at?.id === one.id) return true;
    }
    return false;
  }

  function root(one: GameCharacter, steps = 0): string {
    const account = noted(one);
    if (account && one.isPresent) return personOf(account.id);
    const main = one.isPresent ? mainOf(one) : undefined;
    if (main === undefined) return one.id;
    return steps > characters.length ? "circle" : root(main, steps + 1);
  }
  const rootOf = (one: GameCharacter) => (root(one) === "circle" ? one.id : root(one));

  function exact(one: GameCharacter): DiscordMember | "none" | "several" {
    const found = people.filter((it) => called(it, plain(one.name)));
    if (found.length === 0) return "none";
    const roots = here.filter((it) => plain(it.name) === plain(one.name)).map(rootOf);
    return found.length === 1 && new Set(roots).size === 1 ? found[0]! : "several";
  }

  function similar(one: GameCharacter): DiscordMember | undefined {
    const isMember = (it: DiscordMember) =>
      guildRoleIds.size === 0 || it.roleIds.some((id) => guildRoleIds.has(id));
    const ranked = people
      .filter(isMember)
      .map((it) => ({
        it,
        likeness: Math.max(...keys(it).map((key) => like(key, plain(one.name)))),
      }))
      .sort((a, b) => b.likeness - a.likeness);
    const [best, second] = ranked;
    if (!best || best.likeness < 0.85 || best.likeness === second?.likeness) return undefined;
    return best.it;
  }

  const memo = new Map<string, { person: string; source: string } | undefined>();
  function resolve(one: GameCharacter): { person: string; source: string } | undefined {
    if (!one.isPresent) return undefined;
    if (!memo.has(one.id)) memo.set(one.id, rules(one));
    return memo.get(one.id);
  }
  function rules(one: GameCharacter) {
    const account = noted(one);
    if (account) return { person: personOf(account.id), source: "guild_note" };
    const main = isInCircle(one) ? undefined : mainOf(one);
    const found = main && resolve(main);
    if (found && !isBarred(one, found.person)) return { ...found, source: "alt_of_note" };
    const equal = exact(one);
    if (equal === "several") return undefined;
    if (equal !== "none") {
      if (isBarred(one, personOf(equal.id))) return undefined;
      return { person: personOf(equal.id), source: "exact_name" };
    }
    const near = similar(one);
    if (!near || isBarred(one, personOf(near.id))) return undefined;
    return { person: personOf(near.id), source: "fuzzy" };
  }

  const first = (person: string) => links.find((one) => one.personId === person)?.subject;
  return Object.fromEntries(
    here.flatMap((one) => {
      const found = resolve(one);
      if (!found) return [];
      const account = first(found.person) ?? found.person.replace("person of ", "");
      return [[one.id, `${account} ${found.source}`]];
    }),
  );
}

function plain(text: string): string {
  const bare = text.toLowerCase().replaceAll("ø", "o").normalize("NFD");
  return [...bare].filter((char) => /[a-z0-9]/.test(char)).join("");
}

function keys({ nick, displayName, username }: DiscordMember): readonly string[] {
  const all = [nick, displayName, username].filter((one) => one !== null);
  return [...all, ...all.flatMap((one) => one.split("|"))]
    .map(plain)
    .filter((one) => one.length > 1);
}

function called(one: DiscordMember, key: string): boolean {
  return keys(one).includes(key);
}

/** 1 - edit distance / length, by the plain table of the textbook. */
function like(one: string, other: string): number {
  const cost: number[][] = [];
  for (let a = 0; a <= one.length; a++) {
    cost.push([]);
    for (let b = 0; b <= other.length; b++) {
      const ways = a === 0 || b === 0 ? [a + b] : [cost[a - 1]![b]! + 1, cost[a]![b - 1]! + 1];
      if (a > 0 && b > 0) ways.push(cost[a - 1]![b - 1]! + (one[a - 1] === other[b - 1] ? 0 : 1));
      const isSwap = a > 1 && b > 1 && one[a - 1] === other[b - 2] && one[a - 2] === other[b - 1];
      if (isSwap) ways.push(cost[a - 2]![b - 2]! + 1);
      cost[a]!.push(Math.min(...ways));
    }
  }
  return 1 - cost[one.length]![other.length]! / Math.max(one.length, other.length, 1);
}
