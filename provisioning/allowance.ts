import { limits } from "../src/limits.ts";
import type { Plan } from "../src/platform/store.ts";
import type { Allowance } from "./hosts/host.ts";

/** What a plan lets a guild's database be. What somebody pays for is not removed by a slip. */
export function allowanceOf(plan: Plan): Allowance {
  const isPaid = plan.name !== "free";
  const { freeBytesMax, paidBytesMax } = limits.storage;
  return {
    sizeBytesMax: isPaid ? paidBytesMax : freeBytesMax,
    writesBlocked: false,
    isProtected: isPaid,
  };
}
