import { write } from "../../database/write.ts";
import { newId, type PersonId, type SyncRunId } from "../../kernel/ids.ts";
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
 * automation does not change them. What an officer decided here already stays.
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
  const { links, problems } = readSheets(sheets, world.characters);
  const writes = new LinkWrites(ctx, state);
  const made = new Map<string, PersonId>();
  let linked = 0;
  for (const link of links) linked += addLink(state, writes, made, link) ? 1 : 0;
  writes.finish();
  const counts = { linked, unchanged: links.length - linked, problems: problems.length };
  const nowMs = ctx.now().getTime();
  const told = { lastTryAt: nowMs, lastGoodAt: nowMs, error: null, rows: links.length };
  const runId = newId<SyncRunId>();
  await beginRun(ctx, runId, "sheet");
  await write(ctx.db, [
    ...writes.statements,
    sourceRow(ctx, "sheet", told),
    record(ctx, "identity.sheet", "identity", { after: counts }),
  ]);
  await endRun(ctx, runId, { state: "done", counts });
  await services.jobs.enqueue(ctx.guild.id, IDENTITY_JOB, "match");
  services.wakeJobs();
  return { runId, linked, unchanged: links.length - linked, problems };
}

/** Adds what is new in a link of the sheet; false when it is known, or decided otherwise here. */
function addLink(
  state: IdentityState,
  writes: LinkWrites,
  made: Map<string, PersonId>,
  { characterId, discordId, personName, line }: SheetLink,
): boolean {
  const before = state.links.find(
    ({ kind, subject }) => kind === "character" && subject === characterId,
  );
  if (before?.confirmedAt != null) return false;
  const discord = state.links.find(
    ({ kind, subject }) => kind === "discord" && subject === discordId,
  );
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
  let personId = discord?.personId ?? made.get(discordId);
  if (personId === undefined) {
    personId = personOnRoster(state, made, characterId) ?? writes.addPerson(personName);
    writes.add({ ...claim, kind: "discord", subject: discordId, personId });
  }
  made.set(discordId, personId);
  if (before) writes.end(before, "better-claim");
  writes.add({ ...claim, kind: "character", subject: characterId, personId });
  return true;
}

/** The person of the character's row on the roster, unless they have another Discord account. */
function personOnRoster(
  state: IdentityState,
  made: ReadonlyMap<string, PersonId>,
  characterId: string,
): PersonId | undefined {
  const personId = rosterPlaces(state).get(characterId)?.personId;
  const isTaken =
    [...made.values()].includes(personId as PersonId) ||
    state.links.some((one) => one.kind === "discord" && one.personId === personId);
  return isTaken ? undefined : personId;
}
