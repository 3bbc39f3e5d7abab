import { and, eq, ne, notInArray, sql } from "drizzle-orm";
import { guard, write } from "../../database/write.ts";
import { Conflict } from "../../kernel/errors.ts";
import { endRest } from "../../platform/messages/rest.ts";
import { guilds } from "../../platform/schema.ts";
import type { Services } from "../../services.ts";
import type { GuildContext } from "../context.ts";
import { allowIdentity } from "./access.ts";
import { IDENTITY_JOB } from "./runs.ts";
import type { RunKind } from "./schema.ts";
import { type IdentitySettings, storeSettings } from "./settings.ts";

/**
 * Stores the identity settings and plans the runs of the sources that they name. A Discord server
 * belongs to the first guild that connects it: the platform's bot answers for all guilds, so a second
 * one could read members who never heard of it.
 * @throws {Conflict} `identity/server-taken`
 */
export async function connect(
  ctx: GuildContext,
  services: Pick<Services, "platform" | "jobs" | "wakeJobs">,
  settings: IdentitySettings,
): Promise<void> {
  allowIdentity(ctx, "settings.manage");
  await claimServer(ctx, services, settings.discord?.serverId ?? null);
  await storeSettings(ctx, settings);
  await endRest(services, ctx.guild.id);
  const kinds: readonly RunKind[] = [
    ...(settings.blizzard ? (["blizzard"] as const) : []),
    ...(settings.discord ? (["discord"] as const) : []),
    "match",
  ];
  for (const kind of kinds) await services.jobs.enqueue(ctx.guild.id, IDENTITY_JOB, kind);
  services.wakeJobs();
}

async function claimServer(
  ctx: GuildContext,
  { platform }: Pick<Services, "platform">,
  serverId: string | null,
): Promise<void> {
  const { db } = platform;
  const { id } = ctx.guild;
  await write(db, [
    ...(serverId === null
      ? []
      : [
          guard(
            sql`not exists (select 1 from ${guilds} where ${and(
              eq(guilds.discordGuildId, serverId),
              ne(guilds.id, id),
              notInArray(guilds.status, ["deleted", "deleting", "failed"]),
            )})`,
            serverTaken,
          ),
        ]),
    db.orm.update(guilds).set({ discordGuildId: serverId }).where(eq(guilds.id, id)),
  ]);
}

function serverTaken(): Conflict {
  return new Conflict(
    "identity/server-taken",
    "Another guild has connected this Discord server. Its officers have to remove it there first.",
    { errors: [{ pointer: "/discord/serverId", detail: "Connected by another guild." }] },
  );
}
