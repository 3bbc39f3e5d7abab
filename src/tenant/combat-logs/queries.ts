import { and, asc, desc, eq, gt, sql } from "drizzle-orm";
import { asText, columnsOf, prepare, type RowOf, type Values } from "../../database/query.ts";
import { build } from "../../database/statements.ts";
import { decodeCursor, type Page, toPage } from "../../kernel/cursor.ts";
import { NotFound } from "../../kernel/errors.ts";
import { limits } from "../../limits.ts";
import { allow, type GuildContext } from "../context.ts";
import { leftOutJson } from "./api.ts";
import type { LeftOut } from "./parser/types.ts";
import {
  encounterPlayers,
  encounters,
  type FightDetails,
  logReports,
  type PlayerDetails,
} from "./schema.ts";

/** One fight without its players. Times in Unix milliseconds. */
export type FightRow = Readonly<RowOf<typeof FIGHT>>;

/** The figures of one player in one fight. */
export type PlayerRow = Readonly<RowOf<typeof PLAYER>>;

const NOTHING: LeftOut = { players: 0, enemies: 0, deaths: 0, rows: 0, curves: 0 };

const FIGHT = {
  ...columnsOf(encounters, "id", "reportId"),
  reportTitle: logReports.title,
  ...columnsOf(encounters, "kind", "gameId", "name", "difficulty", "size", "startAt", "endAt"),
  ...columnsOf(encounters, "durationMs", "gameMs", "outcome", "bossPercent"),
  ...columnsOf(encounters, "unattributedDamage", "deathCount", "playerCount", "keystone"),
  /** The fight of another log with the same pull, which counts instead of this one. */
  sameAs: encounters.sameAs,
};

const PLAYER = {
  ...columnsOf(encounterPlayers, "guid", "name", "class", "spec", "itemLevel", "damage"),
  ...columnsOf(encounterPlayers, "damageOwn", "damagePets", "overkill", "absorbedByTarget"),
  ...columnsOf(encounterPlayers, "friendlyFire", "supportDamage", "healing", "overhealing"),
  ...columnsOf(encounterPlayers, "absorbsGranted", "damageTaken", "deaths", "activeMs", "casts"),
  ...columnsOf(encounterPlayers, "interrupts", "dispels"),
};

export const fightRows = () =>
  build
    .select(FIGHT)
    .from(encounters)
    .innerJoin(logReports, eq(logReports.id, encounters.reportId));

interface AfterByte {
  readonly reportId: string;
  /** The first byte of the last fight before the page. */
  readonly after: string | number;
  readonly limit: number;
}

const fightsOfReport = prepare((value: Values<AfterByte & { readonly withTrash: boolean }>) =>
  build
    .select({ startByte: encounters.startByte, ...FIGHT })
    .from(encounters)
    .innerJoin(logReports, eq(logReports.id, encounters.reportId))
    .where(
      and(
        eq(encounters.reportId, value.reportId),
        gt(encounters.startByte, value.after),
        sql`(${value.withTrash} or ${encounters.kind} <> 'trash')`,
      ),
    )
    .orderBy(asc(encounters.startByte))
    .limit(value.limit),
);

// Fights parsed before limits existed have no `leftOut`.
const beginnings = prepare(({ reportId, after, limit }: Values<AfterByte>) =>
  build
    .select({
      startByte: encounters.startByte,
      beginning: asText(sql`substr(${encounters.details}, 1, 200)`),
    })
    .from(encounters)
    .where(and(eq(encounters.reportId, reportId), gt(encounters.startByte, after)))
    .orderBy(asc(encounters.startByte))
    .limit(limit),
);

const trashOfReport = prepare(({ reportId }: Values<{ readonly reportId: string }>) =>
  build
    .select(columnsOf(encounters, "id"))
    .from(encounters)
    .where(and(eq(encounters.reportId, reportId), eq(encounters.kind, "trash")))
    .limit(1),
);

const fightById = prepare(({ id }: Values<{ readonly id: string }>) =>
  fightRows().where(eq(encounters.id, id)),
);

const detailsOfFight = prepare(({ id }: Values<{ readonly id: string }>) =>
  build.select(columnsOf(encounters, "details")).from(encounters).where(eq(encounters.id, id)),
);

const playersOfFight = prepare(({ id }: Values<{ readonly id: string }>) =>
  build
    .select(PLAYER)
    .from(encounterPlayers)
    .where(eq(encounterPlayers.encounterId, id))
    .orderBy(desc(encounterPlayers.damage), asc(encounterPlayers.guid)),
);

const playerOfFight = prepare(
  ({ id, guid }: Values<{ readonly id: string; readonly guid: string }>) =>
    build
      .select({ details: encounterPlayers.details, ...PLAYER })
      .from(encounterPlayers)
      .where(and(eq(encounterPlayers.encounterId, id), eq(encounterPlayers.guid, guid))),
);

/** Every fight of one log, in order. */
export async function fightsOf(ctx: GuildContext, reportId: string): Promise<readonly FightRow[]> {
  const fights: FightRow[] = [];
  for (let after: string | undefined; ; ) {
    const page = await fightsPage(ctx, reportId, { withTrash: true, cursor: after });
    fights.push(...page.items);
    if (page.next === undefined) return fights;
    after = page.next;
  }
}

/** A page of the fights of one log, in order. */
export async function fightsPage(
  ctx: GuildContext,
  reportId: string,
  query: { readonly withTrash: boolean; readonly cursor: string | undefined },
): Promise<Page<FightRow>> {
  allow(ctx, "logs.view");
  const [after] = query.cursor ? decodeCursor(query.cursor, 1) : [-1];
  const limit = limits.logs.fightsPageRows;
  const rows = await fightsOfReport.all(ctx.db, {
    reportId,
    after: after!,
    withTrash: query.withTrash,
    limit: limit + 1,
  });
  const { items, next } = toPage(rows, limit, (last) => [last.startByte]);
  const fights = items.map(({ startByte: _, ...row }) => row);
  return next === undefined ? { items: fights } : { items: fights, next };
}

/** Tells whether this log has fights between encounters. */
export async function hasTrash(ctx: GuildContext, reportId: string): Promise<boolean> {
  allow(ctx, "logs.view");
  return (await trashOfReport.first(ctx.db, { reportId })) !== undefined;
}

/** What was left out of all fights of one log because of limits. */
export async function leftOutOf(ctx: GuildContext, reportId: string): Promise<LeftOut> {
  allow(ctx, "logs.view");
  let sum = NOTHING;
  for (let after = -1; ; ) {
    const rows = await beginnings.all(ctx.db, { reportId, after, limit: limits.logs.readAtOnce });
    for (const { beginning } of rows) sum = added(sum, leftOutIn(beginning));
    if (rows.length < limits.logs.readAtOnce) return sum;
    after = rows.at(-1)!.startByte;
  }
}

/** `leftOut` is the first field in a fight's document (`fight-rows.ts`). */
function leftOutIn(beginning: string): LeftOut {
  const found = /^\{"leftOut":(\{[^{}]*\})/.exec(beginning);
  return found ? leftOutJson.parse(JSON.parse(found[1]!)) : NOTHING;
}

function added(a: LeftOut, b: LeftOut): LeftOut {
  return {
    players: a.players + b.players,
    enemies: a.enemies + b.enemies,
    deaths: a.deaths + b.deaths,
    rows: a.rows + b.rows,
    curves: a.curves + b.curves,
  };
}

/**
 * One fight with all its players, the most damage first.
 *
 * @throws {NotFound} `logs/fight-not-found`
 */
export async function fight(
  ctx: GuildContext,
  id: string,
): Promise<FightRow & FightDetails & { leftOut: LeftOut; players: readonly PlayerRow[] }> {
  allow(ctx, "logs.view");
  const row = await fightById.first(ctx.db, { id });
  if (row === undefined) throw noSuchFight();
  const [players, found] = await Promise.all([
    playersOfFight.all(ctx.db, { id }),
    detailsOfFight.first(ctx.db, { id }),
  ]);
  const { details } = found!;
  return { ...row, ...details, leftOut: details.leftOut ?? NOTHING, players };
}

/** One player in one fight, with spells, targets and seconds. */
export async function fightPlayer(
  ctx: GuildContext,
  id: string,
  guid: string,
): Promise<{ fight: FightRow; player: PlayerRow; details: PlayerDetails }> {
  allow(ctx, "logs.view");
  const found = await playerOfFight.first(ctx.db, { id, guid });
  const row = await fightById.first(ctx.db, { id });
  if (row === undefined || found === undefined) throw noSuchFight();
  const { details, ...player } = found;
  return { fight: row, player, details };
}

/** Several fights side by side with the same players, at most four. */
export async function compare(ctx: GuildContext, ids: readonly string[]) {
  return await Promise.all(ids.slice(0, 4).map((id) => fight(ctx, id)));
}

function noSuchFight(): NotFound {
  return new NotFound("logs/fight-not-found", "This fight does not exist in the logs.");
}
