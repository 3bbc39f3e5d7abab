import { limits } from "../src/limits.ts";
import type { Plan } from "../src/platform/store.ts";
import type { Allowance } from "./hosts/host.ts";

/**
 * A plan's limits for the guild's database. The databases of paying guilds are protected against accidental
 * deletion.
 */
export function allowanceOf(plan: Plan): Allowance {
  const isPaid = plan.name !== "free";
  return {
    sizeBytesMax: plan.databaseBytesMax ?? limits.storage.bytesMax,
    writesBlocked: false,
    isProtected: isPaid,
  };
}
