import { and, isNull, sql } from "drizzle-orm";
import { write } from "../../database/write.ts";
import type { GameCharacterId, PersonId } from "../../kernel/ids.ts";
import { inSteps, nextTurn, Turn } from "../../kernel/turns.ts";
import { record } from "../audit.ts";
import type { GuildContext } from "../context.ts";
import { chunks } from "./character-sync.ts";
import { LinkWrites } from "./link-writes.ts";
import { matchSteps } from "./matching/match.ts";
import type { MatchResult, PersonRef, Suggestion } from "./matching/world.ts";
import { readState, worldOf } from "./queries.ts";
import { linkSuggestions } from "./schema.ts";
import { readSettings } from "./settings.ts";

type MatchCounts = Readonly<Record<"linked" | "ended" | "suggested" | "cycles", number>>;

export interface MatchRun extends Pick<MatchResult, "suggestions" | "cycles"> {
  readonly counts: MatchCounts;
}

/**
 * Matches all characters with all Discord members and stores the result. A large result is stored in several
 * writes, and the matching lets other work run in between. A second run over the same state changes nothing,
 * and one that was interrupted is completed by the next.
 * @throws {Conflict} `identity/changed` when a link changed at this moment; run it again.
 */
export async function runMatch(ctx: GuildContext): Promise<MatchRun> {
  const state = await readState(ctx);
  await nextTurn();
  const result = await inSteps(matchSteps(worldOf(state, await readSettings(ctx))));
  const links = new Map(state.links.map((link) => [link.id as string, link]));
  const writes = new LinkWrites(ctx, state);
  const made = new Map<string, PersonId>();
  const personOf = (ref: PersonRef): PersonId => {
    if ("id" in ref) return ref.id as PersonId;
    let id = made.get(ref.newFor);
    if (id === undefined) {
      id = writes.addPerson(ref.name);
      made.set(ref.newFor, id);
    }
    return id;
  };
  const isEnd = (kind: string) => kind === "end";
  // A link has to end before its subject can have another one.
  const ordered = [
    ...result.decisions.filter(({ kind }) => isEnd(kind)),
    ...result.decisions.filter(({ kind }) => !isEnd(kind)),
  ];
  let since = { linked: 0, ended: 0 };
  const turn = new Turn();
  for (const decision of ordered) {
    if (decision.kind === "end") {
      writes.end(links.get(decision.linkId)!, decision.reason);
      since.ended++;
    } else {
      const { subjectKind, subject, source, confidence, evidence, person } = decision;
      const personId = personOf(person);
      const isConfirmed = source === "migrated_sheet" || source === "manual";
      const link = { kind: subjectKind, subject, personId, source, confidence, evidence };
      writes.add({ ...link, isConfirmed });
      since.linked++;
    }
    if (writes.isFull) {
      await write(ctx.db, [
        ...writes.take(),
        record(ctx, "identity.match", "identity", { after: since }),
      ]);
      since = { linked: 0, ended: 0 };
    }
    await turn.pause();
  }
  writes.finish();
  const found = { suggested: result.suggestions.length, cycles: result.cycles.length };
  const isChange = since.linked + since.ended > 0;
  await write(ctx.db, [
    ...writes.take(),
    ...suggestionRows(ctx, result.suggestions),
    ...(isChange
      ? [record(ctx, "identity.match", "identity", { after: { ...since, ...found } })]
      : []),
  ]);
  const ended = ordered.filter(({ kind }) => isEnd(kind)).length;
  const counts = { linked: ordered.length - ended, ended, ...found };
  return { counts, suggestions: result.suggestions, cycles: result.cycles };
}

/** Replaces the open suggestions; rejected ones stay, so that the pair is not suggested again. */
function suggestionRows(ctx: GuildContext, suggestions: readonly Suggestion[]) {
  const suggestedAt = ctx.now().getTime();
  const { orm } = ctx.db;
  const pairs = JSON.stringify(
    suggestions.map(({ characterId, discordId }) => `${characterId} ${discordId}`),
  );
  const pair = sql`${linkSuggestions.gameCharacterId} || ' ' || ${linkSuggestions.discordId}`;
  return [
    orm
      .delete(linkSuggestions)
      .where(
        and(
          isNull(linkSuggestions.rejectedAt),
          sql`${pair} not in (select value from json_each(${pairs}))`,
        ),
      ),
    ...chunks(suggestions).map((some) =>
      orm
        .insert(linkSuggestions)
        .values(
          some.map(({ characterId, ...one }) => ({
            ...one,
            gameCharacterId: characterId as GameCharacterId,
            suggestedAt,
          })),
        )
        .onConflictDoUpdate({
          target: [linkSuggestions.gameCharacterId, linkSuggestions.discordId],
          set: { similarity: sql`excluded.similarity`, evidence: sql`excluded.evidence` },
        }),
    ),
  ];
}
