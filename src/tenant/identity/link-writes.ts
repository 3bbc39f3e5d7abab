import { and, eq, isNull, sql } from "drizzle-orm";
import { type Guard, guard, type Writable } from "../../database/write.ts";
import { Conflict } from "../../kernel/errors.ts";
import { type IdentityLinkId, newId, type PersonId, type UserId } from "../../kernel/ids.ts";
import { limits } from "../../limits.ts";
import { describe } from "../audit.ts";
import type { GuildContext } from "../context.ts";
import { CLASS_IDS, type ClassId } from "../roster/classes.ts";
import { foldName } from "../roster/names.ts";
import {
  moveCharacter,
  type PlacedCharacter,
  placeCharacter,
  unplaceCharacter,
} from "../roster/placement.ts";
import { insertPerson } from "../roster/service.ts";
import type { StoredCharacter } from "./character-changes.ts";
import type { Confidence, Evidence, LinkSource } from "./matching/world.ts";
import { type IdentityState, rosterPlaces } from "./queries.ts";
import { gameCharacters, identityLinks, type LinkKind } from "./schema.ts";

/** A link to make. */
export interface NewLink {
  readonly kind: LinkKind;
  readonly subject: string;
  readonly personId: PersonId;
  readonly source: LinkSource;
  readonly confidence: Confidence;
  readonly evidence: Evidence;
  readonly isConfirmed: boolean;
}

/**
 * Collects the statements that make and end links and keep the roster in step with them. A character
 * that is linked stands on the roster below its person, when its class is known.
 */
export class LinkWrites {
  readonly #statements: (Writable | Guard)[] = [];
  readonly #ctx: GuildContext;
  readonly #nowMs: number;
  readonly #by: string;
  readonly #characters: ReadonlyMap<string, StoredCharacter>;
  readonly #rows: ReadonlyMap<string, PlacedCharacter>;
  readonly #personNames: Set<string>;
  readonly #byAccount = new Map<UserId, PersonId>();
  /** Roster rows of automation whose link ended in this write, by game character. */
  readonly #loose = new Map<string, PlacedCharacter>();

  constructor(ctx: GuildContext, state: IdentityState) {
    this.#ctx = ctx;
    this.#nowMs = ctx.now().getTime();
    this.#by = describe(ctx.actor).id;
    this.#characters = new Map(state.characters.map((one) => [one.id, one]));
    this.#rows = rosterPlaces(state);
    this.#personNames = new Set(state.persons.map(({ name }) => foldName(name)));
  }

  /** Whether there are so many statements that they should be written before the next link. */
  get isFull(): boolean {
    return this.#statements.length >= limits.identity.statementsAtOnce;
  }

  /** The statements since the last call, for one write. */
  take(): readonly (Writable | Guard)[] {
    return this.#statements.splice(0);
  }

  /** A new person with this name, or with a number behind it where the name is taken. */
  addPerson(wanted: string): PersonId {
    const id = newId<PersonId>();
    let name = wanted;
    for (let number = 2; this.#personNames.has(foldName(name)); number++) {
      name = `${wanted} ${number}`;
    }
    this.#personNames.add(foldName(name));
    this.#statements.push(insertPerson(this.#ctx, id, name));
    return id;
  }

  /** The new person of an account, which may prove several characters in one write. */
  newPersonFor(userId: UserId, name: string): PersonId {
    const known = this.#byAccount.get(userId);
    if (known !== undefined) return known;
    const id = this.addPerson(name);
    this.#byAccount.set(userId, id);
    return id;
  }

  /** Makes a link. The write fails when the subject has another one by then. */
  add(link: NewLink): IdentityLinkId {
    const { isConfirmed, ...row } = link;
    const id = newId<IdentityLinkId>();
    this.#statements.push(
      guard(isFree(link), changedMeanwhile),
      this.#ctx.db.orm.insert(identityLinks).values({
        ...row,
        id,
        createdAt: this.#nowMs,
        createdBy: this.#by,
        ...(isConfirmed && { confirmedAt: this.#nowMs, confirmedBy: this.#by }),
      }),
    );
    if (link.kind === "character") this.#placeOnRoster(link.subject, link.personId, isConfirmed);
    return id;
  }

  /** Ends a link that still holds, and keeps it as history. */
  end(
    link: { readonly id: string; readonly kind: LinkKind; readonly subject: string },
    why: string,
  ) {
    const { orm } = this.#ctx.db;
    this.#statements.push(
      guard(
        sql`exists (select 1 from ${identityLinks}
          where ${identityLinks.id} = ${link.id} and ${identityLinks.endedAt} is null)`,
        changedMeanwhile,
      ),
      orm
        .update(identityLinks)
        .set({ endedAt: this.#nowMs, endedBy: this.#by, endReason: why })
        .where(eq(identityLinks.id, link.id as IdentityLinkId)),
    );
    const row = this.#rows.get(link.subject);
    const isOurs = this.#characters.get(link.subject)?.hasOwnRosterRow === true;
    if (link.kind === "character" && row && isOurs) this.#loose.set(link.subject, row);
  }

  /** Confirms a link; its roster row stays from now on, whatever the matching finds. */
  confirm(link: { readonly id: string; readonly kind: LinkKind; readonly subject: string }) {
    const { orm } = this.#ctx.db;
    this.#statements.push(
      guard(
        sql`exists (select 1 from ${identityLinks}
          where ${identityLinks.id} = ${link.id} and ${identityLinks.endedAt} is null)`,
        changedMeanwhile,
      ),
      orm
        .update(identityLinks)
        .set({ confirmedAt: this.#nowMs, confirmedBy: this.#by, confidence: "high" })
        .where(
          and(eq(identityLinks.id, link.id as IdentityLinkId), isNull(identityLinks.confirmedAt)),
        ),
    );
    if (link.kind === "character") this.#keepRow(link.subject, false);
  }

  /** Removes the roster rows that automation made and that no link holds any more. Call it last. */
  finish(): void {
    for (const [subject, row] of this.#loose) {
      this.#keepRow(subject, false);
      this.#statements.push(...unplaceCharacter(row));
    }
    this.#loose.clear();
  }

  #placeOnRoster(subject: string, personId: PersonId, isConfirmed: boolean): void {
    const { orm } = this.#ctx.db;
    const character = this.#characters.get(subject);
    if (character === undefined) return;
    const row = this.#rows.get(subject);
    this.#loose.delete(subject);
    if (row !== undefined) {
      if (row.personId !== personId) this.#statements.push(...moveCharacter(row, personId));
      if (character.characterId !== row.id) {
        this.#statements.push(
          orm
            .update(gameCharacters)
            .set({ characterId: row.id })
            .where(eq(gameCharacters.id, character.id)),
        );
      }
      if (isConfirmed) this.#keepRow(subject, false);
      return;
    }
    const classId = classOf(character.class);
    // A character without a class cannot stand on the roster; the next roster of the game tells it.
    if (classId === undefined) return;
    const placed = placeCharacter(this.#ctx, personId, {
      name: character.name,
      realm: character.realm,
      class: classId,
      spec: character.spec ?? "",
    });
    this.#statements.push(
      ...placed.statements,
      orm
        .update(gameCharacters)
        .set({ characterId: placed.id, hasOwnRosterRow: !isConfirmed })
        .where(eq(gameCharacters.id, character.id)),
    );
  }

  #keepRow(subject: string, hasOwnRosterRow: boolean): void {
    const character = this.#characters.get(subject);
    if (character === undefined) return;
    this.#statements.push(
      this.#ctx.db.orm
        .update(gameCharacters)
        .set({ hasOwnRosterRow })
        .where(eq(gameCharacters.id, character.id)),
    );
  }
}

function isFree({ kind, subject, personId }: NewLink) {
  const other = sql`${identityLinks.endedAt} is null and ${identityLinks.kind} = ${kind}`;
  return kind === "discord"
    ? sql`not exists (select 1 from ${identityLinks} where ${other}
        and (${identityLinks.subject} = ${subject} or ${identityLinks.personId} = ${personId}))`
    : sql`not exists (select 1 from ${identityLinks} where ${other}
        and ${identityLinks.subject} = ${subject})`;
}

export function changedMeanwhile(): Conflict {
  return new Conflict(
    "identity/changed",
    "The links changed at this moment. Load the page again and repeat your change.",
  );
}

function classOf(text: string | null): ClassId | undefined {
  return CLASS_IDS.find((id) => id === text);
}
