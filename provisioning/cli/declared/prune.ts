import { Conflict, Invalid } from "../../../src/kernel/errors.ts";
import type { NodeServices } from "../../../src/node/services.ts";
import { presentGuilds, type StoredGuild } from "../../../src/platform/declared/present.ts";
import { vanished } from "../../../src/platform/declared/rules.ts";
import { beginRun, endRun } from "../../../src/platform/declared/runs.ts";
import { deleteGuild } from "../../../src/platform/guilds/deletion.ts";
import { atThisMachine } from "../operators.ts";
import { EXIT, type Output, plural } from "../output.ts";
import { filesHash } from "./diff.ts";
import { validFiles } from "./validate.ts";

interface Candidates {
  readonly ending: readonly StoredGuild[];
  /** Protected guilds, which stay. */
  readonly skipped: readonly StoredGuild[];
}

/** Deletes guilds whose file has vanished, at most as many as were confirmed. */
export async function prune(
  services: NodeServices,
  out: Output,
  dir: string,
  confirmed: string | undefined,
): Promise<number> {
  const files = await validFiles(dir);
  const ctx = atThisMachine(services);
  const run = await beginRun(services, `prune ${filesHash(files)}`, ctx.caller.name);
  const pruned: { id: string; slug: string; purgeAfter: number }[] = [];
  try {
    const { ending, skipped } = await candidates(services, files);
    refuseUnconfirmed(dir, ending, confirmed);
    for (const { id } of ending) {
      const guild = await services.platform.guild(id);
      if (!guild) continue;
      const { purgeAfter } = await deleteGuild(ctx, guild);
      pruned.push({ id, slug: guild.slug, purgeAfter });
    }
    const left = skipped.map(({ id, fields }) => ({ id, slug: String(fields.slug) }));
    out.result({ pruned, skipped: left }, () =>
      [
        `${plural(pruned.length, "guild")} deleted${listOf(pruned)}.`,
        `${plural(left.length, "protected guild")} skipped${listOf(left)}.`,
        ...pruned.map(({ slug }) => `Try:   guildhall guilds undelete ${slug}`),
      ].join("\n"),
    );
    return EXIT.done;
  } finally {
    await endRun(services, run, `prune ${filesHash(files)}`, "done").catch((error: unknown) => {
      if (!(error instanceof Conflict)) throw error;
    });
  }
}

/** Describes what `prune` would do. */
export async function describePrune(services: NodeServices, dir: string): Promise<string> {
  const { ending, skipped } = await candidates(services, await validFiles(dir));
  return `delete ${plural(ending.length, "guild")}${listOf(slugs(ending))} and skip ${plural(skipped.length, "protected guild")}${listOf(slugs(skipped))}`;
}

async function candidates(
  services: NodeServices,
  files: Parameters<typeof vanished>[0],
): Promise<Candidates> {
  const found = vanished(files, await presentGuilds(services.platform)) as readonly StoredGuild[];
  const isKept = ({ fields }: StoredGuild) => fields.protected === true;
  return { ending: found.filter((one) => !isKept(one)), skipped: found.filter(isKept) };
}

/** @throws {Invalid} `cli/not-confirmed` */
function refuseUnconfirmed(
  dir: string,
  ending: readonly StoredGuild[],
  confirmed: string | undefined,
): void {
  const most = /^\d+$/.test(confirmed ?? "") ? Number(confirmed) : undefined;
  if (most !== undefined && ending.length <= most) return;
  const what = `This would delete ${plural(ending.length, "guild")}${listOf(slugs(ending))}.`;
  throw new Invalid("cli/not-confirmed", `${what} Confirm the number. Nothing was changed.`, {
    next: [`guildhall declared prune ${dir} --confirm ${ending.length}`],
  });
}

function slugs(guilds: readonly StoredGuild[]) {
  return guilds.map(({ fields }) => ({ slug: String(fields.slug) }));
}

const SHOWN = 20;

function listOf(guilds: readonly { readonly slug: string }[]): string {
  if (guilds.length === 0) return "";
  const names = guilds.slice(0, SHOWN).map(({ slug }) => slug);
  return ` (${names.join(", ")}${guilds.length > SHOWN ? ", …" : ""})`;
}
