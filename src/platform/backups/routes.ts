import { createRoute, z } from "@hono/zod-openapi";
import { requirePermission } from "../../http/access.ts";
import type { GuildEnv } from "../../http/env.ts";
import { createRouter, json, jsonBody, problem } from "../../http/router.ts";
import { limits } from "../../limits.ts";
import { deleteOwnGuild } from "../guilds/deletion.ts";
import * as service from "./service.ts";

const tags = ["Backups"];
const manage = requirePermission("settings.manage");
const own = requirePermission("guild.own");
const backupId = z.object({ id: z.uuid("This is no copy's id.") });

/** The guild's name, typed once more by whoever asks for what cannot be undone by a click. */
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

const list = createRoute({
  method: "get",
  path: "/settings/backups",
  operationId: "listBackups",
  tags,
  middleware: [manage] as const,
  responses: {
    200: json(
      z.object({ items: z.array(backupJson).readonly(), isRestoring: z.boolean() }),
      "The guild's copies, the newest first.",
    ),
    default: problem,
  },
});

const create = createRoute({
  method: "post",
  path: "/settings/backups",
  operationId: "createBackup",
  tags,
  middleware: [manage] as const,
  responses: { 201: json(backupJson, "Made, read back and opened."), default: problem },
});

const compare = createRoute({
  method: "get",
  path: "/settings/backups/{id}",
  operationId: "getBackup",
  tags,
  middleware: [manage] as const,
  request: { params: backupId },
  responses: {
    200: json(
      backupJson.extend({
        changes: z.number().int(),
        tables: z
          .array(z.object({ table: z.string(), inCopy: z.number().int(), today: z.number().int() }))
          .readonly(),
      }),
      "The copy beside what the guild has now: tables whose number of rows differs.",
    ),
    default: problem,
  },
});

const restore = createRoute({
  method: "post",
  path: "/settings/backups/{id}/restoration",
  operationId: "restoreBackup",
  tags,
  middleware: [own] as const,
  request: { params: backupId, body: jsonBody(typedName) },
  responses: {
    202: {
      description: "It begins within seconds; `isRestoring` of the list says when it is over.",
    },
    default: problem,
  },
});

const download = createRoute({
  method: "post",
  path: "/settings/export",
  operationId: "exportGuild",
  tags,
  middleware: [own] as const,
  responses: {
    200: {
      description: "All of the guild's own data as one libSQL database, compressed with gzip.",
      content: { "application/gzip": { schema: z.string().openapi({ format: "binary" }) } },
    },
    default: problem,
  },
});

const end = createRoute({
  method: "post",
  path: "/settings/deletion",
  operationId: "deleteGuild",
  tags: ["Guild"],
  middleware: [own] as const,
  request: { body: jsonBody(typedName) },
  responses: {
    202: json(
      z.object({ purgeAfter: z.number().int() }),
      "It is closed; until this moment its owner can take that back.",
    ),
    default: problem,
  },
});

/** A guild's copies, its export and its end as JSON. */
export function backupsApi() {
  return createRouter<GuildEnv>()
    .openapi(list, async (c) =>
      c.json(await service.guildBackups(c.var.guild, c.var.platform), 200),
    )
    .openapi(create, async (c) =>
      c.json(await service.copyGuildNow(c.var.guild, c.var.platform), 201),
    )
    .openapi(compare, async (c) => {
      const { id } = c.req.valid("param");
      return c.json(await service.compareBackup(c.var.guild, c.var.platform, id), 200);
    })
    .openapi(restore, async (c) => {
      const { id } = c.req.valid("param");
      await service.restoreBackup(c.var.guild, c.var.platform, id, c.req.valid("json").name);
      return c.body(null, 202);
    })
    .openapi(download, async (c) => {
      const { body, bytes, name } = await service.exportOwnGuild(c.var.guild, c.var.platform);
      return c.body(body, 200, {
        "content-type": "application/gzip",
        "content-length": String(bytes),
        "content-disposition": `attachment; filename="${name}"`,
        "cache-control": "no-store",
      });
    })
    .openapi(end, async (c) => {
      const { name } = c.req.valid("json");
      return c.json(await deleteOwnGuild(c.var.guild, c.var.platform, name), 202);
    });
}
