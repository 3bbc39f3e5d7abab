import { z } from "@hono/zod-openapi";

/** The process that runs a rollout. */
export const holderShape = z.object({
  /** The operating system's account that runs it. */
  name: z.string(),
  host: z.string(),
  pid: z.number().int(),
  /** One boot and one process namespace of a machine; null if unknown. */
  machine: z.string().nullable(),
  /** When the process began, in ticks since boot, because process ids are reused; null if unknown. */
  startedAt: z.string().nullable(),
});
export type Holder = z.infer<typeof holderShape>;

/** Information about processes, where rollouts run. */
export interface Processes {
  /** This process, as the holder of a rollout. */
  self(): Holder;
  /**
   * Tells whether the process has certainly ended. Works only on its own machine and until that machine
   * restarts; otherwise the lease decides.
   */
  isGone(holder: Holder): boolean;
}
