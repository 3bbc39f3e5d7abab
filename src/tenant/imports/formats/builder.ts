import { realmKey } from "../../../kernel/game/realms.ts";
import { limits } from "../../../limits.ts";
import type { ClassId } from "../../roster/classes.ts";
import { foldName, placeFrom, placeText } from "../../roster/names.ts";
import type { RaidRole } from "../../roster/schema.ts";
import type { ImportData, ImportDocument, ImportRow, ImportRowKind } from "../document.ts";
import type { ImportQuestion } from "../report.ts";
import { type ReadContext, SourceRefused } from "./format.ts";
import { lineFrom, shortHash } from "./text.ts";

/** The order in which rows are written. A row refers only to rows before it. */
export const ROW_KINDS = [
  "person",
  "character",
  "raid",
  "attendance",
  "signup",
  "entry",
  "auction",
  "loot",
  "council",
  "wish",
  "balance",
  "account",
] as const satisfies readonly ImportRowKind[];

/** What a source tells about a player besides the name. */
export interface PlayerFacts {
  readonly realm?: string | undefined;
  readonly class?: ClassId | undefined;
  readonly spec?: string | undefined;
  readonly role?: RaidRole | null | undefined;
  readonly note?: string | undefined;
  readonly officerNote?: string | undefined;
  readonly joinedAt?: number | undefined;
  readonly isArchived?: boolean | undefined;
  /** The game's own id, where one name may belong to two characters. */
  readonly id?: string | undefined;
  /** The name of the person, if the source knows people. */
  readonly owner?: string | undefined;
  readonly isMain?: boolean | undefined;
}

const NO_FACTS: PlayerFacts = {};

type Data = { -readonly [Name in keyof ImportData["character"]]: ImportData["character"][Name] };
type Person = { -readonly [Name in keyof ImportData["person"]]: ImportData["person"][Name] };

/** The source of one of several databases in a file. */
export function sourceOfPart(source: string, part: string): string {
  return `${source} ${part}`;
}

/** Collects the rows of a document in any order, and refuses more than a guild can have. */
export class DocumentBuilder {
  readonly #context: ReadContext;
  readonly #rows = new Map<ImportRowKind, ImportRow[]>(ROW_KINDS.map((kind) => [kind, []]));
  readonly #persons = new Map<string, Person>();
  readonly #characters = new Map<string, Data>();
  readonly #keys = new Map<string, number>();
  readonly #players = new Map<string, string | undefined>();
  readonly questions: ImportQuestion[] = [];
  /** The part that the next rows belong to. */
  part = "";
  #count = 0;
  #latest = 0;

  constructor(context: ReadContext) {
    this.#context = context;
  }

  /**
   * A player of the source, as the key of its person. `name` may be `Name-Realm`. Undefined for a name
   * that names no one. A player who is named again gets the facts that were missing.
   */
  player(name: unknown, facts: PlayerFacts = NO_FACTS): string | undefined {
    // Histories name the same few players thousands of times.
    const seen = `${this.part}\n${String(name)}`;
    if (facts === NO_FACTS && this.#players.has(seen)) return this.#players.get(seen);
    const found = this.#player(name, facts);
    if (facts === NO_FACTS) this.#players.set(seen, found);
    return found;
  }

  #player(name: unknown, facts: PlayerFacts): string | undefined {
    const place = this.#placeOf(name, facts.realm ?? "");
    if (place === undefined) return undefined;
    const realm = place.realm || this.#context.realm;
    const id = facts.id ?? `${foldName(place.name)}-${realmKey(realm)}`;
    const owner = facts.owner && lineFrom(facts.owner, limits.roster.nameCharsMax);
    const key = owner ? `person ${foldName(owner)}` : id;
    this.#addPerson(key, owner || place.name, facts);
    this.#addCharacter(id, key, { name: place.name, realm }, facts);
    return key;
  }

  /** A person without a character, such as the account of a forum. */
  person(name: unknown, facts: PlayerFacts = {}): string | undefined {
    const clean = lineFrom(name, limits.roster.nameCharsMax);
    if (clean === "") return undefined;
    const key = facts.id ?? `person ${foldName(clean)}`;
    this.#addPerson(key, clean, facts);
    return key;
  }

  add<Kind extends ImportRowKind>(
    kind: Kind,
    key: string,
    label: string,
    data: ImportData[Kind],
    problem?: string,
    remark?: string,
  ): void {
    if (++this.#count > limits.imports.rowsMax) {
      throw new SourceRefused(
        "imports/too-large",
        `The file has more than ${limits.imports.rowsMax} rows. Export a part of it at a time.`,
      );
    }
    if ("at" in data) this.#latest = Math.max(this.#latest, data.at);
    this.#rows.get(kind)!.push({
      kind,
      key: this.#numbered(kind, key),
      part: this.part,
      label: lineFrom(label, limits.imports.labelCharsMax) || key.slice(0, 40),
      data,
      ...(problem !== undefined && { problem }),
      ...(remark !== undefined && { remark }),
    } as ImportRow);
  }

  /** Adds a row that several lines of the source name, once. */
  addOnce<Kind extends ImportRowKind>(
    kind: Kind,
    key: string,
    label: string,
    data: ImportData[Kind],
  ): void {
    const text = `${this.part} once ${kind} ${key}`;
    if (this.#keys.has(text)) return;
    this.#keys.set(text, 1);
    this.add(kind, key, label, data);
  }

  /**
   * A key for a row that has no id in its source: its contents, and a number for the second equal row
   * of the file.
   */
  keyOf(kind: ImportRowKind, ...contents: readonly unknown[]): string {
    const text = `${this.part} ${kind} ${contents.map(String).join("\u001f")}`;
    const seen = (this.#keys.get(text) ?? 0) + 1;
    this.#keys.set(text, seen);
    return `${shortHash(text)}${seen > 1 ? `#${seen}` : ""}`;
  }

  /** @throws {SourceRefused} `imports/no-rows` */
  document(facts: {
    readonly format: string;
    readonly edition?: string;
    readonly source?: string;
    readonly snapshotAt?: number | null;
  }): ImportDocument {
    if (this.#count === 0) {
      throw new SourceRefused(
        "imports/no-rows",
        "The file has the right format, but nothing in it can be imported. Export it again.",
      );
    }
    const rows = this.#rows;
    return {
      format: facts.format,
      edition: facts.edition ?? "",
      source: this.#sourceOf(facts.source ?? facts.format),
      snapshotAt: facts.snapshotAt ?? (this.#latest || null),
      questions: this.questions,
      rows: inOrder(),
    };
    function* inOrder(): Generator<ImportRow> {
      for (const kind of ROW_KINDS) yield* rows.get(kind)!;
    }
  }

  /** Tools repeat ids: the second row with an id gets a number. */
  #numbered(kind: ImportRowKind, key: string): string {
    const text = `${this.part} id ${kind} ${key}`;
    const seen = (this.#keys.get(text) ?? 0) + 1;
    this.#keys.set(text, seen);
    return seen === 1 ? key : `${key}#${seen}`;
  }

  /** A source with several databases has one history for each. */
  #sourceOf(source: string): string {
    const parts = new Set([...this.#rows.values()].flatMap((rows) => rows.map(({ part }) => part)));
    const [only = ""] = parts;
    return parts.size === 1 && only !== "" ? sourceOfPart(source, only) : source;
  }

  /** The name and realm in a text, cleaned. A hyphen ends the name; the realm follows. */
  #placeOf(name: unknown, realm: string): { name: string; realm: string } | undefined {
    const text = lineFrom(name, 2 * limits.roster.nameCharsMax);
    if (text === "") return undefined;
    const place =
      placeFrom(text, lineFrom(realm, limits.roster.nameCharsMax)) ?? placeFrom(text, "");
    if (place === undefined || place.name.length > limits.roster.nameCharsMax) return undefined;
    const own = this.#context.realm;
    const isOwn = realmKey(place.realm) === realmKey(own);
    return { name: place.name, realm: isOwn ? own : place.realm };
  }

  #addPerson(key: string, name: string, facts: PlayerFacts): void {
    const at = `${this.part}\n${key}`;
    let row = this.#persons.get(at);
    if (row === undefined) {
      row = { name };
      this.#persons.set(at, row);
      this.add("person", key, name, row);
    }
    if (facts.note) row.note ??= facts.note;
    if (facts.officerNote) row.officerNote ??= facts.officerNote;
    if (facts.joinedAt !== undefined) row.joinedAt ??= facts.joinedAt;
    if (facts.isArchived !== undefined) row.isArchived ??= facts.isArchived;
  }

  #addCharacter(
    id: string,
    person: string,
    { name, realm }: { name: string; realm: string },
    facts: PlayerFacts,
  ): void {
    const at = `${this.part}\n${id}`;
    let row = this.#characters.get(at);
    if (row === undefined) {
      row = { person, name, realm, class: null };
      this.#characters.set(at, row);
      this.add("character", id, placeText({ name, realm }), row);
    }
    row.class ??= facts.class ?? null;
    if (facts.spec) row.spec ??= facts.spec;
    if (facts.role) row.role ??= facts.role;
    if (facts.isMain !== undefined) row.isMain ??= facts.isMain;
  }
}
