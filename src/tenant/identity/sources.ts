import { eq, sql } from "drizzle-orm";
import type { Writable } from "../../database/write.ts";
import type { GuildContext } from "../context.ts";
import { allowIdentity } from "./access.ts";
import { identitySources, type SourceKind } from "./schema.ts";

export type Source = typeof identitySources.$inferSelect;

/** What a run tells of its source. */
export type SourceNote = Partial<Omit<Source, "kind">>;

/** Every source that was tried, in the order of its kind. */
export async function readSources(ctx: GuildContext): Promise<readonly Source[]> {
  allowIdentity(ctx);
  return await ctx.db.orm.select().from(identitySources).orderBy(identitySources.kind);
}

/** One source, or undefined before its first try. */
export async function readSource(ctx: GuildContext, kind: SourceKind): Promise<Source | undefined> {
  allowIdentity(ctx, "identity.upload");
  const [row] = await ctx.db.orm
    .select()
    .from(identitySources)
    .where(eq(identitySources.kind, kind));
  return row;
}

/** The row that keeps how a source is doing, to stand in the write of its run. */
export function sourceRow(ctx: GuildContext, kind: SourceKind, note: SourceNote): Writable {
  return ctx.db.orm
    .insert(identitySources)
    .values({ kind, ...note })
    .onConflictDoUpdate({ target: identitySources.kind, set: { kind: sql`kind`, ...note } });
}
