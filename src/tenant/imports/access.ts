import { NotFound } from "../../kernel/errors.ts";
import { limits } from "../../limits.ts";
import { allow, type GuildContext } from "../context.ts";
import { type Batch, batchById } from "./queries.ts";

/** The permissions for importing: it adds people, points, items and raids. */
export function allowImports(ctx: GuildContext): void {
  allow(ctx, "roster.manage");
  allow(ctx, "points.award");
}

/** @throws {NotFound} `imports/not-found` */
export async function batchOf(ctx: GuildContext, id: string): Promise<Batch> {
  const batch = await batchById.first(ctx.db, { id });
  if (batch) return shown(ctx, batch);
  throw new NotFound("imports/not-found", "This import does not exist. Choose one from the list.");
}

/** A reading that a crash interrupted has stored nothing useful. */
export function shown(ctx: GuildContext, batch: Batch): Batch {
  const isDead =
    batch.state === "parsing" &&
    batch.updatedAt < ctx.now().getTime() - 2 * limits.imports.parseMsMax;
  return isDead ? { ...batch, state: "failed", error: "imports/interrupted" } : batch;
}
