import { decodeCursor, type Page, toPage } from "../../kernel/cursor.ts";
import { NotFound } from "../../kernel/errors.ts";
import { limits } from "../../limits.ts";
import { allow, type GuildContext } from "../context.ts";
import { leftOutJson } from "./api.ts";
import type {
  BuffUptime,
  Consumable,
  Death,
  EnemyFigures,
  LeftOut,
  SpellShare,
  StoppedSpell,
  TargetShare,
} from "./parser/types.ts";

/** One fight without its players. Times in Unix milliseconds. */
export interface FightRow {
  readonly id: string;
  readonly reportId: string;
  readonly reportTitle: string;
  readonly kind: "encounter" | "trash" | "arena";
  readonly gameId: number;
  readonly name: string;
  readonly difficulty: number;
  readonly size: number | null;
  readonly startAt: number;
  readonly endAt: number;
  readonly durationMs: number;
  readonly gameMs: number | null;
  readonly outcome: string;
  readonly bossPercent: number | null;
  readonly unattributedDamage: number;
  readonly deathCount: number;
  readonly playerCount: number;
  readonly keystone: number | null;
  /** The fight of another log with the same pull, which counts instead of this one. */
  readonly sameAs: string | null;
}

/** The figures of one player in one fight. */
export interface PlayerRow {
  readonly guid: string;
  readonly name: string;
  readonly class: string | null;
  readonly spec: string | null;
  readonly itemLevel: number | null;
  readonly damage: number;
  readonly damageOwn: number;
  readonly damagePets: number;
  readonly overkill: number;
  readonly absorbedByTarget: number;
  readonly friendlyFire: number;
  readonly supportDamage: number;
  readonly healing: number;
  readonly overhealing: number;
  readonly absorbsGranted: number;
  readonly damageTaken: number;
  readonly deaths: number;
  readonly activeMs: number;
  readonly casts: number;
  readonly interrupts: number;
  readonly dispels: number;
}

export interface PlayerDetails {
  readonly spells: readonly SpellShare[];
  readonly targets: readonly TargetShare[];
  readonly takenFrom: readonly TargetShare[];
  readonly damageBySecond: readonly number[];
  readonly healingBySecond: readonly number[];
  readonly takenBySecond: readonly number[];
  /** Missing, as the three after it, in fights that an older version parsed. */
  readonly interrupted?: readonly StoppedSpell[] | undefined;
  readonly dispelled?: readonly StoppedSpell[] | undefined;
  readonly consumables?: readonly Consumable[] | undefined;
  readonly buffs?: readonly BuffUptime[] | undefined;
  /** For imported figures only. */
  readonly healingReceived?: number | undefined;
}

export interface FightDetails {
  readonly deaths: readonly Death[];
  readonly enemies: readonly EnemyFigures[];
  /** What was left out because of a limit. */
  readonly leftOut: LeftOut;
  /** Absorbed damage without a known shield. Missing in fights that were parsed before. */
  readonly uncreditedAbsorbs?: number | undefined;
}

const NOTHING: LeftOut = { players: 0, enemies: 0, deaths: 0, rows: 0, curves: 0 };

/** The guild's progress with one boss on one difficulty. Several logs of one pull count once. */
export interface BossRow {
  readonly gameId: number;
  readonly name: string;
  readonly difficulty: number;
  readonly pulls: number;
  readonly kills: number;
  /** The boss's lowest remaining health, 0 after a kill. */
  readonly bestPercent: number | null;
  readonly fastestMs: number | null;
  readonly firstKillAt: number | null;
  readonly lastAt: number;
}

const FIGHT = `
  e.id, e.report_id AS reportId, r.title AS reportTitle, e.kind, e.game_id AS gameId, e.name,
  e.difficulty, e.size, e.start_at AS startAt, e.end_at AS endAt, e.duration_ms AS durationMs,
  e.game_ms AS gameMs, e.outcome, e.boss_percent AS bossPercent,
  e.unattributed_damage AS unattributedDamage, e.death_count AS deathCount,
  e.player_count AS playerCount, e.keystone, e.same_as AS sameAs
  FROM encounters e JOIN log_reports r ON r.id = e.report_id`;
const PLAYER = `
  guid, name, class, spec, item_level AS itemLevel, damage, damage_own AS damageOwn,
  damage_pets AS damagePets, overkill, absorbed_by_target AS absorbedByTarget,
  friendly_fire AS friendlyFire, support_damage AS supportDamage, healing, overhealing,
  absorbs_granted AS absorbsGranted, damage_taken AS damageTaken, deaths, active_ms AS activeMs,
  casts, interrupts, dispels FROM encounter_players`;

const OF_REPORT = `SELECT e.start_byte AS startByte, ${FIGHT} WHERE e.report_id = ?1 AND e.start_byte > ?2
    AND (?3 OR e.kind <> 'trash') ORDER BY e.start_byte LIMIT ?4`;
// Fights parsed before limits existed have no `leftOut`.
const LEFT_OUT = `SELECT start_byte AS startByte, substr(details, 1, 200) AS beginning
  FROM encounters WHERE report_id = ? AND start_byte > ? ORDER BY start_byte LIMIT ?`;
const ONE_FIGHT = `SELECT ${FIGHT} WHERE e.id = ?`;
const PLAYERS = `SELECT ${PLAYER} WHERE encounter_id = ? ORDER BY damage DESC, guid`;
// The index begins with the boss, so its pulls are read in order without sorting.
const PULLS = `SELECT ${FIGHT}
  WHERE e.game_id = ?1 AND e.difficulty = ?2 AND e.kind = 'encounter' AND e.same_as IS NULL
    AND (?3 IS NULL OR (e.start_at, e.id) < (?3, ?4))
  ORDER BY e.start_at DESC, e.id DESC LIMIT ?5`;
const BOSSES = `
  SELECT game_id AS gameId, max(name) AS name, difficulty, count(*) AS pulls,
    sum(outcome = 'kill') AS kills,
    min(CASE WHEN outcome = 'kill' THEN 0 ELSE boss_percent END) AS bestPercent,
    min(CASE WHEN outcome = 'kill' THEN nullif(duration_ms, 0) END) AS fastestMs,
    min(CASE WHEN outcome = 'kill' THEN start_at END) AS firstKillAt, max(start_at) AS lastAt
  FROM encounters WHERE kind = 'encounter' AND same_as IS NULL
  GROUP BY game_id, difficulty ORDER BY lastAt DESC`;
const RECORDS = `
  SELECT p.guid, p.name, p.class, p.spec, e.id AS encounterId, e.start_at AS startAt,
    e.duration_ms AS durationMs, p.damage, p.healing
  FROM (SELECT id, start_at, duration_ms FROM encounters
      WHERE game_id = ?1 AND difficulty = ?2 AND kind = 'encounter' AND outcome = 'kill'
        AND same_as IS NULL AND duration_ms > 0 ORDER BY start_at DESC LIMIT ?5) e
    JOIN encounter_players p ON p.encounter_id = e.id
  ORDER BY CASE ?3 WHEN 'healing' THEN p.healing ELSE p.damage END * 1.0 / e.duration_ms DESC
  LIMIT ?4`;

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
  const rows = await ctx.db.all<FightRow & { startByte: number }>(
    OF_REPORT,
    reportId,
    after!,
    query.withTrash,
    limit + 1,
  );
  const { items, next } = toPage(rows, limit, (last) => [last.startByte]);
  const fights = items.map(({ startByte: _, ...row }) => row);
  return next === undefined ? { items: fights } : { items: fights, next };
}

/** Tells whether this log has fights between encounters. */
export async function hasTrash(ctx: GuildContext, reportId: string): Promise<boolean> {
  allow(ctx, "logs.view");
  const found = await ctx.db.first(
    "SELECT 1 FROM encounters WHERE report_id = ? AND kind = 'trash' LIMIT 1",
    reportId,
  );
  return found !== undefined;
}

/** What was left out of all fights of one log because of limits. */
export async function leftOutOf(ctx: GuildContext, reportId: string): Promise<LeftOut> {
  allow(ctx, "logs.view");
  let sum = NOTHING;
  for (let after = -1; ; ) {
    const rows = await ctx.db.all<{ startByte: number; beginning: string }>(
      LEFT_OUT,
      reportId,
      after,
      limits.logs.readAtOnce,
    );
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
): Promise<FightRow & FightDetails & { readonly players: readonly PlayerRow[] }> {
  allow(ctx, "logs.view");
  const row = await ctx.db.first<FightRow>(ONE_FIGHT, id);
  if (row === undefined) throw noSuchFight();
  const [players, details] = await Promise.all([
    ctx.db.all<PlayerRow>(PLAYERS, id),
    ctx.db.first<{ details: string }>("SELECT details FROM encounters WHERE id = ?", id),
  ]);
  const document = JSON.parse(details!.details) as FightDetails;
  return { ...row, ...document, leftOut: document.leftOut ?? NOTHING, players };
}

/** One player in one fight, with spells, targets and seconds. */
export async function fightPlayer(
  ctx: GuildContext,
  id: string,
  guid: string,
): Promise<{ fight: FightRow; player: PlayerRow; details: PlayerDetails }> {
  allow(ctx, "logs.view");
  const found = await ctx.db.first<PlayerRow & { details: string }>(
    `SELECT details, ${PLAYER} WHERE encounter_id = ? AND guid = ?`,
    id,
    guid,
  );
  const row = await ctx.db.first<FightRow>(ONE_FIGHT, id);
  if (row === undefined || found === undefined) throw noSuchFight();
  const { details, ...player } = found;
  return { fight: row, player, details: JSON.parse(details) };
}

/** Every boss that the guild has pulled, newest first. */
export async function bosses(ctx: GuildContext): Promise<readonly BossRow[]> {
  allow(ctx, "logs.view");
  return await ctx.db.all<BossRow>(BOSSES);
}

/** All pulls of one boss on one difficulty, newest first. */
export async function pulls(
  ctx: GuildContext,
  query: {
    readonly gameId: number;
    readonly difficulty: number;
    readonly limit: number;
    readonly cursor?: string | undefined;
  },
): Promise<Page<FightRow>> {
  allow(ctx, "logs.view");
  const [at, id] = query.cursor ? decodeCursor(query.cursor, 2) : [null, null];
  const rows = await ctx.db.all<FightRow>(
    PULLS,
    query.gameId,
    query.difficulty,
    at as number | null,
    id as string | null,
    query.limit + 1,
  );
  return toPage(rows, query.limit, (last) => [last.startAt, last.id]);
}

export interface RecordRow {
  readonly guid: string;
  readonly name: string;
  readonly class: string | null;
  readonly spec: string | null;
  readonly encounterId: string;
  readonly startAt: number;
  readonly durationMs: number;
  readonly damage: number;
  readonly healing: number;
}

/** The guild's best figures per second in its latest kills of this boss. */
export async function records(
  ctx: GuildContext,
  query: {
    readonly gameId: number;
    readonly difficulty: number;
    readonly by: "damage" | "healing";
    readonly limit: number;
  },
): Promise<readonly RecordRow[]> {
  allow(ctx, "logs.view");
  const { gameId, difficulty, by, limit } = query;
  return await ctx.db.all<RecordRow>(
    RECORDS,
    gameId,
    difficulty,
    by,
    limit,
    limits.logs.recordKillsMax,
  );
}

/** Several fights side by side with the same players, at most four. */
export async function compare(ctx: GuildContext, ids: readonly string[]) {
  return await Promise.all(ids.slice(0, 4).map((id) => fight(ctx, id)));
}

function noSuchFight(): NotFound {
  return new NotFound("logs/fight-not-found", "This fight does not exist in the logs.");
}
