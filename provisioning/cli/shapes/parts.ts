import { z } from "@hono/zod-openapi";

export const text = z.string();
export const count = z.int().min(0);
export const at = z.int().describe("Unix milliseconds");
export const day = z.string().describe("a day or an instant of UTC, as ISO 8601 writes it");
export const rows = z.record(z.string(), count).describe("how many rows each table has");
export const error = text.nullable().describe("null when nothing went wrong");
export const dryRun = z.literal(true);

/** The output of most commands with `--dry-run`: one sentence about what they would do. */
const would = z.strictObject({
  dryRun,
  would: text.describe("a sentence that begins with a verb"),
});

/** The output of `command`: its own document, or the sentence with `--dry-run`. */
export const orWould = <Shape extends z.ZodType>(shape: Shape) => z.union([shape, would]);
