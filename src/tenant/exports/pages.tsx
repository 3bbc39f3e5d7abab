import type { Context } from "hono";
import { requirePermission } from "../../http/access.ts";
import type { GuildEnv } from "../../http/env.ts";
import { createRouter } from "../../http/router.ts";
import { viewOf } from "../../http/view.ts";
import { fileHeaders } from "../files.ts";
import { LOOT_FILES, type ToolFile, toolFile, WISH_FILES } from "./service.ts";
import { FilesPage } from "./views/files.tsx";

/** The list of all files, and the files for other tools. */
export function exportsPages() {
  const router = createRouter<GuildEnv>();
  router.get("/exports", requirePermission("loot.view"), (c) =>
    c.html(<FilesPage view={viewOf(c)} />),
  );
  for (const [name, file] of Object.entries(LOOT_FILES)) {
    router.get(`/exports/loot/${name}`, (c) => sendFile(c, `loot-${name}`, file));
  }
  for (const [name, file] of Object.entries(WISH_FILES)) {
    router.get(`/exports/wishlists/${name}`, (c) => sendFile(c, `wishlists-${name}`, file));
  }
  return router;
}

async function sendFile(c: Context<GuildEnv>, name: string, file: ToolFile) {
  const { bytes, type } = await toolFile(c.var.guild, file);
  return c.body(bytes, 200, { ...fileHeaders(c, name), "Content-Type": type });
}
