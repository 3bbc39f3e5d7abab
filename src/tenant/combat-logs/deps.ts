import type { Context } from "hono";
import type { GuildEnv } from "../../http/env.ts";
import { NotSupported } from "../../kernel/errors.ts";
import type { UploadDeps } from "./uploads.ts";

/** @throws {NotSupported} `logs/no-disk` when the runtime has no disk for logs. */
export function uploadDeps(c: Context<GuildEnv>): UploadDeps {
  const { logFiles, jobs, wakeJobs } = c.var.services;
  if (logFiles) return { files: logFiles, jobs, wakeJobs };
  throw new NotSupported(
    "logs/no-disk",
    "This server cannot store logs. Run Guildhall on Node to store them.",
  );
}
