import { z } from "@hono/zod-openapi";
import { at, count, text } from "./parts.ts";

const amount = z.number().min(0);
const player = z.strictObject({
  guid: text,
  name: text,
  class: text.nullable(),
  spec: text.nullable(),
  damage: amount.describe("without overkill"),
  damageOwn: amount,
  damagePets: amount,
  overkill: amount,
  absorbedByTarget: amount,
  friendlyFire: amount.describe("with overkill and what shields took"),
  supportDamage: amount,
  healing: amount,
  overhealing: amount,
  absorbsGranted: amount,
  damageTaken: amount.describe("with overkill and what shields took"),
  deaths: count,
  activeMs: amount,
});
const enemy = z.strictObject({
  guid: text,
  name: text,
  damageTaken: amount,
  unattributed: amount,
  hp: z.number().nullable(),
  hpMax: z.number().nullable(),
});
const fight = z.strictObject({
  kind: z.enum(["encounter", "trash", "arena"]),
  id: z.int().nullable(),
  name: text,
  difficulty: z.int().nullable(),
  size: z.int().nullable(),
  startMs: at,
  endMs: at,
  durationMs: amount,
  gameMs: amount.nullable(),
  outcome: z.enum(["kill", "wipe", "incomplete", "in-progress"]),
  bossPercent: z.number().nullable(),
  keystone: count.nullable().describe("which of the keystones it was part of"),
  players: z.array(player).describe("most damage first"),
  enemies: z.array(enemy),
  unattributedDamage: amount,
  uncreditedAbsorbs: amount.describe("absorbed damage whose shield the log does not name"),
});
const analysis = z.strictObject({
  file: text,
  bytes: count,
  lines: count,
  parsed: count,
  unknown: count,
  bad: count,
  logVersion: z.int().nullable(),
  advanced: z.boolean(),
  unknownEvents: z.record(text, count),
  encounters: z.array(fight),
  trash: z.array(fight).describe("fights between encounters"),
  arenas: z.array(fight),
  keystones: z.array(
    z.strictObject({
      name: text,
      mapId: z.int().nullable(),
      level: count,
      affixes: z.array(z.int()),
      startMs: at,
      endMs: at.nullable(),
      success: z.boolean().nullable(),
      gameMs: amount.nullable(),
    }),
  ),
});

export const logShapes = {
  "logs analyze": z
    .union([analysis, z.array(analysis)])
    .describe("a list when several files are named"),
  "logs follow": z.strictObject({
    session: text,
    bytes: count,
    earlier: z.array(text).describe("reports of the files before"),
  }),
};
