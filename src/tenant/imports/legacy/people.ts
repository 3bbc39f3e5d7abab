import { normalEmail } from "../../../kernel/email-address.ts";
import { realmKey } from "../../../kernel/game/realms.ts";
import {
  type LegacyRow,
  legacyFlag,
  legacyText,
  legacyTime,
  legacyWhole,
} from "../../../kernel/legacy-values.ts";
import { limits } from "../../../limits.ts";
import { classFrom, specFrom } from "../../roster/classes.ts";
import { foldName, placeKey, placeText } from "../../roster/names.ts";
import type { RaidRole } from "../../roster/schema.ts";
import type { ImportRow, SourceAccount } from "../document.ts";
import { lineFrom } from "../formats/text.ts";
import {
  type Left,
  type LegacyContext,
  type LegacyTables,
  NO_USER,
  rowOf,
  userKey,
} from "./source.ts";

/** A member of the legacy guild. Passwords are not read here. */
interface LegacyUser {
  readonly id: number;
  readonly username: string;
  readonly role: SourceAccount["role"];
  readonly isActive: boolean;
  /** The address in its normal form, if it is one. */
  readonly email: string | undefined;
  readonly hasEmail: boolean;
  readonly discordId: string;
  readonly joinedAt: number | undefined;
  /** Copies of the main character. */
  readonly character: LegacyRow;
}

interface LegacyCharacter {
  /** Null for a character that only the user names. */
  readonly id: number | null;
  readonly name: string;
  readonly realm: string;
  readonly className: string;
  readonly spec: string;
  readonly raidRole: string;
  readonly isPrimary: boolean;
}

/** Why a member gets no account. */
type NoAccount =
  | "inactive"
  | "no e-mail"
  | "e-mail is not valid"
  | "e-mail belongs to another member";

interface LegacyPerson {
  readonly user: LegacyUser;
  readonly name: string;
  readonly account: { readonly email: string } | { readonly why: NoAccount };
}

export interface LegacyPeople {
  readonly persons: ReadonlyMap<number, LegacyPerson>;
  readonly rows: readonly ImportRow[];
  readonly accountRows: readonly ImportRow[];
}

const ROLES = ["admin", "officer", "raider"] as const;
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

const USER_COLUMNS = [
  ...["id", "username", "email", "role", "is_active", "character_name", "character_class"],
  ...["spec", "raid_role", "server", "discord_id", "created_at"],
] as const;

const CHARACTER_COLUMNS = [
  ...["id", "user_id", "character_name", "character_class", "spec", "raid_role"],
  ...["is_primary", "realm", "realm_slug"],
];

/** Reads the members with their characters, mains first. */
export async function readPeople(
  source: LegacyTables,
  context: LegacyContext,
  config: ReadonlyMap<string, string>,
  left: Left,
): Promise<LegacyPeople> {
  const users = new Map<number, LegacyUser>();
  for await (const row of source.rows("users", USER_COLUMNS)) {
    const user = userFrom(row);
    if (user === undefined) left.lose("users", "their id is no number");
    else users.set(user.id, user);
  }
  const characters = await readCharacters(source, users, context, config, left);
  const persons = new Map<number, LegacyPerson>();
  const rows: ImportRow[] = [];
  const characterRows: ImportRow[] = [];
  const taken = new Set<string>();
  const addresses = new Set<string>();
  for (const user of [...users.values()].toSorted((a, b) => a.id - b.id)) {
    const own = characters.get(user.id) ?? [];
    const account = accountOf(user, addresses);
    const person = { user, name: own[0]?.name ?? user.username, account };
    persons.set(user.id, person);
    rows.push(personRow(person));
    for (const [at, one] of own.entries()) {
      characterRows.push(...characterRow(user, one, at === 0, taken, left));
    }
  }
  return { persons, rows: [...rows, ...characterRows], accountRows: accountRows(persons, left) };
}

function userFrom(row: LegacyRow): LegacyUser | undefined {
  const id = legacyWhole(row["id"]);
  if (id === undefined) return undefined;
  const text = legacyText(row["email"]);
  const role = legacyText(row["role"]).toLowerCase();
  return {
    id,
    username: lineFrom(legacyText(row["username"]), limits.roster.nameCharsMax) || `Member ${id}`,
    role: ROLES.find((one) => one === role) ?? "raider",
    isActive:
      row["is_active"] === undefined || row["is_active"] === null || legacyFlag(row["is_active"]),
    email: EMAIL.test(text) ? normalEmail(text) : undefined,
    hasEmail: text !== "",
    discordId: legacyText(row["discord_id"]),
    joinedAt: legacyTime(row["created_at"]),
    character: row,
  };
}

/** One account for each address: that of the active member with the lowest id. */
function accountOf(user: LegacyUser, addresses: Set<string>): LegacyPerson["account"] {
  if (!user.isActive) return { why: "inactive" };
  if (!user.hasEmail) return { why: "no e-mail" };
  if (user.email === undefined) return { why: "e-mail is not valid" };
  if (addresses.has(user.email)) return { why: "e-mail belongs to another member" };
  addresses.add(user.email);
  return { email: user.email };
}

function accountRows(persons: ReadonlyMap<number, LegacyPerson>, left: Left): readonly ImportRow[] {
  return [...persons.values()].flatMap(({ user, account }) => {
    if ("why" in account) {
      left.skip("accounts", account.why);
      return [];
    }
    const data = { person: userKey(user.id), role: user.role };
    return [rowOf("account", `account:${user.id}`, user.username, data)];
  });
}

function personRow({ user, name }: LegacyPerson): ImportRow {
  return rowOf("person", userKey(user.id), name, {
    name,
    ...(user.joinedAt !== undefined && { joinedAt: user.joinedAt }),
    ...(!user.isActive && { isArchived: true }),
  });
}

async function readCharacters(
  source: LegacyTables,
  users: ReadonlyMap<number, LegacyUser>,
  context: LegacyContext,
  config: ReadonlyMap<string, string>,
  left: Left,
): Promise<ReadonlyMap<number, readonly LegacyCharacter[]>> {
  const found = new Map<number, LegacyRow[]>();
  for await (const row of source.rows("characters", CHARACTER_COLUMNS)) {
    const user = users.get(legacyWhole(row["user_id"]) ?? 0);
    if (user === undefined) left.lose("characters", NO_USER);
    else if (legacyText(row["character_name"]) === "") left.skip("characters", "they have no name");
    else found.set(user.id, [...(found.get(user.id) ?? []), row]);
  }
  const realms = new Realms(context.realm, config, [...users.values()], [...found.values()].flat());
  const all = new Map<number, readonly LegacyCharacter[]>();
  for (const user of users.values()) {
    const { character } = user;
    const server = legacyText(character["server"]);
    const rows =
      found.get(user.id) ?? (legacyText(character["character_name"]) === "" ? [] : [character]);
    const isCopy = !found.has(user.id);
    const own = rows.map(
      (row): LegacyCharacter => ({
        id: isCopy ? null : (legacyWhole(row["id"]) ?? null),
        name: lineFrom(legacyText(row["character_name"]), limits.roster.nameCharsMax),
        realm: isCopy
          ? realms.of(server)
          : realms.of(legacyText(row["realm_slug"]), legacyText(row["realm"]), server),
        className: legacyText(row["character_class"]),
        spec: legacyText(row["spec"]),
        raidRole: legacyText(row["raid_role"]),
        isPrimary: legacyFlag(row["is_primary"]),
      }),
    );
    all.set(
      user.id,
      mainFirst(
        own.filter(({ name }) => name !== ""),
        legacyText(character["character_name"]),
      ),
    );
  }
  return all;
}

/** The main is the primary character that the member names, else the first primary one, else the first. */
function mainFirst(own: readonly LegacyCharacter[], named: string): readonly LegacyCharacter[] {
  const primary = own.some(({ isPrimary }) => isPrimary) ? own.filter((one) => one.isPrimary) : own;
  const main = primary.find(({ name }) => foldName(name) === foldName(named)) ?? primary[0];
  return main === undefined ? own : [main, ...own.filter((one) => one !== main)];
}

function characterRow(
  user: LegacyUser,
  character: LegacyCharacter,
  isMain: boolean,
  taken: Set<string>,
  left: Left,
): readonly ImportRow[] {
  const { name, realm, spec, raidRole, id } = character;
  const place = placeKey({ name, realm });
  if (taken.has(place)) {
    left.lose("characters", "another member has this character on this realm");
    return [];
  }
  taken.add(place);
  const classId = classFrom(character.className);
  if (classId === undefined) {
    left.lose("characters", `their class is not known: ${lineFrom(character.className, 40)}`);
    return [];
  }
  const known = specFrom(classId, spec);
  const role = known?.role ?? roleOf(raidRole);
  const key = id === null ? `user:${user.id}:character` : `character:${id}`;
  const data = { person: userKey(user.id), name, realm, class: classId, isMain };
  const rest = { ...(known && { spec: known.name }), ...(role && { role }) };
  return [rowOf("character", key, placeText({ name, realm }), { ...data, ...rest })];
}

function roleOf(text: string): RaidRole | undefined {
  const word = text.toLowerCase();
  return word === "tank" || word === "healer" ? word : undefined;
}

/** Finds the display name of each realm among its spellings in the file. */
class Realms {
  readonly #names = new Map<string, string>();
  readonly #fallback: string;

  constructor(
    own: string,
    config: ReadonlyMap<string, string>,
    users: readonly LegacyUser[],
    characters: readonly LegacyRow[],
  ) {
    this.#fallback = config.get("default_server") ?? "";
    const texts = [
      ...[own, this.#fallback, config.get("guild_server") ?? ""],
      ...characters.map((row) => legacyText(row["realm"])),
      ...users.map(({ character }) => legacyText(character["server"])),
    ];
    for (const text of texts) {
      const name = lineFrom(text, limits.roster.nameCharsMax);
      const key = realmKey(name);
      // The longest spelling keeps the spaces and signs that others leave out.
      const known = this.#names.get(key) ?? "";
      if (/\p{Lu}/u.test(name) && name.length > known.length) this.#names.set(key, name);
    }
  }

  /** The first of these texts that names a realm, else the file's default realm. */
  of(...texts: readonly string[]): string {
    const text = [...texts, this.#fallback].find((one) => realmKey(one) !== "") ?? "";
    return this.#names.get(realmKey(text)) ?? titled(text);
  }
}

function titled(slug: string): string {
  const words = lineFrom(slug, limits.roster.nameCharsMax).replaceAll("-", " ");
  return words.replace(/(^| )(\p{Ll})/gu, (found) => found.toUpperCase());
}
