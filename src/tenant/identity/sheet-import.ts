import { write } from "../../database/write.ts";
import { newId, type PersonId, type SyncRunId } from "../../kernel/ids.ts";
import { nextTurn, Turn } from "../../kernel/turns.ts";
import type { Services } from "../../services.ts";
import { record } from "../audit.ts";
import type { GuildContext } from "../context.ts";
import { allowIdentity } from "./access.ts";
import { readSheets, type SheetLink, type SheetProblem } from "./formats/sheet.ts";
import { LinkWrites } from "./link-writes.ts";
import { type IdentityState, readState, rosterPlaces, worldOf } from "./queries.ts";
import { beginRun, endRun, IDENTITY_JOB } from "./runs.ts";
import { readSettings } from "./settings.ts";
import { sourceRow } from "./sources.ts";

export interface SheetAnswer {
  readonly runId: SyncRunId;
  readonly linked: number;
  readonly unchanged: number;
  readonly problems: readonly SheetProblem[];
}

/**
 * Links characters and Discord accounts as two sheets say. The links count as officers' decisions:
 * automation does not change them. What an officer decided here already stays. Large sheets are stored in
 * several writes; sent again, they complete what an interruption left.
 * @throws {Conflict} `identity/changed`
 */
export async function importSheet(
  ctx: GuildContext,
  services: Pick<Services, "jobs" | "wakeJobs">,
  sheets: { readonly characters: string; readonly discordIds: string },
): Promise<SheetAnswer> {
  allowIdentity(ctx);
  const state = await readState(ctx);
  const world = worldOf(state, await readSettings(ctx));
  await nextTurn();
  const { links, problems } = readSheets(sheets, world.characters);
  await nextTurn();
  const runId = newId<SyncRunId>();
  await beginRun(ctx, runId, "sheet");
  const sheet = new SheetWrites(ctx, state);
  let linked = 0;
  let since = 0;
  const turn = new Turn();
  for (const link of links) {
    if (sheet.add(link)) {
      linked++;
      since++;
    }
    if (sheet.writes.isFull) {
      const after = { linked: since };
      await write(ctx.db, [
        ...sheet.writes.take(),
        record(ctx, "identity.sheet", "identity", { after }),
      ]);
      since = 0;
    }
    await turn.pause();
  }
  sheet.writes.finish();
  const counts = { linked, unchanged: links.length - linked, problems: problems.length };
  const nowMs = ctx.now().getTime();
  const told = { lastTryAt: nowMs, lastGoodAt: nowMs, error: null, rows: links.length };
  await write(ctx.db, [
    ...sheet.writes.take(),
    sourceRow(ctx, "sheet", told),
    record(ctx, "identity.sheet", "identity", { after: { ...counts, linked: since } }),
  ]);
  await endRun(ctx, runId, { state: "done", counts });
  await services.jobs.enqueue(ctx.guild.id, IDENTITY_JOB, "match");
  services.wakeJobs();
  return { runId, linked, unchanged: links.length - linked, problems };
}

/** What the links of a sheet change. */
class SheetWrites {
  readonly writes: LinkWrites;
  readonly #characterLinks: ReadonlyMap<string, IdentityState["links"][number]>;
  readonly #rows: ReturnType<typeof rosterPlaces>;
  /** The person of each Discord account. */
  readonly #persons: Map<string, PersonId>;
  /** Persons with a Discord account. */
  readonly #taken: Set<PersonId>;

  constructor(ctx: GuildContext, state: IdentityState) {
    this.writes = new LinkWrites(ctx, state);
    const of = (kind: "character" | "discord") => state.links.filter((one) => one.kind === kind);
    this.#characterLinks = new Map(of("character").map((one) => [one.subject, one]));
    this.#persons = new Map(of("discord").map((one) => [one.subject, one.personId]));
    this.#taken = new Set(this.#persons.values());
    this.#rows = rosterPlaces(state);
  }

  /** Adds what is new in a link; false when it is known, or decided otherwise here. */
  add({ characterId, discordId, personName, line }: SheetLink): boolean {
    const before = this.#characterLinks.get(characterId);
    if (before?.confirmedAt != null) return false;
    const claim = {
      source: "migrated_sheet",
      confidence: "high",
      isConfirmed: true,
      evidence: {
        rule: "migrated_sheet",
        text: `The sheet names ${personName} for this character.`,
        details: { line, discordId },
      },
    } as const;
    let personId = this.#persons.get(discordId);
    if (personId === undefined) {
      personId = this.#personOnRoster(characterId) ?? this.writes.addPerson(personName);
      this.writes.add({ ...claim, kind: "discord", subject: discordId, personId });
      this.#persons.set(discordId, personId);
      this.#taken.add(personId);
    }
    if (before) this.writes.end(before, "better-claim");
    this.writes.add({ ...claim, kind: "character", subject: characterId, personId });
    return true;
  }

  /** The person of the character's row on the roster, unless they have another Discord account. */
  #personOnRoster(characterId: string): PersonId | undefined {
    const personId = this.#rows.get(characterId)?.personId;
    return personId === undefined || this.#taken.has(personId) ? undefined : personId;
  }
}
