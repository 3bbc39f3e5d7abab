import type { NodeServices } from "../../src/node/services.ts";
import type { Guild } from "../../src/platform/store.ts";
import type { GuildContext } from "../../src/tenant/context.ts";
import { atThisMachine } from "./operators.ts";

/** A guild with its database, for the operator at this machine. Disposing it returns the database. */
export async function contextOf(
  services: NodeServices,
  guild: Guild,
): Promise<Disposable & { readonly ctx: GuildContext }> {
  const lease = await services.tenants.lease(guild);
  const { caller } = atThisMachine(services);
  const actor = { type: "system", job: `operator ${caller.name}` } as const;
  const { now } = services;
  const ctx = { guild, db: lease.db, actor, now, requestId: "", idempotencyKey: undefined };
  return { ctx, [Symbol.dispose]: () => lease[Symbol.dispose]() };
}
