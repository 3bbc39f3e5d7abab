import { z } from "@hono/zod-openapi";
import { createRouter, json } from "../../http/router.ts";
import { discardDeadLetter, listDeadLetters, retryDeadLetter } from "../messages/dead-letters.ts";
import { type OperatorEnv, operatorOperations } from "./access.ts";

const api = operatorOperations("Operators");
const byId = z.object({ id: z.string().max(64) });
const done = { 204: { description: "Done." } } as const;

const deadLetterJson = z
  .object({
    id: z.string(),
    kind: z.enum(["email", "discord"]),
    template: z.string(),
    guildId: z.string().nullable(),
    slug: z.string().nullable(),
    createdAt: z.number().int(),
    deadAt: z.number().int().nullable(),
    deadReason: z.string().nullable(),
  })
  .openapi("DeadLetter");

/** Below `/api/operator`: emails and posts that were given up. */
export const outboxApi = createRouter<OperatorEnv>();

outboxApi.openapi(
  api.get("/outbox", {
    id: "listDeadLetters",
    summary: "List messages that were given up",
    description: "Returns emails and Discord posts that were not sent, the latest first.",
    needs: "jobs",
    answers: {
      200: json(
        z.object({ items: z.array(deadLetterJson).readonly(), total: z.number().int() }),
        "The latest of them, and how many there are.",
      ),
    },
  }),
  async (c) => c.json(await listDeadLetters(c.var.operator), 200),
);

outboxApi.openapi(
  api.post("/outbox/{id}/retry", {
    id: "retryDeadLetter",
    summary: "Send a message again",
    description: "Puts a message that was given up back into the outbox.",
    problems: ["outbox/not-found"],
    needs: "jobs",
    params: byId,
    answers: done,
  }),
  async (c) => {
    await retryDeadLetter(c.var.operator, c.req.valid("param").id);
    return c.body(null, 204);
  },
);

outboxApi.openapi(
  api.delete("/outbox/{id}", {
    id: "discardDeadLetter",
    summary: "Discard a message",
    description: "Deletes a message that was given up.",
    problems: ["outbox/not-found"],
    needs: "jobs",
    params: byId,
    answers: done,
  }),
  async (c) => {
    await discardDeadLetter(c.var.operator, c.req.valid("param").id);
    return c.body(null, 204);
  },
);
