import { z } from "@hono/zod-openapi";
import { at, count, text } from "./parts.ts";

const amount = z.number().min(0);
const player = z.strictObject({
  guid: text,
  name: text,
  class: text.nullable(),
  spec: text.nullable(),
  damage: amount,
  damageOwn: amount,
  damagePets: amount,
  overkill: amount,
  absorbedByTarget: amount,
  friendlyFire: amount,
  healing: amount,
  overhealing: amount,
  absorbsGranted: amount,
  damageTaken: amount,
  deaths: count,
  activeMs: amount,
});
const encounter = z.strictObject({
  id: z.int().nullable(),
  name: text,
  difficulty: z.int().nullable(),
  size: z.int().nullable(),
  startMs: at,
  endMs: at,
  durationMs: amount,
  gameMs: amount.nullable(),
  outcome: z.enum(["kill", "wipe", "incomplete", "in-progress"]),
  players: z.array(player).describe("most damage first"),
  unattributedDamage: amount,
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
  encounters: z.array(encounter),
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
  "logs follow": z.strictObject({ session: text, bytes: count }),
};
