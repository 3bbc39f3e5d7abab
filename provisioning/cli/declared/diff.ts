import { rename, writeFile } from "node:fs/promises";
import { z } from "@hono/zod-openapi";
import { Invalid } from "../../../src/kernel/errors.ts";
import { hashToken } from "../../../src/kernel/tokens.ts";
import type { NodeServices } from "../../../src/node/services.ts";
import { type DeclaredFile, guildFile } from "../../../src/platform/declared/guild-file.ts";
import { basisOf, presentGuilds } from "../../../src/platform/declared/present.ts";
import { type Change, differences } from "../../../src/platform/declared/rules.ts";
import { EXIT, type Output, plural, table } from "../output.ts";
import { declaredChange } from "../shapes/declared.ts";
import { validFiles } from "./validate.ts";

const planShape = z.strictObject({
  format: z.literal("guildhall-plan"),
  version: z.literal(1),
  madeAt: z.string(),
  basis: z.string().describe("the hash of the platform's state that the plan was made for"),
  files: z.array(z.strictObject({ file: z.string(), document: guildFile })),
  changes: z.array(declaredChange),
  hash: z.string().describe("the hash of everything above"),
});

/** The exact work of one `declared apply`. */
export type Plan = z.infer<typeof planShape>;

/** Prints how the platform differs from the files. */
export async function diff(services: NodeServices, out: Output, dir: string): Promise<number> {
  const files = await validFiles(dir);
  const changes = differences(files, await presentGuilds(services.platform));
  out.result({ changes }, () => changesText(changes));
  return changes.length === 0 ? EXIT.done : EXIT.drift;
}

/** Writes the differences to a file, which `apply` takes. */
export async function plan(
  services: NodeServices,
  out: Output,
  dir: string,
  to: string,
): Promise<number> {
  const files = await validFiles(dir);
  const present = await presentGuilds(services.platform);
  const changes = differences(files, present);
  const content = {
    format: "guildhall-plan",
    version: 1,
    madeAt: services.now().toISOString(),
    basis: basisOf(present),
    files: files.map(({ file, document }) => ({ file, document })),
    changes: changes.map((change) => ({ ...change })),
  } as const;
  // An interrupted command leaves no half of a plan under the name.
  await writeFile(
    `${to}.part`,
    `${JSON.stringify({ ...content, hash: hashOf(content) }, null, 1)}\n`,
  );
  await rename(`${to}.part`, to);
  out.result({ plan: to, changes }, () =>
    [changesText(changes), `Try:   guildhall declared apply ${to} --yes`].join("\n"),
  );
  return EXIT.done;
}

/** @throws {Invalid} `declared/no-plan` for a file that is no plan, or was edited */
export function parsePlan(text: string): Plan {
  const refused = () =>
    new Invalid(
      "declared/no-plan",
      "This file is no plan of `guildhall declared plan`, or it was edited.",
    );
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    throw refused();
  }
  const read = planShape.safeParse(given);
  if (!read.success) throw refused();
  const { hash, ...content } = read.data;
  if (hash !== hashOf(content)) throw refused();
  return read.data;
}

/** The hash of the parts of a plan that decide what it does. */
function hashOf({ basis, files, changes }: Pick<Plan, "basis" | "files" | "changes">): string {
  const order = (change: Change) =>
    [change.id, change.slug, change.action, change.field, change.from, change.to] as const;
  return hashToken(JSON.stringify([basis, documentsOf(files), changes.map(order)]));
}

/** The hash of files that are applied without a plan. */
export function filesHash(files: readonly DeclaredFile[]): string {
  return hashToken(JSON.stringify(documentsOf(files)));
}

function documentsOf(files: readonly DeclaredFile[]) {
  return files.map(({ file, document }) => [file, guildFile.parse(document)]);
}

/** The changes as a table. */
export function changesText(changes: readonly Change[]): string {
  if (changes.length === 0) return "The platform is as the files say.";
  const shown = (value: Change["from"]) => (value === null ? "-" : String(value));
  const rows = changes.map(({ slug, action, field, from, to }) => [
    slug,
    action,
    field ?? "",
    field === null ? "" : shown(from),
    field === null ? "" : shown(to),
  ]);
  const count = plural(changes.length, "difference");
  return `${table(["guild", "action", "field", "is", "will be"], rows)}\n\n${count}.`;
}
