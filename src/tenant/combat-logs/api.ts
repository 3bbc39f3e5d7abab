import { z } from "@hono/zod-openapi";
import { lineField } from "../../http/text-fields.ts";
import { isTimeZone } from "../../kernel/time-zone.ts";
import { limits } from "../../limits.ts";
import { CONSUMABLE_KINDS } from "./parser/consumables.ts";

const zone = z.string().max(64).refine(isTimeZone, "Choose a time zone, such as Europe/Berlin.");

export const newUpload = z.strictObject({
  fileName: lineField(200, 1),
  sizeBytes: z.number().int().min(1),
  title: lineField(limits.logs.titleCharsMax).optional(),
  /** For logs without an offset from UTC; the guild's own time zone by default. */
  timeZone: zone.optional(),
  /** For logs without a year: the year of the first line. */
  year: z.number().int().min(2004).max(9999).optional(),
});

/** What was left out of a fight because of a limit: all zero for any normal raid. */
export const leftOutJson = z
  .object({
    players: z.number().int(),
    enemies: z.number().int(),
    deaths: z.number().int(),
    rows: z.number().int(),
    curves: z.number().int(),
  })
  .openapi("LeftOut");

export const reportJson = z
  .object({
    id: z.string(),
    title: z.string(),
    fileName: z.string(),
    source: z.enum(["upload", "live", "import"]),
    state: z.enum(["receiving", "waiting", "parsing", "ready", "failed", "duplicate", "canceled"]),
    uploaderName: z.string(),
    timeZone: z.string(),
    year: z.number().int().nullable(),
    sizeBytes: z.number().int(),
    receivedBytes: z.number().int(),
    parsedBytes: z.number().int(),
    storedBytes: z.number().int(),
    duplicateOf: z.string().nullable(),
    error: z.string().nullable(),
    parserVersion: z.number().int().nullable(),
    lines: z.number().int().nullable(),
    parsed: z.number().int().nullable(),
    unknown: z.number().int().nullable(),
    bad: z.number().int().nullable(),
    logVersion: z.number().int().nullable(),
    unknownEvents: z.record(z.string(), z.number()).readonly(),
    startAt: z.number().int().nullable(),
    endAt: z.number().int().nullable(),
    createdAt: z.number().int(),
    updatedAt: z.number().int(),
    encounters: z.number().int(),
    kills: z.number().int(),
  })
  .openapi("LogReport");

export const fightJson = z
  .object({
    id: z.string(),
    reportId: z.string(),
    reportTitle: z.string(),
    kind: z.enum(["encounter", "trash", "arena"]),
    gameId: z.number().int(),
    name: z.string(),
    difficulty: z.number().int(),
    size: z.number().int().nullable(),
    startAt: z.number().int(),
    endAt: z.number().int(),
    durationMs: z
      .number()
      .int()
      .openapi({ description: "0 for an imported fight of unknown length." }),
    gameMs: z.number().int().nullable(),
    outcome: z.string(),
    bossPercent: z.number().nullable(),
    unattributedDamage: z.number().int(),
    deathCount: z.number().int(),
    playerCount: z.number().int(),
    keystone: z.number().int().nullable(),
    sameAs: z.string().nullable(),
  })
  .openapi("Fight");

export const participantJson = z
  .object({
    guid: z.string(),
    name: z.string(),
    realm: z.string().nullable(),
    region: z.string().nullable(),
    class: z.string().nullable(),
    spec: z.string().nullable(),
    fights: z.number().int(),
    encounters: z.number().int(),
    firstSeenAt: z.number().int(),
    lastSeenAt: z.number().int(),
  })
  .openapi("LogParticipant");

export const playerJson = z
  .object({
    guid: z.string(),
    name: z.string(),
    class: z.string().nullable(),
    spec: z.string().nullable(),
    itemLevel: z.number().nullable(),
    damage: z.number().int(),
    damageOwn: z.number().int(),
    damagePets: z.number().int(),
    overkill: z.number().int(),
    absorbedByTarget: z.number().int(),
    friendlyFire: z.number().int(),
    supportDamage: z.number().int(),
    healing: z.number().int(),
    overhealing: z.number().int(),
    absorbsGranted: z.number().int(),
    damageTaken: z.number().int(),
    deaths: z.number().int(),
    activeMs: z.number().int(),
    casts: z.number().int(),
    interrupts: z.number().int(),
    dispels: z.number().int(),
  })
  .openapi("FightPlayer");

const share = {
  damage: z.number().int(),
  healing: z.number().int(),
  overhealing: z.number().int(),
  hits: z.number().int(),
  crits: z.number().int(),
};
const targetShare = z.object({ guid: z.string(), name: z.string(), ...share });

export const stoppedSpellJson = z.object({
  spellId: z.number().int(),
  spellName: z.string(),
  stoppedId: z.number().int(),
  stoppedName: z.string(),
  count: z.number().int(),
});

export const consumableJson = z.object({
  kind: z.enum(CONSUMABLE_KINDS),
  spellId: z.number().int(),
  spellName: z.string(),
  uses: z.number().int().openapi({ description: "During the fight; 0 when used before it." }),
  uptimeMs: z.number().int(),
});

export const buffJson = z.object({
  spellId: z.number().int(),
  spellName: z.string(),
  uptimeMs: z.number().int(),
  count: z.number().int().openapi({ description: "How often it was applied in the fight." }),
});

export const playerDetailsJson = z.object({
  spells: z
    .array(
      z.object({
        spellId: z.number().int(),
        spellName: z.string(),
        petName: z.string().nullable(),
        casts: z.number().int(),
        ...share,
      }),
    )
    .readonly(),
  targets: z.array(targetShare).readonly(),
  takenFrom: z.array(targetShare).readonly(),
  damageBySecond: z.array(z.number()).readonly(),
  healingBySecond: z.array(z.number()).readonly(),
  takenBySecond: z.array(z.number()).readonly(),
  interrupted: z.array(stoppedSpellJson).readonly().optional().openapi({
    description: "Missing, as the three after it, in fights that an older version parsed.",
  }),
  dispelled: z.array(stoppedSpellJson).readonly().optional(),
  consumables: z.array(consumableJson).readonly().optional(),
  buffs: z.array(buffJson).readonly().optional(),
  healingReceived: z
    .number()
    .int()
    .optional()
    .openapi({ description: "For imported figures only." }),
});

const killedBy = z.object({ sourceName: z.string(), spellName: z.string() });

const deathJson = z.object({
  guid: z.string(),
  name: z.string(),
  atMs: z.number().int(),
  killedBy: killedBy.nullable(),
  events: z
    .array(
      z.object({
        atMs: z.number().int(),
        kind: z.enum(["damage", "heal"]),
        sourceName: z.string(),
        spellName: z.string(),
        amount: z.number().int(),
        overkill: z.number().int(),
        absorbed: z.number().int().optional(),
        health: z
          .number()
          .int()
          .nullable()
          .optional()
          .openapi({
            description:
              "The player's health after it in percent; null where the log does not say. Missing, as " +
              "`absorbed`, in fights that an older version parsed.",
          }),
      }),
    )
    .readonly(),
});

export const wipeJson = z
  .object({
    id: z.string().openapi({ description: "The fight." }),
    name: z.string(),
    difficulty: z.number().int(),
    startAt: z.number().int(),
    durationMs: z.number().int(),
    bossPercent: z.number().nullable(),
    playerCount: z.number().int(),
    deathCount: z.number().int(),
    firstDeaths: z
      .array(
        z.object({
          guid: z.string(),
          name: z.string(),
          atMs: z.number().int(),
          killedBy: killedBy.nullable(),
        }),
      )
      .readonly(),
    cause: killedBy
      .extend({
        deaths: z.number().int(),
        of: z.number().int().openapi({ description: "The deaths among which it was counted." }),
      })
      .nullable()
      .openapi({
        description: "The killing blow of the most players until half of them were dead.",
      }),
    collapseMs: z.number().int().nullable().openapi({
      description: "From the pull until half of the players were dead.",
    }),
  })
  .openapi("Wipe");

const enemyJson = z.object({
  guid: z.string(),
  name: z.string(),
  damageTaken: z.number().int(),
  unattributed: z.number().int(),
  hp: z.number().int().nullable(),
  hpMax: z.number().int().nullable(),
});

export const bossJson = z
  .object({
    gameId: z.number().int(),
    name: z.string(),
    difficulty: z.number().int(),
    pulls: z.number().int(),
    kills: z.number().int(),
    bestPercent: z.number().nullable(),
    fastestMs: z.number().int().nullable(),
    firstKillAt: z.number().int().nullable(),
    lastAt: z.number().int(),
  })
  .openapi("Boss");

const factsOfFight = {
  deaths: z.array(deathJson).readonly(),
  enemies: z.array(enemyJson).readonly(),
  leftOut: leftOutJson,
  uncreditedAbsorbs: z.number().int().optional().openapi({
    description: "Absorbed damage whose shield the log does not name. In no player's healing.",
  }),
};

export const fightWithPlayersJson = fightJson.extend({
  players: z.array(playerJson).readonly(),
  ...factsOfFight,
});

export const exportedFightJson = fightJson
  .extend({
    players: z.array(playerJson.extend({ details: playerDetailsJson })).readonly(),
    ...factsOfFight,
  })
  .openapi("ExportedFight");

export const utilityJson = z.object({
  players: z
    .array(
      playerJson.pick({ guid: true, name: true, class: true, spec: true }).extend({
        interrupted: z.array(stoppedSpellJson).readonly(),
        dispelled: z.array(stoppedSpellJson).readonly(),
        consumables: z.array(consumableJson).readonly(),
        buffs: z.array(buffJson).readonly(),
      }),
    )
    .readonly(),
  isKnown: z.boolean().openapi({ description: "False when an older version parsed the fight." }),
});

const trendWeekJson = z
  .object({
    week: z.string().openapi({ description: "The ISO 8601 week.", example: "2026-W03" }),
    startsAt: z.number().int(),
    pulls: z.number().int(),
    kills: z.number().int(),
    durationMs: z.number().int().openapi({ description: "The length of all pulls together." }),
    damagePerSecond: z.number().int(),
    healingPerSecond: z.number().int(),
    deaths: z.number().int(),
    comparedKills: z.number().int().openapi({
      description: "The kills that the percentiles are the mean of.",
    }),
    percentiles: z
      .object({ damage: z.number().int(), healing: z.number().int() })
      .nullable()
      .openapi({ description: "Null without a kill that can be compared." }),
  })
  .openapi("TrendWeek");

export const playerTrendJson = z
  .object({
    player: playerJson.pick({ guid: true, name: true, class: true, spec: true }),
    items: z.array(trendWeekJson).readonly(),
    next: z.string().optional(),
  })
  .openapi("PlayerTrend");

export const keystoneJson = z
  .object({
    number: z.number().int(),
    name: z.string(),
    level: z.number().int(),
    affixes: z.array(z.object({ id: z.number().int(), name: z.string() })).readonly(),
    startAt: z.number().int(),
    endAt: z.number().int().nullable(),
    gameMs: z.number().int().nullable(),
    parMs: z.number().int().nullable().openapi({
      description: "The time limit of the dungeon's last season; null for an unknown dungeon.",
    }),
    result: z.enum(["timed", "late", "completed", "abandoned", "open"]),
    upgrades: z.number().int(),
  })
  .openapi("Keystone");
