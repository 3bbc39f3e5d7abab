import { z } from "@hono/zod-openapi";
import type { GuildEnv } from "../../http/env.ts";
import { guildOperations } from "../../http/operations.ts";
import { createRouter, json } from "../../http/router.ts";
import { limits } from "../../limits.ts";
import * as inputs from "./api.ts";
import { exportedFight } from "./fight-export.ts";
import { utilityOf } from "./fight-utility.ts";
import { curvesOf, windowOf } from "./fight-window.ts";
import * as reading from "./queries.ts";

const api = guildOperations("Combat logs");
const fightId = z.object({ id: z.uuid() });
const fightPlayer = z.object({ id: z.uuid(), guid: z.string().min(1).max(100) });
const second = z.coerce.number().int().min(0).max(limits.logs.fightSecondsMax).optional();
const figures = z.array(z.number()).readonly();

/** Fights and their players as JSON. */
export const fightsApi = createRouter<GuildEnv>();

fightsApi.openapi(
  api.get("/fights/{id}", {
    id: "getFight",
    summary: "Get a fight",
    description: "Returns the fight with its players, deaths and enemies.",
    problems: ["logs/fight-not-found"],
    needs: "logs.view",
    params: fightId,
    answers: {
      200: json(inputs.fightWithPlayersJson, "The fight with everybody in it."),
    },
  }),
  async (c) => c.json(await reading.fight(c.var.guild, c.req.valid("param").id), 200),
);

fightsApi.openapi(
  api.get("/fights/{id}/players/{guid}", {
    id: "getFightPlayer",
    summary: "Get a player of a fight",
    description: "Returns one player's damage and healing by spell, by target and by second.",
    problems: ["logs/fight-not-found"],
    needs: "logs.view",
    params: fightPlayer,
    answers: {
      200: json(
        inputs.playerJson.extend({ details: inputs.playerDetailsJson }),
        "One player by spell, by target and by second.",
      ),
    },
  }),
  async (c) => {
    const { id, guid } = c.req.valid("param");
    const { player, details } = await reading.fightPlayer(c.var.guild, id, guid);
    return c.json({ ...player, details }, 200);
  },
);

fightsApi.openapi(
  api.get("/fights/{id}/window", {
    id: "getFightWindow",
    summary: "Get a part of a fight",
    description:
      "Returns damage, healing and damage taken between two seconds since the pull: by second, " +
      "of one player or all, and as sums of every player. `to` is not inside.",
    problems: ["logs/fight-not-found"],
    needs: "logs.view",
    params: fightId,
    query: z.object({
      from: second,
      to: second,
      player: z.string().min(1).max(100).optional().openapi({ description: "A player's GUID." }),
    }),
    answers: {
      200: json(
        z.object({
          from: z.number().int(),
          to: z.number().int(),
          damage: figures,
          healing: figures,
          taken: figures,
          players: z
            .array(
              z.object({
                guid: z.string(),
                name: z.string(),
                damage: z.number(),
                healing: z.number(),
                damageTaken: z.number(),
              }),
            )
            .readonly(),
        }),
        "The part of the fight, cut to its length.",
      ),
    },
  }),
  async (c) => {
    const { from, to, player } = c.req.valid("query");
    const fight = await reading.fight(c.var.guild, c.req.valid("param").id);
    const window = windowOf(fight.durationMs, from, to);
    const curves = await curvesOf(c.var.guild, fight.id, { window, player });
    const end = window?.to ?? Math.floor(fight.durationMs / 1_000) + 1;
    return c.json({ ...curves, to: end }, 200);
  },
);

fightsApi.openapi(
  api.get("/fights/{id}/export", {
    id: "exportFight",
    summary: "Export a fight",
    description:
      "Returns all that is stored of the fight: players with spells, targets and seconds, deaths " +
      "and enemies.",
    problems: ["logs/fight-not-found"],
    needs: "logs.view",
    params: fightId,
    answers: { 200: json(inputs.exportedFightJson, "The whole fight.") },
  }),
  async (c) => c.json(await exportedFight(c.var.guild, c.req.valid("param").id), 200),
);

fightsApi.openapi(
  api.get("/fights/{id}/utility", {
    id: "getFightUtility",
    summary: "Get interrupts, dispels, consumables and buffs of a fight",
    description:
      "Returns what each player did besides damage and healing. `isKnown` is false for a fight " +
      "that an older version parsed: parse its log again.",
    problems: ["logs/fight-not-found"],
    needs: "logs.view",
    params: fightId,
    answers: { 200: json(inputs.utilityJson, "Each player of the fight.") },
  }),
  async (c) => {
    const fight = await reading.fight(c.var.guild, c.req.valid("param").id);
    return c.json(await utilityOf(c.var.guild, fight.id), 200);
  },
);
