import { bannedCalls, unownedWork } from "./calls.ts";
import { featureOrder, fileCycles, folderCycles, importsUp } from "./imports.ts";
import {
  loosePlatformFiles,
  machineNames,
  secondWays,
  strayTopLevel,
  unmountedFeatures,
} from "./shape.ts";
import { longFiles, longFunctions } from "./sizes.ts";
import { foreignTables, handWrittenSql, silentWrites } from "./tables.ts";
import type { Tree } from "./tree.ts";
import { bannedWords, verbNames } from "./words.ts";

export interface Rule {
  /** The violations in a tree, each as a line that names its place. */
  readonly find: (tree: Tree) => readonly string[];
  /** How many are left from before the rule. This number only goes down. */
  readonly left: number;
}

/** The house rules, by what they promise. */
export const RULES: Readonly<Record<string, Rule>> = {
  "the top level is what the README's map says": { find: strayTopLevel, left: 0 },
  "imports point down": { find: importsUp, left: 16 },
  "files import each other in no circle": { find: fileCycles, left: 0 },
  "feature folders import each other in no circle": { find: folderCycles, left: 0 },
  "a guild's feature uses the services of those before it": { find: featureOrder, left: 0 },
  "a guild's feature reads its own tables": { find: foreignTables, left: 10 },
  "every write of a verb leaves an audit row": { find: silentWrites, left: 0 },
  "rows are read by the schema": { find: (tree) => handWrittenSql(tree).casts, left: 0 },
  "rows are written by the schema": { find: (tree) => handWrittenSql(tree).writes, left: 33 },
  "files and lines are short": { find: longFiles, left: 0 },
  "functions are short": { find: longFunctions, left: 0 },
  "files are named after what is in them": { find: verbNames, left: 0 },
  "comments and titles of tests are plain": { find: bannedWords, left: 0 },
  "src/platform has four files, and folders": { find: loosePlatformFiles, left: 0 },
  "every feature is mounted": { find: unmountedFeatures, left: 0 },
  "no file names a machine": { find: machineNames, left: 0 },
  "banned calls stay out": { find: bannedCalls, left: 0 },
  "timers, event handlers and detached promises have one owner": { find: unownedWork, left: 0 },
  "operations are in the short form": secondWay("operations in the long form", 0),
  "forms are parsed by one helper": secondWay("forms parsed by hand", 0),
  "a day is defined once": { find: moreThanOneDay, left: 0 },
  "browser code is compiled": secondWay("browser code in strings", 0),
};

function secondWay(name: string, left: number): Rule {
  return { find: (tree) => secondWays(tree)[name] ?? [], left };
}

function moreThanOneDay(tree: Tree): readonly string[] {
  const places = secondWays(tree)["definitions of a day"] ?? [];
  return places.filter((place) => !/^src\/kernel\/time\.ts/.test(place));
}
