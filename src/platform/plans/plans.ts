import { LimitReached } from "../../kernel/errors.ts";
import type { Plan } from "../store.ts";

/** The plan of a new guild, unless operators choose another one. */
export const FIRST_PLAN = "free";

/** The use of one limit. A limit of null means that there is none. */
export interface Used {
  readonly used: number;
  readonly limit: number | null;
}

/** The error (402) for an account that already owns as many guilds as its plan allows. */
export function guildsReached(plan: Plan): LimitReached {
  const limit = plan.guildsPerAccountMax;
  return new LimitReached(
    "plan/guilds",
    "You have reached the number of guilds on your plan. Upgrade or transfer a guild.",
    // The guard counts inside the write, so a refusal means that the limit was reached.
    { limit, used: limit, plan: plan.name },
  );
}

/** The 402 for a guild that has as many members as its plan allows. */
export function membersReached(plan: Plan): LimitReached {
  const limit = plan.membersMax;
  return new LimitReached(
    "plan/members",
    `This guild's plan has room for ${limit} members. Its owner can upgrade.`,
    { limit, used: limit, plan: plan.name },
  );
}

/** The 402 for a guild that has as many keys as its plan allows. */
export function keysReached(plan: Plan): LimitReached {
  const limit = plan.keysMax;
  return new LimitReached(
    "plan/keys",
    `This guild's plan has room for ${limit} keys. Revoke one, or let its owner upgrade.`,
    { limit, used: limit, plan: plan.name },
  );
}
