import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { systemClock } from "../../../src/kernel/clock.ts";
import { Analyzer } from "../../../src/tenant/combat-logs/parser/analyzer.ts";
import type { Fight, Keystone, LogSummary } from "../../../src/tenant/combat-logs/parser/types.ts";
import { refuseOtherText } from "../../../src/tenant/combat-logs/refusals.ts";
import { unpacked } from "../../../src/tenant/combat-logs/unpack.ts";
import { table } from "../output.ts";

/** The document that `--json` prints for one file. */
export type Analysis = ReturnType<typeof documentOf>;

/** Reads a log from a file, packed or not, or from standard input with `-`. */
export async function analyzeFile(
  file: string,
  options: { readonly year: number | undefined; readonly timeZone: string | undefined },
): Promise<Analysis> {
  const isInput = file === "-";
  // A log is not newer than its file; a piped log is not newer than now.
  const writtenBefore = isInput ? systemClock().getTime() : (await stat(file)).mtimeMs;
  // Keep only what is printed: a night has hundreds of fights, each with figures for every second.
  const fights = new Map<Fight["kind"], PrintedFight[]>();
  const analyzer = new Analyzer({
    ...options,
    writtenBefore,
    onFight: (fight) => {
      const known = fights.get(fight.kind);
      if (known) known.push(printed(fight));
      else fights.set(fight.kind, [printed(fight)]);
    },
  });
  const source: AsyncIterable<Uint8Array> = isInput
    ? process.stdin
    : createReadStream(file, { highWaterMark: 256 * 1024 });
  for await (const chunk of unpacked(source)) analyzer.push(chunk);
  const log = analyzer.end();
  refuseOtherText(log);
  return documentOf(file, log, fights);
}

type PrintedFight = ReturnType<typeof printed>;

function documentOf(
  file: string,
  log: LogSummary,
  fights: ReadonlyMap<Fight["kind"], readonly PrintedFight[]>,
) {
  return {
    file,
    bytes: log.bytes,
    lines: log.lines,
    parsed: log.parsed,
    unknown: log.unknown,
    bad: log.bad,
    logVersion: log.logVersion,
    advanced: log.advanced,
    unknownEvents: log.unknownEvents,
    encounters: fights.get("encounter") ?? [],
    trash: fights.get("trash") ?? [],
    arenas: fights.get("arena") ?? [],
    keystones: log.keystones.map(keystoneOf),
  };
}

function printed(fight: Fight) {
  const players = fight.players.map((one) => ({
    guid: one.guid,
    name: one.name,
    class: one.class,
    spec: one.spec,
    damage: one.damage,
    damageOwn: one.damageOwn,
    damagePets: one.damagePets,
    overkill: one.overkill,
    absorbedByTarget: one.absorbedByTarget,
    friendlyFire: one.friendlyFire,
    supportDamage: one.supportDamage,
    healing: one.healing,
    overhealing: one.overhealing,
    absorbsGranted: one.absorbsGranted,
    damageTaken: one.damageTaken,
    deaths: one.deaths,
    activeMs: one.activeMs,
  }));
  return {
    kind: fight.kind,
    id: fight.id,
    name: fight.name,
    difficulty: fight.difficulty,
    size: fight.size,
    startMs: fight.startMs,
    endMs: fight.endMs,
    durationMs: fight.durationMs,
    gameMs: fight.gameMs,
    outcome: fight.outcome,
    bossPercent: fight.bossPercent,
    keystone: fight.keystone,
    players: players.sort((a, b) => b.damage - a.damage || (a.guid < b.guid ? -1 : 1)),
    enemies: fight.enemies.map(({ guid, name, damageTaken, unattributed, hp, hpMax }) => ({
      ...{ guid, name, damageTaken, unattributed, hp, hpMax },
    })),
    unattributedDamage: fight.unattributedDamage,
    uncreditedAbsorbs: fight.uncreditedAbsorbs,
  };
}

function keystoneOf({ name, mapId, level, affixes, startMs, endMs, success, gameMs }: Keystone) {
  return { name, mapId, level, affixes, startMs, endMs, success, gameMs };
}

/** The analysis as text: a line for each encounter, and a table of its players. */
export function peopleText(found: Analysis): string {
  const { file, lines, unknown, bad, logVersion, encounters, trash, arenas } = found;
  const head =
    `${file}: ${lines} lines, ${unknown} of unknown kinds, ${bad} unreadable` +
    (logVersion === null ? "" : `, log version ${logVersion}`);
  const matches = [...encounters, ...arenas];
  const fights = matches.length > 0 ? matches : trash;
  if (fights.length === 0) return `${head}\nNo fight in it.`;
  const note =
    matches.length > 0 ? [] : ["No boss in it. These are the fights with other enemies."];
  return [head, ...note, ...fights.map(fightText)].join("\n\n");
}

function fightText(one: PrintedFight): string {
  const seconds = Math.max(0.001, one.durationMs / 1_000);
  const rows = one.players.map((player) => [
    player.name,
    [player.spec, player.class].filter(Boolean).join(" "),
    count(player.damage),
    count(player.damage / seconds),
    count(player.healing),
    count(player.damageTaken),
    player.deaths === 0 ? "" : String(player.deaths),
    `${Math.round((player.activeMs / Math.max(1, one.durationMs)) * 100)} %`,
  ]);
  const at = new Date(one.startMs).toISOString().replace("T", " ").slice(0, 19);
  const outcome = one.kind === "trash" ? "trash" : one.outcome;
  const title = `${one.name}, ${outcome} in ${seconds.toFixed(1)} s, ${at} UTC`;
  const none =
    one.unattributedDamage > 0 ? `\nWithout a player: ${count(one.unattributedDamage)}` : "";
  const head = ["player", "spec", "damage", "per s", "healing", "taken", "deaths", "active"];
  return `${title}\n${table(head, rows)}${none}`;
}

function count(value: number): string {
  return Math.round(value).toLocaleString("en");
}
