import { z } from "@hono/zod-openapi";
import { at, count, text } from "./parts.ts";

const file = z.strictObject({
  path: text,
  edition: text.describe("the edition's folder, such as _retail_"),
  account: text,
  state: z.enum([
    "unfinished",
    "nothing",
    "unreadable",
    "waiting",
    "delivered",
    "refused",
    "older",
  ]),
  guild: text.nullable(),
  rows: count.nullable(),
  message: text.nullable().describe("why it was refused"),
});
const status = z.strictObject({
  files: z.array(file),
  waiting: count,
  lastDeliveredAt: at.nullable(),
  nextTryAt: at.nullable(),
});

export const companionShapes = {
  "companion once": status,
  "companion watch": status.describe("one document per line, at each change"),
};
