import { z } from "@hono/zod-openapi";
import type { GuildEnv } from "../../http/env.ts";
import { guildOperations } from "../../http/operations.ts";
import { createRouter, json } from "../../http/router.ts";
import { limits } from "../../limits.ts";
import { deleteOwnGuild } from "../guilds/deletion.ts";
import * as service from "./service.ts";

const api = guildOperations("Backups");
const backupId = z.object({ id: z.uuid("This is no copy's id.") });

/** The guild's name, typed again to confirm an irreversible action. */
export const typedName = z.strictObject({
  name: z.string().max(limits.guild.nameCharsMax * 4),
});

const backupJson = z
  .object({
    id: z.string(),
    reason: z.enum(["schedule", "manual", "before-restore"]),
    status: z.enum(["making", "good", "damaged", "failed"]),
    takenAt: z.number().int(),
    bytes: z.number().int().nullable(),
    storedBytes: z.number().int().nullable(),
    verifiedAt: z.number().int().nullable(),
  })
  .openapi("Backup");

/** A guild's backups, export and deletion as JSON. */
export const backupsApi = createRouter<GuildEnv>();

backupsApi.openapi(
  api.get("/settings/backups", {
    id: "listBackups",
    summary: "List the backups of a guild",
    description:
      "Returns the guild's backups, newest first, and whether one is being restored. With `at`, " +
      "returns only the newest verified backup of that moment or before; no item if there is none.",
    needs: "settings.manage",
    query: z.object({
      at: z.iso
        .datetime({ offset: true, error: "Write an instant, such as 2026-11-21T20:15:00Z." })
        .optional()
        .openapi({ description: "A moment to go back to.", example: "2026-11-21T20:15:00Z" }),
    }),
    answers: {
      200: json(
        z.object({ items: z.array(backupJson).readonly(), isRestoring: z.boolean() }),
        "The guild's copies, the newest first.",
      ),
    },
  }),
  async (c) => {
    const { at } = c.req.valid("query");
    const moment = at === undefined ? undefined : Date.parse(at);
    return c.json(await service.guildBackups(c.var.guild, c.var.platform, moment), 200);
  },
);

backupsApi.openapi(
  api.post("/settings/backups", {
    id: "createBackup",
    summary: "Create a backup",
    description:
      "Copies the guild's database now. The backup counts only after it was read back from " +
      "the store and opened.",
    problems: ["backup/too-many", "backup/not-here"],
    needs: "settings.manage",
    answers: { 201: json(backupJson, "Made, read back and opened.") },
  }),
  async (c) => c.json(await service.copyGuildNow(c.var.guild, c.var.platform), 201),
);

backupsApi.openapi(
  api.get("/settings/backups/{id}", {
    id: "getBackup",
    summary: "Compare a backup with the guild today",
    description:
      "Returns the tables whose number of rows differs between the backup and the guild.",
    problems: ["backup/not-found"],
    needs: "settings.manage",
    params: backupId,
    answers: {
      200: json(
        backupJson.extend({
          changes: z.number().int(),
          tables: z
            .array(
              z.object({ table: z.string(), inCopy: z.number().int(), today: z.number().int() }),
            )
            .readonly(),
        }),
        "The copy beside what the guild has now: tables whose number of rows differs.",
      ),
    },
  }),
  async (c) => {
    const { id } = c.req.valid("param");
    return c.json(await service.compareBackup(c.var.guild, c.var.platform, id), 200);
  },
);

backupsApi.openapi(
  api.post("/settings/backups/{id}/restoration", {
    id: "restoreBackup",
    summary: "Restore a backup",
    description:
      "Replaces the guild's data by the backup. What the guild has now is copied first. " +
      "The work begins within seconds; poll the list of backups until `isRestoring` is " +
      "false.",
    problems: ["auth/proof-required", "backup/not-found", "backup/not-good", "guild/name-differs"],
    needs: "guild.own",
    params: backupId,
    body: typedName,
    answers: {
      202: {
        description: "It begins within seconds; `isRestoring` of the list says when it is over.",
      },
    },
  }),
  async (c) => {
    const { id } = c.req.valid("param");
    await service.restoreBackup(c.var.guild, c.var.platform, id, c.req.valid("json").name);
    return c.body(null, 202);
  },
);

backupsApi.openapi(
  api.post("/settings/export", {
    id: "exportGuild",
    summary: "Export a guild",
    description:
      "Returns all of the guild's own data as one libSQL database, compressed with gzip. " +
      "The caller must have confirmed their password within the last minutes.",
    problems: ["auth/proof-required"],
    needs: "guild.own",
    answers: {
      200: {
        description: "All of the guild's own data as one libSQL database, compressed with gzip.",
        content: { "application/gzip": { schema: z.string().openapi({ format: "binary" }) } },
      },
    },
  }),
  async (c) => {
    const { body, bytes, name } = await service.exportOwnGuild(c.var.guild, c.var.platform);
    return c.body(body, 200, {
      "content-type": "application/gzip",
      "content-length": String(bytes),
      "content-disposition": `attachment; filename="${name}"`,
      "cache-control": "no-store",
    });
  },
);

backupsApi.openapi(
  guildOperations("Guild").post("/settings/deletion", {
    id: "deleteGuild",
    summary: "Delete a guild",
    description:
      "Closes the guild. Its owner can restore it until the time in the answer; after that " +
      "its data is removed for good.",
    problems: ["auth/proof-required", "guild/name-differs", "guild/status-changed"],
    needs: "guild.own",
    body: typedName,
    answers: {
      202: json(
        z.object({ purgeAfter: z.number().int() }),
        "It is closed; until this moment its owner can take that back.",
      ),
    },
  }),
  async (c) => {
    const { name } = c.req.valid("json");
    return c.json(await deleteOwnGuild(c.var.guild, c.var.platform, name), 202);
  },
);
