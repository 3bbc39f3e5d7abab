import { z } from "@hono/zod-openapi";
import { at, count, error, orWould, text } from "./parts.ts";

const evidence = z.strictObject({
  rule: text,
  text,
  details: z.record(z.string(), z.union([z.string(), z.number()])),
});
const runs = z.strictObject({
  slug: text,
  runs: z.array(
    z.strictObject({
      kind: z.enum(["blizzard", "discord", "match", "report"]),
      state: z.enum(["done", "failed"]),
      counts: z.record(z.string(), count),
      error,
    }),
  ),
});
const explanation = z.strictObject({
  slug: text,
  links: count.describe("links that a matching would make now"),
  ends: count,
  characters: z.array(
    z.strictObject({
      id: text,
      name: text,
      realm: text,
      person: text.nullable(),
      source: text.nullable(),
      evidence: evidence.nullable(),
      rules: z.array(z.strictObject({ rule: text, outcome: text, text })),
    }),
  ),
  suggestions: z.array(
    z.strictObject({ character: text, member: text, similarity: z.number(), evidence }),
  ),
});

export const identityShapes = {
  "identity sync": orWould(runs),
  "identity match": orWould(z.union([runs, explanation])),
  "identity report": orWould(runs),
  "identity issues": z.strictObject({
    slug: text,
    state: z.enum(["open", "resolved"]),
    items: z.array(
      z.strictObject({
        id: text,
        type: text,
        severity: z.enum(["problem", "task", "note"]),
        subject: text,
        text,
        firstDetectedAt: at,
        acknowledgedAt: at.nullable(),
        resolvedAt: at.nullable(),
      }),
    ),
  }),
};
