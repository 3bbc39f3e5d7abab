import { z } from "@hono/zod-openapi";
import { limits } from "../../limits.ts";

export const searchQuery = z.object({
  q: z.string().trim().max(limits.search.charsMax).default("").openapi({
    description: "A part of a name. Case does not count, nor do accents in names of people.",
    example: "cin",
  }),
});

export const foundJson = z
  .object({
    people: z.array(z.object({ id: z.string(), name: z.string() })).readonly(),
    raids: z.array(z.object({ id: z.string(), name: z.string(), startsAt: z.int() })).readonly(),
    items: z.array(z.object({ key: z.string(), name: z.string() })).readonly(),
  })
  .openapi("SearchResults");
