import { sql } from "drizzle-orm";
import { columnsOf, prepare, rowsOf, type Values } from "../../database/query.ts";
import { NotFound } from "../../kernel/errors.ts";
import { limits } from "../../limits.ts";
import { allow, type GuildContext } from "../context.ts";
import { placeOf } from "./participants.ts";
import { encounterPlayers, encounters, logReports } from "./schema.ts";

/** A stretch of time in Unix milliseconds. */
interface Stretch {
  readonly from: number;
  readonly until: number;
}

const reportsDuring = prepare(({ from, until, limit }: Values<Stretch & { limit: number }>) =>
  rowsOf(
    columnsOf(logReports, "id", "title"),
    (columns) => sql`select ${columns} from ${logReports}
      where exists (select 1 from ${encounters} where ${encounters.reportId} = ${logReports.id}
        and ${encounters.startAt} < ${until} and ${encounters.endAt} > ${from})
      order by ${logReports.createdAt} desc, ${logReports.id} limit ${limit}`,
  ),
);

const playersDuring = prepare((value: Values<Stretch & { report: string; limit: number }>) =>
  rowsOf(
    columnsOf(encounterPlayers, "name"),
    (columns) => sql`select distinct ${columns} from ${encounters}
      join ${encounterPlayers} on ${encounterPlayers.encounterId} = ${encounters.id}
      where ${encounters.reportId} = ${value.report}
        and ${encounters.startAt} < ${value.until} and ${encounters.endAt} > ${value.from}
      order by ${encounterPlayers.name} limit ${value.limit}`,
  ),
);

const reportById = prepare(({ id }: Values<{ id: string }>) =>
  rowsOf(
    columnsOf(logReports, "id"),
    (columns) => sql`select ${columns} from ${logReports} where ${logReports.id} = ${id}`,
  ),
);

/** The combat logs with fights in a stretch of time, the latest first. */
export async function reportsBetween(ctx: GuildContext, stretch: Stretch) {
  allow(ctx, "logs.view");
  return await reportsDuring.all(ctx.db, { ...stretch, limit: limits.raids.logsMax });
}

/**
 * The names of the players in a log's fights of a stretch of time, as the log writes them, without the
 * region that newer clients append.
 *
 * @throws {NotFound} `logs/report-not-found`
 */
export async function playersBetween(
  ctx: GuildContext,
  report: string,
  stretch: Stretch,
): Promise<readonly string[]> {
  allow(ctx, "logs.view");
  if ((await reportById.first(ctx.db, { id: report })) === undefined) {
    throw new NotFound("logs/report-not-found", "This report does not exist.");
  }
  const limit = limits.raids.peopleMax;
  const rows = await playersDuring.all(ctx.db, { ...stretch, report, limit });
  return rows.map((row) => {
    const { name, realm } = placeOf(row.name);
    return realm === null ? name : `${name}-${realm}`;
  });
}
