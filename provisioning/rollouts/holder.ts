import { z } from "@hono/zod-openapi";

/** The process that has taken a rollout up. */
export const holderShape = z.object({
  /** Whoever runs it, as the machine knows them. */
  name: z.string(),
  host: z.string(),
  pid: z.number().int(),
  /** One boot of one machine and one space of process ids in it; null where that cannot be told. */
  machine: z.string().nullable(),
  /** When the process began, in ticks since the boot: its id may be given to another one later. */
  startedAt: z.string().nullable(),
});
export type Holder = z.infer<typeof holderShape>;

/** What is known of processes where rollouts run. */
export interface Processes {
  /** This process, as the holder of a rollout. */
  self(): Holder;
  /**
   * Is it certain that the process is no more? Only on the machine it ran on, and only while that has
   * not been started again; everywhere else its lease decides.
   */
  isGone(holder: Holder): boolean;
}
