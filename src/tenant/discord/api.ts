import { z } from "@hono/zod-openapi";

// What we read of Discord's interactions. Other members are ignored, because Discord adds some.

const snowflake = z.string().regex(/^\d{1,20}$/);

const user = z.object({
  id: snowflake,
  username: z.string().max(100),
  global_name: z.string().max(100).nullish(),
});

const sent = z.object({
  application_id: snowflake,
  /** Opens the answer of this interaction for 15 minutes. */
  token: z.string().regex(/^[\w.-]{1,1000}$/),
  /** The server. Absent in direct messages. */
  guild_id: snowflake.optional(),
  /** The language of the person's Discord. */
  locale: z.string().max(20).default("en"),
  /** Absent in direct messages. */
  member: z.object({ user, nick: z.string().max(100).nullish() }).optional(),
});

const option = z.object({
  name: z.string().max(32),
  value: z.union([z.string().max(6_000), z.number(), z.boolean()]).optional(),
});

const commandCall = sent.extend({
  type: z.literal(2),
  data: z.object({ name: z.string().max(32), options: z.array(option).max(25).default([]) }),
});

const buttonPress = sent.extend({
  type: z.literal(3),
  data: z.object({ custom_id: z.string().max(100) }),
});

/** An interaction of Discord: 1 asks whether we are here, 2 is a command, 3 a button. */
export const interaction = z.discriminatedUnion("type", [
  z.object({ type: z.literal(1) }),
  commandCall,
  buttonPress,
]);

export type CommandCall = z.infer<typeof commandCall>;
export type ButtonPress = z.infer<typeof buttonPress>;
