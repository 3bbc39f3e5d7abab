import type { Plan, PlatformStore } from "../store.ts";
import { allPlans } from "./queries.ts";

/** Every plan, the smallest first. */
export function listPlans(platform: PlatformStore): Promise<readonly Plan[]> {
  return allPlans.all(platform.db);
}
