import { asc, eq } from "drizzle-orm";
import { columnsOf, prepare, type Values } from "../../database/query.ts";
import { build } from "../../database/statements.ts";
import { MINUTE_MS } from "../../kernel/time.ts";
import { allow, type GuildContext } from "../context.ts";
import { keystones } from "./schema.ts";

/**
 * The time limit of each dungeon in minutes, by the game's number of the dungeon. The game changes a few from
 * season to season, so that a limit is the one of the dungeon's last season.
 */
const LIMITS: ReadonlyMap<number, number> = new Map(
  `2:30 161:28 165:33 166:30 168:33 169:30 198:30 199:36 200:38 206:33 210:30 227:42 234:35 239:34 244:30
  245:30 247:33 248:36.667 251:30 353:33 369:38 370:32 375:30 376:32.5 377:43 378:32 379:38 380:41 381:39
  382:34 391:35 392:30 400:40 401:37.5 402:31 403:35 404:33 405:35 406:35 438:30 456:34 463:34 464:36
  499:32.5 500:29 501:33 502:35 503:30 504:31 505:31 506:33 507:34 525:33 542:31 556:30 557:33.5 558:34
  559:30 560:33`
    .split(/\s+/)
    .map((pair) => pair.split(":").map(Number) as [number, number]),
);

/** The game's names of affixes, by number. */
const AFFIXES: ReadonlyMap<number, string> = new Map(
  `1 Overflowing,2 Skittish,3 Volcanic,4 Necrotic,5 Teeming,6 Raging,7 Bolstering,8 Sanguine,9 Tyrannical,
  10 Fortified,11 Bursting,12 Grievous,13 Explosive,14 Quaking,117 Reaping,120 Awakened,121 Prideful,
  122 Inspiring,123 Spiteful,124 Storming,128 Tormented,130 Encrypted,131 Shrouded,134 Entangling,
  135 Afflicted,136 Incorporeal,144 Thorned,145 Reckless,146 Attuned,147 Xal'atath's Guile,
  148 Xal'atath's Bargain: Ascendant,152 Challenger's Peril,153 Xal'atath's Bargain: Frenzied,
  158 Xal'atath's Bargain: Voidbound,159 Xal'atath's Bargain: Oblivion,160 Xal'atath's Bargain: Devour,
  162 Xal'atath's Bargain: Pulsar,165 Lindormi's Guidance`
    .split(/,\s*/)
    .map((pair): [number, string] => {
      const [number = "", ...name] = pair.split(" ");
      return [Number(number), name.join(" ")];
    }),
);

/**
 * `timed` within the limit, `late` after it, `completed` where the limit is not known, `abandoned` without a
 * time, `open` while the log has no end.
 */
export type KeystoneResult = "timed" | "late" | "completed" | "abandoned" | "open";

export interface KeystoneRun {
  readonly number: number;
  readonly name: string;
  readonly level: number;
  readonly affixes: readonly { readonly id: number; readonly name: string }[];
  readonly startAt: number;
  readonly endAt: number | null;
  /** The time of the run in the log, with the time that deaths cost. */
  readonly gameMs: number | null;
  /** The time limit; null for a dungeon that is not known. */
  readonly parMs: number | null;
  readonly result: KeystoneResult;
  /** By how much the keystone rises: three for a run in three fifths of the limit. */
  readonly upgrades: number;
}

interface StoredRun {
  readonly success: boolean | null;
  readonly gameMs: number | null;
  readonly mapId: number | null;
}

/** The result of a run, its limit, and by how much its keystone rises. */
export function resultOf(run: StoredRun): Pick<KeystoneRun, "parMs" | "result" | "upgrades"> {
  const minutes = run.mapId === null ? undefined : LIMITS.get(run.mapId);
  const parMs = minutes === undefined ? null : Math.round(minutes * 60) * (MINUTE_MS / 60);
  const { gameMs, success } = run;
  if (!gameMs) return { parMs, result: success === null ? "open" : "abandoned", upgrades: 0 };
  if (parMs === null) return { parMs, result: "completed", upgrades: 0 };
  if (gameMs > parMs) return { parMs, result: "late", upgrades: 0 };
  const upgrades = gameMs <= parMs * 0.6 ? 3 : gameMs <= parMs * 0.8 ? 2 : 1;
  return { parMs, result: "timed", upgrades };
}

const runsOfReport = prepare(({ reportId }: Values<{ reportId: string }>) =>
  build
    .select({
      ...columnsOf(keystones, "number", "name", "mapId", "level", "affixes"),
      ...columnsOf(keystones, "startAt", "endAt", "success", "gameMs"),
    })
    .from(keystones)
    .where(eq(keystones.reportId, reportId))
    .orderBy(asc(keystones.number)),
);

/** The dungeon runs of one log with affixes and result, in order. */
export async function keystonesOf(
  ctx: GuildContext,
  reportId: string,
): Promise<readonly KeystoneRun[]> {
  allow(ctx, "logs.view");
  const rows = await runsOfReport.all(ctx.db, { reportId });
  return rows.map(({ mapId, success, affixes, ...run }) => ({
    ...run,
    affixes: affixes.map((id) => ({ id, name: AFFIXES.get(id) ?? `#${id}` })),
    ...resultOf({ mapId, success, gameMs: run.gameMs }),
  }));
}
