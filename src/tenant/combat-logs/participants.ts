import { sql } from "drizzle-orm";
import { columnsOf, optional, prepare, rowsOf, type Values } from "../../database/query.ts";
import { splitName } from "../../kernel/game/characters.ts";
import { Turn } from "../../kernel/turns.ts";
import { limits } from "../../limits.ts";
import { allow, type GuildContext } from "../context.ts";
import { encounterPlayers, encounters } from "./schema.ts";

/** One player in the fights of one log. */
export interface Participant {
  readonly guid: string;
  readonly name: string;
  /** Null for a client that does not log realms. */
  readonly realm: string | null;
  /** Null for a client that does not log regions. */
  readonly region: string | null;
  readonly class: string | null;
  readonly spec: string | null;
  /** All fights, also those between encounters. A pull that is in the log twice counts once. */
  readonly fights: number;
  /** Encounters only: players who pass by are in other fights. */
  readonly encounters: number;
  /** The beginning of the first fight, and the end of the last one. */
  readonly firstSeenAt: number;
  readonly lastSeenAt: number;
}

interface Participants {
  readonly items: readonly Participant[];
  /** Players beyond the limit. */
  readonly leftOut: number;
}

interface Place {
  readonly reportId: string;
  readonly after: number;
  readonly limit: number;
}

// Fights without players have a row without a player, so that the last row is of the last fight.
const playersOfFights = prepare(({ reportId, after, limit }: Values<Place>) =>
  rowsOf(
    {
      ...columnsOf(encounters, "startByte", "kind", "startAt", "endAt"),
      guid: optional(encounterPlayers.guid),
      name: optional(encounterPlayers.name),
      class: optional(encounterPlayers.class),
      spec: optional(encounterPlayers.spec),
    },
    (columns) => sql`select ${columns} from (
        select id, start_byte, kind, start_at, end_at from ${encounters}
        where ${encounters.reportId} = ${reportId} and ${encounters.startByte} > ${after}
          and not exists (select 1 from ${encounters} as twin
            where twin.id = ${encounters.sameAs} and twin.report_id = ${reportId})
        order by ${encounters.startByte} limit ${limit}) as encounters
      left join ${encounterPlayers} on ${encounterPlayers.encounterId} = ${encounters.id}
      order by ${encounters.startByte}`,
  ),
);

/** The players of one log, those with the most encounters first. */
export async function participantsOf(ctx: GuildContext, reportId: string): Promise<Participants> {
  allow(ctx, "logs.view");
  const found = new Map<string, Participant>();
  const leftOut = new Set<string>();
  const turn = new Turn();
  const limit = limits.logs.participantFightsAtOnce;
  for (let after = -1; ; ) {
    const rows = await playersOfFights.all(ctx.db, { reportId, after, limit });
    for (const row of rows) {
      const { guid } = row;
      if (guid === null) continue;
      const known = found.get(guid);
      if (known || found.size < limits.logs.participantsMax) found.set(guid, joined(known, row));
      else if (leftOut.size < limits.logs.unitsMax) leftOut.add(guid);
      await turn.pause();
    }
    const last = rows.at(-1);
    if (last === undefined) break;
    after = last.startByte;
  }
  const items = [...found.values()].toSorted(
    (a, b) => b.encounters - a.encounters || b.fights - a.fights || a.name.localeCompare(b.name),
  );
  return { items, leftOut: leftOut.size };
}

/** A player after one more fight. The latest class and spec count: players change between pulls. */
function joined(
  known: Participant | undefined,
  row: ReturnType<typeof playersOfFights.decode>[number],
): Participant {
  const isEncounter = row.kind === "encounter";
  return {
    guid: row.guid!,
    ...placeOf(row.name!),
    class: row.class ?? known?.class ?? null,
    spec: row.spec ?? known?.spec ?? null,
    fights: (known?.fights ?? 0) + 1,
    encounters: (known?.encounters ?? 0) + (isEncounter ? 1 : 0),
    firstSeenAt: Math.min(known?.firstSeenAt ?? row.startAt, row.startAt),
    lastSeenAt: Math.max(known?.lastSeenAt ?? row.endAt, row.endAt),
  };
}

/** Logs write `Name-Realm-EU`, `Name-Realm` or `Name`. */
export function placeOf(text: string): Pick<Participant, "name" | "realm" | "region"> {
  const region = /-(US|EU|KR|TW|CN)$/.exec(text)?.[1] ?? null;
  const place = region === null ? text : text.slice(0, -region.length - 1);
  // Clients write the hyphen before an unknown realm, too.
  const split = splitName("retail", place.replace(/-$/, ""));
  return { name: split?.name ?? text, realm: split?.realm ?? null, region };
}
