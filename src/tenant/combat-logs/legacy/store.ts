import { and, eq, isNotNull, sql } from "drizzle-orm";
import {
  asNumber,
  asText,
  columnsOf,
  optional,
  prepare,
  rowsOf,
  type Values,
} from "../../../database/query.ts";
import { build, insertAll, insertInto } from "../../../database/statements.ts";
import { type Writable, write } from "../../../database/write.ts";
import { type ImportId, newId } from "../../../kernel/ids.ts";
import { record } from "../../audit.ts";
import type { GuildContext } from "../../context.ts";
import { CLASSES } from "../../roster/classes.ts";
import { encounterPlayers, encounters, keystones, logCharacters, logReports } from "../schema.ts";
import { twinOf } from "../store.ts";
import { fightKey, type PlacedFight } from "./plan.ts";
import type { LegacyCharacter, LegacyMetric } from "./rows.ts";

/** Numbers of bosses that have none in the source. The game's own numbers are far below. */
const MADE_UP_FROM = 1_000_000_000;
const LEFT_OUT = { players: 0, enemies: 0, deaths: 0, rows: 0, curves: 0 };
const NO_DETAILS = {
  spells: [],
  targets: [],
  takenFrom: [],
  damageBySecond: [],
  healingBySecond: [],
  takenBySecond: [],
};

/** A fight that is in the guild already. `batch` is null for fights of uploaded logs. */
export interface KnownFight {
  readonly id: string;
  readonly batch: ImportId | null;
  readonly players: number;
  readonly durationMs: number;
}

/** A report of this batch: a log file of the source, or a part of one. */
export interface BatchReport {
  readonly id: string;
  readonly key: string;
}

const fightsAt = prepare(({ times }: Values<{ times: string }>) =>
  rowsOf(
    {
      ...columnsOf(encounters, "id", "name", "difficulty", "startAt", "durationMs"),
      keyLevel: optional(keystones.level),
      batch: logReports.importBatch,
      players: asNumber(
        sql`(select count(*) from ${encounterPlayers} where ${encounterPlayers.encounterId} = ${encounters.id})`,
      ),
    },
    (columns) => sql`select ${columns} from ${encounters}
      join ${logReports} on ${logReports.id} = ${encounters.reportId}
      left join ${keystones} on ${keystones.reportId} = ${encounters.reportId}
        and ${keystones.number} = ${encounters.keystone}
      where ${encounters.startAt} in (select value from json_each(${times}))`,
  ),
);

const numbersByName = prepare(({ names }: Values<{ names: string }>) =>
  rowsOf(
    { name: asText(encounters.name), gameId: asNumber(sql`min(${encounters.gameId})`) },
    (columns) => sql`select ${columns} from ${encounters}
      where ${encounters.gameId} > 0 and ${encounters.name} in (select value from json_each(${names}))
      group by ${encounters.name}`,
  ),
);

const reportsOfBatch = prepare(({ batch }: Values<{ batch: ImportId }>) =>
  build
    .select(columnsOf(logReports, "id", "fileName", "sha256"))
    .from(logReports)
    .where(and(eq(logReports.importBatch, batch), isNotNull(logReports.importBatch))),
);

const charactersIn = prepare(({ guids }: Values<{ guids: string }>) =>
  rowsOf(
    columnsOf(logCharacters, "guid"),
    (columns) => sql`select ${columns} from ${logCharacters}
      where ${logCharacters.guid} in (select value from json_each(${guids}))`,
  ),
);

const playersIn = prepare(({ ids }: Values<{ ids: string }>) =>
  rowsOf(
    columnsOf(encounterPlayers, "encounterId", "guid"),
    (columns) => sql`select ${columns} from ${encounterPlayers}
      where ${encounterPlayers.encounterId} in (select value from json_each(${ids}))`,
  ),
);

/** The fights of the guild that are the same as some of these, by their key. */
export async function knownFights(
  { db }: Pick<GuildContext, "db">,
  fights: readonly PlacedFight[],
): Promise<ReadonlyMap<string, KnownFight>> {
  const times = JSON.stringify([...new Set(fights.map(({ startAt }) => startAt))]);
  const found = await fightsAt.all(db, { times });
  return new Map(found.map((row) => [fightKey(row), row]));
}

/** The GUIDs of these that the guild has already. */
export async function knownCharacters(
  { db }: Pick<GuildContext, "db">,
  guids: readonly string[],
): Promise<ReadonlySet<string>> {
  const found = await charactersIn.all(db, { guids: JSON.stringify(guids) });
  return new Set(found.map(({ guid }) => guid));
}

/** The game's numbers of bosses that the guild has met, by name. Others get a number of their own. */
export async function bossNumbers(
  { db }: Pick<GuildContext, "db">,
  names: readonly string[],
): Promise<(name: string) => number> {
  const found = await numbersByName.all(db, { names: JSON.stringify(names) });
  const known = new Map(found.map(({ name, gameId }) => [name, gameId]));
  return (name) => known.get(name) ?? MADE_UP_FROM + (hashOf(name) % MADE_UP_FROM);
}

/** The reports that this batch has made so far. */
export async function batchReports(
  { db }: Pick<GuildContext, "db">,
  batch: ImportId,
): Promise<readonly BatchReport[]> {
  const found = await reportsOfBatch.all(db, { batch });
  return found.map(({ id, fileName, sha256 }) => ({ id, key: reportKey(fileName, sha256 ?? "") }));
}

export function reportKey(name: string, hash: string): string {
  return `${hash}\n${name}`;
}

/** Adds the reports of a batch, in one write with its audit row. Returns them with their ids. */
export async function addReports(
  ctx: GuildContext,
  batch: ImportId,
  files: readonly {
    readonly name: string;
    readonly hash: string;
    readonly startAt: number | null;
    readonly endAt: number | null;
  }[],
  counts: Readonly<Record<string, number>>,
): Promise<readonly BatchReport[]> {
  const nowMs = ctx.now().getTime();
  const made = files.map((file) => ({ ...file, id: newId<string>() }));
  await write(ctx.db, [
    ...made.map(({ id, name, hash, startAt, endAt }) =>
      insertInto(logReports, {
        ...{ id, startAt, endAt, fileName: name, source: "import", state: "ready" },
        title: name.replace(/\.(txt|log|gz|zip)$/i, "").slice(0, 100),
        sha256: hash === "" ? null : hash,
        uploaderName: "import",
        // Only figures are stored, so the report uses nothing of the plan's room for logs.
        sizeBytes: 0,
        timeZone: "UTC",
        createdAt: nowMs,
        updatedAt: nowMs,
        importBatch: batch,
      }),
    ),
    record(ctx, "log.import", batch, { after: counts }),
  ]);
  return made.map(({ id, name, hash }) => ({ id, key: reportKey(name, hash) }));
}

/** The statement that adds characters. The caller leaves out those that the guild has. */
export function charactersOf(batch: ImportId, found: readonly LegacyCharacter[]): Writable {
  return insertAll(
    logCharacters,
    found.map((one) => ({
      guid: one.guid,
      name: one.name,
      realm: one.realm,
      region: one.region,
      class: one.class,
      spec: one.spec,
      isArchived: one.isArchived,
      firstSeenAt: one.firstSeenAt,
      lastSeenAt: one.lastSeenAt,
      importBatch: batch,
    })),
  );
}

/** A fight to store, and what its figures add up to. */
export interface NewFight {
  readonly id: string;
  readonly reportId: string;
  readonly gameId: number;
  readonly fight: PlacedFight;
  readonly players: number;
  readonly deaths: number;
}

/** The statements that add a fight. Fights of one report begin at different places. */
export function fightRows({ id, reportId, gameId, fight, players, deaths }: NewFight) {
  const { name, difficulty, keyLevel, startAt, durationMs, isKill } = fight;
  const row = { id, reportId, gameId, name, difficulty, startAt, durationMs, kind: "encounter" };
  const place = sql`(select coalesce(max(place.start_byte) + 1, ${startAt}) from ${encounters} as place
    where place.report_id = ${reportId} and place.start_byte between ${startAt} and ${startAt + 999})`;
  const endAt = startAt + durationMs;
  const rows: Writable[] = [
    insertInto(encounters, {
      ...(row as typeof row & { kind: "encounter" }),
      size: fight.size,
      endAt,
      outcome: isKill ? "kill" : "wipe",
      bossPercent: fight.bossPercent,
      unattributedDamage: 0,
      deathCount: deaths,
      playerCount: players,
      keystone: keyLevel === null ? null : fight.id,
      startByte: place,
      endByte: endAt,
      sameAs: twinOf({ reportId, gameId, difficulty, startAt }),
      details: { leftOut: LEFT_OUT, deaths: [], enemies: [] },
    }),
  ];
  if (keyLevel !== null) {
    rows.push(
      insertInto(
        keystones,
        {
          ...{ reportId, number: fight.id, name, level: keyLevel, affixes: [], startAt },
          endAt: durationMs > 0 ? endAt : null,
          success: isKill,
          gameMs: durationMs > 0 ? durationMs : null,
        },
        { on: [keystones.reportId, keystones.number] },
      ),
    );
  }
  return rows;
}

/** A character's figures in a stored fight. */
export interface NewPlayer {
  readonly encounterId: string;
  readonly durationMs: number;
  readonly character: LegacyCharacter;
  readonly metric: LegacyMetric;
}

/** Adds figures of fights that this batch has stored. Those that are there stay as they are. */
export async function storePlayers(
  { db }: Pick<GuildContext, "db">,
  players: readonly NewPlayer[],
): Promise<void> {
  const ids = [...new Set(players.map(({ encounterId }) => encounterId))];
  const found = await playersIn.all(db, { ids: JSON.stringify(ids) });
  const there = new Set(found.map(({ encounterId, guid }) => `${encounterId} ${guid}`));
  const added = players.filter(({ encounterId, character }) => {
    const key = `${encounterId} ${character.guid}`;
    if (there.has(key)) return false;
    there.add(key);
    return true;
  });
  if (added.length > 0) await write(db, [insertAll(encounterPlayers, added.map(playerRow))]);
}

function playerRow({ encounterId, durationMs, character, metric }: NewPlayer) {
  return {
    encounterId,
    guid: character.guid,
    name: character.realm === "" ? character.name : `${character.name}-${character.realm}`,
    class: character.class === null ? null : CLASSES[character.class].name,
    spec: character.spec === "" ? null : character.spec,
    itemLevel: null,
    damage: metric.damage,
    damageOwn: metric.damage,
    damagePets: 0,
    overkill: 0,
    absorbedByTarget: 0,
    friendlyFire: 0,
    supportDamage: 0,
    healing: metric.healing,
    overhealing: metric.overhealing,
    absorbsGranted: 0,
    damageTaken: metric.damageTaken,
    deaths: metric.deaths,
    activeMs: Math.round((metric.activePercent * durationMs) / 100),
    casts: metric.casts,
    interrupts: 0,
    dispels: 0,
    details: { ...NO_DETAILS, healingReceived: metric.healingTaken },
  };
}

/** FNV-1a: the same number for the same name, in every guild. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0;
  }
  return hash;
}
