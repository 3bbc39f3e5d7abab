import { and, eq, getTableColumns, inArray, notExists, type SQL, sql } from "drizzle-orm";
import type { SQLiteTable } from "drizzle-orm/sqlite-core";
import type { TenantDatabase } from "../../database/client.ts";
import { asNumber, asText, columnsOf, prepare, rowsOf, type Values } from "../../database/query.ts";
import { build, insertInto } from "../../database/statements.ts";
import { guard, toStatement, type Writable, write } from "../../database/write.ts";
import type { ImportId } from "../../kernel/ids.ts";
import { record } from "../audit.ts";
import type { GuildContext } from "../context.ts";
import { replaceTwins } from "./reports.ts";
import {
  encounterPlayers,
  encounters,
  keystones,
  logReports,
  movedFights,
  transferRows,
} from "./schema.ts";
import { SAME_PULL_MS } from "./store.ts";

/** Which fights to move: by id, or all encounters of a time and boss. Times are Unix milliseconds. */
export interface FightFilter {
  readonly ids?: readonly string[] | undefined;
  readonly since?: number | undefined;
  readonly until?: number | undefined;
  readonly boss?: string | undefined;
}

/** A fight that a transfer moves. */
export interface MovableFight {
  readonly id: string;
  readonly name: string;
  readonly difficulty: number;
  readonly startAt: number;
  readonly players: number;
  readonly damage: number;
}

const matching = prepare(
  ({
    ids,
    since,
    until,
    boss,
    limit,
  }: Values<{
    ids: string | null;
    since: number;
    until: number;
    boss: string | null;
    limit: number;
  }>) =>
    rowsOf(
      {
        ...columnsOf(encounters, "id", "name", "difficulty", "startAt"),
        players: asNumber(sql`(select count(*) from ${encounterPlayers}
          where ${encounterPlayers.encounterId} = ${encounters.id})`),
        damage:
          asNumber(sql`(select coalesce(sum(${encounterPlayers.damage}), 0) from ${encounterPlayers}
          where ${encounterPlayers.encounterId} = ${encounters.id})`),
      },
      (columns) => sql`select ${columns} from ${encounters}
        join ${logReports} on ${logReports.id} = ${encounters.reportId}
        where (${ids} is not null or ${encounters.kind} = 'encounter')
          and ${logReports.state} not in ('receiving', 'waiting', 'parsing')
          and (${ids} is null or ${encounters.id} in (select value from json_each(${ids})))
          and ${encounters.startAt} >= ${since} and ${encounters.startAt} < ${until}
          and (${boss} is null or lower(${encounters.name}) = lower(${boss})
            or cast(${encounters.gameId} as text) = ${boss})
        order by ${encounters.startAt}, ${encounters.id} limit ${limit}`,
    ),
);

const twinsOf = prepare(({ fights }: Values<{ fights: string }>) =>
  rowsOf(
    { id: asText(sql`value ->> 'id'`), twin: asText(encounters.id) },
    (columns) => sql`select ${columns} from json_each(${fights}) join ${encounters}
      on ${encounters.name} = value ->> 'name' and ${encounters.difficulty} = value ->> 'difficulty'
        and abs(${encounters.startAt} - (value ->> 'startAt')) <= ${SAME_PULL_MS}
        and ${encounters.kind} = 'encounter' and ${encounters.id} <> value ->> 'id'`,
  ),
);

/** The fights that a filter finds, up to `limit`. Those of logs that are being read are left out. */
export async function movableFights(
  db: TenantDatabase,
  filter: FightFilter,
  limit: number,
): Promise<readonly MovableFight[]> {
  return await matching.all(db, {
    ids: filter.ids === undefined ? null : JSON.stringify(filter.ids),
    since: filter.since ?? 0,
    until: filter.until ?? Number.MAX_SAFE_INTEGER,
    boss: filter.boss?.trim() ?? null,
    limit,
  });
}

/** Fights of the target that are the same pulls. They stay, and a moved one counts as their double. */
export async function twinsIn(db: TenantDatabase, fights: readonly MovableFight[]) {
  return await twinsOf.all(db, { fights: JSON.stringify(fights) });
}

/** Tables whose rows travel, in the order in which they are inserted. */
const TABLES = {
  report: logReports,
  keystone: keystones,
  encounter: encounters,
  player: encounterPlayers,
} as const;
type Kind = keyof typeof TABLES;
const KINDS = ["report", "keystone", "encounter", "player"] as const;

const staged = ({ id, kind }: { id: string; kind: Kind }) =>
  sql`${transferRows.transferId} = ${id} and ${transferRows.kind} = ${kind}`;

/** A row of the source as JSON. Documents travel as texts, so nothing in them changes. */
function jsonOf(table: SQLiteTable): SQL {
  const members = Object.values(getTableColumns(table)).map(
    (column) => sql`${sql.raw(`'${column.name}'`)}, ${column}`,
  );
  return sql`json_object(${sql.join(members, sql`, `)})`;
}

/** A row on its way: JSON text, and the report in the source that it belongs to ("" for players). */
export interface TravellingRow {
  readonly kind: Kind;
  readonly row: string;
  readonly reportId: string;
}

/** The rows of some fights. */
export async function rowsOfFights(
  db: TenantDatabase,
  ids: readonly string[],
): Promise<readonly TravellingRow[]> {
  const list = sql`(select value from json_each(${JSON.stringify(ids)}))`;
  const reports = sql`(select report_id from encounters where id in ${list})`;
  const sources: Readonly<Record<Kind, readonly [where: SQL, reportId: SQL]>> = {
    report: [sql`${logReports.id} in ${reports}`, sql`${logReports.id}`],
    keystone: [
      sql`exists (select 1 from encounters e where e.id in ${list}
        and e.report_id = ${keystones.reportId} and e.keystone = ${keystones.number})`,
      sql`${keystones.reportId}`,
    ],
    encounter: [sql`${encounters.id} in ${list}`, sql`${encounters.reportId}`],
    player: [sql`${encounterPlayers.encounterId} in ${list}`, sql`''`],
  };
  const rows: TravellingRow[] = [];
  for (const kind of KINDS) {
    const [where, reportId] = sources[kind];
    const table = TABLES[kind];
    const found = await db.client.execute(
      toStatement(sql`select ${jsonOf(table)}, ${reportId} from ${table} where ${where}`),
    );
    for (const [row, report] of found.rows) {
      rows.push({ kind, row: String(row), reportId: String(report) });
    }
  }
  return rows;
}

/** Removes what an interrupted run has copied. */
export async function clearStaging(db: TenantDatabase, transferId: string): Promise<void> {
  await write(db, [build.delete(transferRows).where(eq(transferRows.transferId, transferId))]);
}

/** Stores copied rows where they do not count yet. `reportId` is the id of their report in the target. */
export async function stageRows(
  db: TenantDatabase,
  transferId: string,
  rows: readonly (TravellingRow & { readonly position: number })[],
): Promise<void> {
  const statements = rows.map(({ kind, row, reportId, position }) => {
    // The text is not parsed, so that no number in it changes.
    const text = `{"_report":${JSON.stringify(reportId)},${row.slice(1)}`;
    return insertInto(transferRows, { transferId, position, kind, row: sql`${text}` });
  });
  if (statements.length > 0) await write(db, statements);
}

/** How many of these fights the guild has. */
export async function countFights(db: TenantDatabase, ids: readonly string[]): Promise<number> {
  return (await movableFights(db, { ids }, ids.length + 1)).length;
}

/** What a transfer changes in one of its guilds. */
export interface TransferPart {
  readonly id: string;
  readonly fights: readonly string[];
  /** The transfer that this one takes back. Fights return to their old reports, where these are left. */
  readonly reverts: string | null;
  /** The other guild, for the audit log. */
  readonly other: string;
}

/**
 * Makes the copied rows count, in one transaction. Does nothing when that has happened.
 *
 * @throws `otherwise()` when rows are missing
 */
export async function addStagedFights(
  ctx: GuildContext,
  part: TransferPart,
  otherwise: () => Error,
): Promise<void> {
  const { id, fights } = part;
  const ids = sql`(select value from json_each(${JSON.stringify(fights)}))`;
  if ((await countFights(ctx.db, fights)) === fights.length) return;
  const inserts = KINDS.map((kind) => insertStaged(part, kind));
  await write(ctx.db, [
    guard(
      sql`(select count(*) from ${transferRows} where ${staged({ id, kind: "encounter" })}) = ${fights.length}`,
      otherwise,
    ),
    ...inserts,
    sql`update ${encounters} set same_as = null where id in ${ids} and same_as not in ${ids}`,
    twinUpdate(ids),
    build.delete(movedFights).where(inArray(movedFights.encounterId, [...fights])),
    build.delete(transferRows).where(eq(transferRows.transferId, id)),
    record(ctx, "log.transfer-in", id, { after: { fights: fights.length, from: part.other } }),
  ]);
}

/**
 * Removes the fights from the guild that they leave, in one transaction. Does nothing when that has
 * happened.
 *
 * @throws `otherwise()` when a fight or its log changed in between
 */
export async function removeMovedFights(
  ctx: GuildContext,
  part: TransferPart,
  otherwise: () => Error,
): Promise<void> {
  const { id, fights, reverts } = part;
  if ((await tombstones.all(ctx.db, { id })).length > 0) return;
  const ids = sql`(select value from json_each(${JSON.stringify(fights)}))`;
  await write(ctx.db, [
    guard(
      sql`(select count(*) from encounters e join log_reports r on r.id = e.report_id where e.id in ${ids}
        and r.state not in ('receiving', 'waiting', 'parsing')) = ${fights.length}`,
      otherwise,
    ),
    tombstonesOf(ids, id),
    ...removal(ids, reverts),
    record(ctx, "log.transfer-out", id, { after: { fights: fights.length, to: part.other } }),
  ]);
}

/** Undoes `addStagedFights` or a copy of fights, in one transaction. */
export async function undoAddedFights(ctx: GuildContext, part: TransferPart): Promise<void> {
  const ids = sql`(select value from json_each(${JSON.stringify(part.fights)}))`;
  await write(ctx.db, [
    build.delete(transferRows).where(eq(transferRows.transferId, part.id)),
    ...(part.reverts === null ? [] : [tombstonesOf(ids, part.reverts)]),
    ...removal(ids, part.id),
    record(ctx, "log.transfer-undo", part.id, { after: { other: part.other } }),
  ]);
}

const tombstones = prepare(({ id }: Values<{ id: string }>) =>
  build
    .select(columnsOf(movedFights, "encounterId"))
    .from(movedFights)
    .where(eq(movedFights.transferId, id))
    .limit(1),
);

function tombstonesOf(ids: SQL, transferId: string): Writable {
  return build
    .insert(movedFights)
    .select(
      sql`select id, ${transferId}, report_id, start_byte from encounters where id in ${ids}`,
    );
}

/** Deletes fights, and the reports of a transfer that are empty then. */
function removal(ids: SQL, transferId: string | null): readonly Writable[] {
  return [
    replaceTwins(ids),
    build.delete(keystones).where(
      sql`exists (select 1 from encounters e where e.id in ${ids}
        and e.report_id = ${keystones.reportId} and e.keystone = ${keystones.number})
        and not exists (select 1 from encounters e where e.id not in ${ids}
          and e.report_id = ${keystones.reportId} and e.keystone = ${keystones.number})`,
    ),
    build.delete(encounters).where(sql`${encounters.id} in ${ids}`),
    ...(transferId === null
      ? []
      : [
          build
            .delete(logReports)
            .where(
              and(
                eq(logReports.importBatch, transferId as ImportId),
                notExists(sql`(select 1 from encounters e where e.report_id = ${logReports.id})`),
              ),
            ),
        ]),
  ];
}

/**
 * Inserts the copied rows of a kind. A report gets an id of its own in the target, and the transfer as its
 * batch; its log stays in the source. A fight that returns goes to its old report.
 */
function insertStaged({ id, reverts }: TransferPart, kind: Kind): Writable {
  const table: SQLiteTable = TABLES[kind];
  const columns = Object.values(getTableColumns(table)).map((column) =>
    columnIn(kind, column.name, id, reverts),
  );
  const rows = sql`select ${sql.join(columns, sql`, `)} from ${transferRows}
    where ${staged({ id, kind })} ${isWanted(kind, id, reverts)} order by position`;
  return build.insert(table).select(rows);
}

const member = (name: string): SQL => sql`(${transferRows.row} ->> ${sql.raw(`'$.${name}'`)})`;

/** The report of a row in the target: the old one of a fight that returns, or the transfer's own. */
function reportIn(reverts: string | null, encounterId: SQL): SQL {
  if (reverts === null) return member("_report");
  return sql`coalesce((select m.report_id from moved_fights m join log_reports r on r.id = m.report_id
    where m.encounter_id = ${encounterId}), ${member("_report")})`;
}

function columnIn(kind: Kind, column: string, id: string, reverts: string | null): SQL {
  const value = member(column);
  if (kind === "report") {
    if (column === "id") return member("_report");
    if (column === "import_batch") return sql`${id}`;
    if (column === "source") return sql`'import'`;
    if (column === "state") return sql`'ready'`;
    if (["size_bytes", "stored_bytes", "parsed_bytes"].includes(column)) return sql`0`;
    if (["sha256", "duplicate_of", "error", "uploader_id"].includes(column)) return sql`null`;
  }
  if (kind === "encounter" && column === "report_id") return reportIn(reverts, member("id"));
  if (kind === "encounter" && column === "start_byte" && reverts !== null) {
    return sql`coalesce((select m.start_byte from moved_fights m where m.encounter_id = ${member("id")}),
      ${value})`;
  }
  if (kind === "keystone" && column === "report_id") {
    const first = sql`(select t.row ->> '$.id' from transfer_rows t where t.transfer_id = ${id}
      and t.kind = 'encounter' and t.row ->> '$.report_id' = ${value}
      and t.row ->> '$.keystone' = ${member("number")} limit 1)`;
    return reportIn(reverts, first);
  }
  return value;
}

/** Skips reports and keystones that still exist when a transfer is undone: the returning fights use them. */
function isWanted(kind: Kind, id: string, reverts: string | null): SQL {
  if (reverts === null || kind === "encounter" || kind === "player") return sql``;
  if (kind === "report") {
    return sql`and exists (select 1 from transfer_rows t where t.transfer_id = ${id}
      and t.kind = 'encounter' and t.row ->> '$.report_id' = ${member("id")}
      and not exists (select 1 from moved_fights m join log_reports r on r.id = m.report_id
        where m.encounter_id = t.row ->> '$.id'))`;
  }
  return sql`and not exists (select 1 from keystones k where k.number = ${member("number")}
    and k.report_id = ${columnIn("keystone", "report_id", id, reverts)})`;
}

/** Marks moved fights that the target has from another log. */
function twinUpdate(ids: SQL): Writable {
  return sql`update ${encounters} set same_as = (select min(coalesce(o.same_as, o.id)) from encounters o
      where o.game_id = encounters.game_id and o.difficulty = encounters.difficulty
        and o.kind = 'encounter' and o.report_id <> encounters.report_id and o.id not in ${ids}
        and o.start_at between encounters.start_at - ${SAME_PULL_MS} and encounters.start_at + ${SAME_PULL_MS})
    where id in ${ids} and kind = 'encounter' and same_as is null`;
}
