import { joinDecided, joinDecidedBySimilarity, joinSimilar, reviewJoins } from "./accounts.ts";
import { circlesOf, clustersOf } from "./clusters.ts";
import { decisionsOf } from "./decisions.ts";
import { charactersOfBareGroups, findSplitGroups, resolveCluster } from "./resolve.ts";
import { Run } from "./run.ts";
import { altSuggestionsOf, suggestionsOf } from "./suggestions.ts";
import type { MatchResult, World } from "./world.ts";

/**
 * Decides whose each character and each Discord account is. The order of claims: verified, manual,
 * confirmed, automatic, suggestion; automation changes only what automation made.
 *
 * Automatic rules in their order: the public or officer note names an account; it names a main; the
 * alt group of Guild Roster Manager; an equal name, unique on both sides; a similar name.
 *
 * The result depends on the world alone, not on the order of its lists. Applied and run again, it
 * decides nothing.
 */
export function match(world: World): MatchResult {
  const steps = matchSteps(world);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/**
 * The same in steps, so that others have their turn in between. The first step builds the indexes, in
 * some 60 ms for the largest guilds; the others take a millisecond or less.
 */
export function* matchSteps(world: World): Generator<void, MatchResult> {
  const run = new Run(world);
  yield;
  yield* decide(run);
  const suggestions = yield* suggestionsOf(run);
  return {
    decisions: decisionsOf(run),
    suggestions,
    altSuggestions: altSuggestionsOf(run),
    cycles: circlesOf(run),
  };
}

/** Finds the person of each character and each account. */
export function* decide(run: Run): Generator<void> {
  reviewJoins(run);
  joinDecided(run);
  findSplitGroups(run);
  yield* joinDecidedBySimilarity(run);
  const { clusters, mains } = clustersOf(run);
  // What is found late in a pass counts for the characters before it as well: a person made for an
  // account, and a group that has several persons.
  const count = () => run.owners.memberLinks.length + run.splitGroups.size;
  for (let pass = 0, known = -1; pass < PASSES_MAX && known !== count(); pass++) {
    known = count();
    run.resolutions.clear();
    for (const cluster of clusters) {
      resolveCluster(run, cluster, mains);
      yield;
    }
    yield* joinSimilar(run, charactersOfBareGroups(run), () => false);
  }
}

/** Two are the rule: one that finds everything, and one that finds nothing more. */
const PASSES_MAX = 5;
