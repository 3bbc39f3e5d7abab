import { join, resolve } from "node:path";
import type { Command } from "commander";
import type { Backup } from "../../provisioning/backups/listing.ts";
import { refusePlatformThere, restorePlatform } from "../../provisioning/backups/platform.ts";
import { readConfig } from "../../src/config.ts";
import { Invalid } from "../../src/kernel/errors.ts";
import { storeOf } from "../../src/node/keeping.ts";
import type { NodeServices } from "../../src/node/services.ts";
import { record } from "../../src/platform/context.ts";
import type { Guild } from "../../src/platform/store.ts";
import { forEachGuild } from "../fleet.ts";
import { bySlug } from "./guilds.ts";
import { atThisMachine } from "./operators.ts";
import { DRY_RUN, EXIT, examples, JSON_OPTION, Output, table } from "./output.ts";
import { environment, run, type Would } from "./run.ts";

interface Which {
  readonly all?: boolean;
  readonly json?: boolean;
  readonly dryRun?: boolean;
}

/** `guildhall backups create|list|verify|restore|prune|find|platform|restore-platform`. */
export function backupCommands(program: Command): void {
  const backups = program.command("backups").description("copies of guilds and of the platform");
  backups
    .command("create [slug]")
    .description("copy a guild while it is in use, store the copy and open it")
    .option("--all", "every guild that is open")
    .option(...DRY_RUN)
    .option(...JSON_OPTION)
    .addHelpText("before", examples("guildhall backups create iron-vow", ALL("create")))
    .action((slug: string | undefined, o: Which) =>
      run(o, (services, out) => forChosen(services, out, slug, o, createOne), wouldCopy(slug, o)),
    );
  backups
    .command("list [slug]")
    .description("the copies there are, the newest first")
    .option(...JSON_OPTION)
    .addHelpText("before", examples("guildhall backups list", "guildhall backups list iron-vow"))
    .action((slug: string | undefined, o: Which) =>
      run(o, async (services, out) => {
        const guild = slug === undefined ? undefined : await bySlug(services, slug);
        const found = await services.backups.list({ ...(guild && { guildId: guild.id }) });
        out.result(found, () => listing(found));
        return EXIT.done;
      }),
    );
  backups
    .command("verify [slug]")
    .description("read copies back from the store and open them: the newest, or all of a guild")
    .option("--all", "the newest of every guild")
    .option(...JSON_OPTION)
    .addHelpText("before", examples("guildhall backups verify iron-vow", ALL("verify")))
    .action((slug: string | undefined, o: Which) =>
      run(o, (services, out) => forChosen(services, out, slug, o, verifyOne)),
    );
  backups
    .command("prune [slug]")
    .description("remove the copies that the policy lets go of")
    .option("--all", "of every guild")
    .option("--dry-run", "only say which")
    .option(...JSON_OPTION)
    .addHelpText(
      "before",
      examples(`${ALL("prune")} --dry-run`, "guildhall backups prune iron-vow"),
    )
    .action((slug: string | undefined, o: Which) =>
      run(o, (services, out) => forChosen(services, out, slug, o, pruneOne)),
    );
  backups
    .command("find [slug]")
    .description("note copies that the store has and the platform does not know of")
    .option("--all", "of every guild")
    .option(...DRY_RUN)
    .option(...JSON_OPTION)
    .addHelpText("before", examples(ALL("find")))
    .action((slug: string | undefined, o: Which) =>
      run(o, (services, out) => forChosen(services, out, slug, o, findOne), wouldFind(slug, o)),
    );
  restoreCommand(backups);
  platformCommands(backups);
}

const ALL = (verb: string) => `guildhall backups ${verb} --all`;

interface RestoreOptions {
  readonly backup?: string;
  readonly confirm?: string;
  readonly lost?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

function restoreCommand(backups: Command): void {
  backups
    .command("restore <slug>")
    .description("give a guild the database of a copy; what it has now is copied first")
    .option("--backup <id>", "which copy; the newest good one when left out")
    .option("--lost", "its database cannot be read any more, so there is nothing to copy")
    .option("--confirm <slug>", "the slug once more")
    .option("--dry-run", "only say what would be lost")
    .option(...JSON_OPTION)
    .addHelpText(
      "before",
      examples(
        "guildhall backups restore iron-vow --dry-run",
        "guildhall backups restore iron-vow --confirm iron-vow",
        "guildhall backups restore iron-vow --lost --confirm iron-vow",
      ),
    )
    .action((slug: string, o: RestoreOptions) =>
      run(o, (services, out) => restoreGuild(services, out, slug, o)),
    );
}

function platformCommands(backups: Command): void {
  backups
    .command("platform")
    .description("copy the platform's own database, and list the copies of it")
    .option("--list", "only list them")
    .option(...DRY_RUN)
    .option(...JSON_OPTION)
    .addHelpText("before", examples("guildhall backups platform"))
    .action((o: { list?: boolean; json?: boolean; dryRun?: boolean }) =>
      run(
        o,
        async (services, out) => {
          if (!o.list) await services.platformBackups.create();
          const copies = await services.platformBackups.list();
          out.result(copies, () =>
            table(
              ["taken", "key"],
              copies.map(({ key, takenAt }) => [when(takenAt), key]),
            ),
          );
          return EXIT.done;
        },
        async () => "copy the platform's database to the store",
      ),
    );
  backups
    .command("restore-platform <key>")
    .description("put a copy of the platform's database where there is none; needs no platform")
    .option(...DRY_RUN)
    .option(...JSON_OPTION)
    .addHelpText("before", examples("guildhall backups restore-platform platform/2026…db.gz"))
    .action((key: string, o: { json?: boolean; dryRun?: boolean }) => restoreWhole(key, o));
}

/** Runs without the platform's services: they would make a new, empty platform. */
async function restoreWhole(
  key: string,
  { json, dryRun }: { readonly json?: boolean; readonly dryRun?: boolean },
): Promise<void> {
  const out = new Output(json === true);
  try {
    const config = readConfig(environment());
    const path = join(resolve(config.dataDir), "platform.db");
    if (dryRun) {
      await refusePlatformThere(path);
      const would = `put ${key} where the server looks for its platform`;
      return out.result({ dryRun: true, would }, () => `It would ${would}.`);
    }
    const rows = await restorePlatform(storeOf(config), key, path);
    out.result({ path, rows }, () =>
      [
        `${rows["guilds"] ?? 0} guilds and ${rows["users"] ?? 0} accounts are back.`,
        "Try:   guildhall backups find --all",
        "       guildhall migrate verify",
        "       guildhall sweep",
      ].join("\n"),
    );
    process.exitCode = EXIT.done;
  } catch (error) {
    process.exitCode = out.failure(error);
  }
}

function wouldCopy(slug: string | undefined, options: Which): Would {
  return async (services) => `copy ${countOf(await guildsFor(services, slug, options))}`;
}

function wouldFind(slug: string | undefined, options: Which): Would {
  return async (services) =>
    `look in the store for copies of ${countOf(await guildsFor(services, slug, options))}`;
}

function countOf(guilds: readonly Guild[]): string {
  return guilds.length === 1 ? guilds[0]!.name : `${guilds.length} guilds`;
}

type One = (
  services: NodeServices,
  guild: Guild,
  options: Which,
) => Promise<{ readonly text: string; readonly isWrong?: boolean; readonly value: unknown }>;

/** Does it for one guild or for all; a guild's failure stops nobody else. */
async function forChosen(
  services: NodeServices,
  out: Output,
  slug: string | undefined,
  options: Which,
  work: One,
): Promise<number> {
  const guilds = await guildsFor(services, slug, options);
  const done: { slug: string; text: string; value: unknown }[] = [];
  const failed: { slug: string; error: string }[] = [];
  await forEachGuild(
    guilds,
    async (guild) => {
      try {
        const { text, isWrong, value } = await work(services, guild, options);
        if (isWrong) failed.push({ slug: guild.slug, error: text });
        else done.push({ slug: guild.slug, text, value });
      } catch (error) {
        failed.push({ slug: guild.slug, error: (error as Error).message });
      }
    },
    { lanes: LANES },
  );
  out.result({ done: done.map(({ slug: of, value }) => ({ slug: of, value })), failed }, () =>
    [
      ...done.map(({ slug: of, text }) => `✓ ${of}: ${text}`),
      ...failed.map(({ slug: of, error }) => `✗ ${of}: ${error}`),
    ].join("\n"),
  );
  if (failed.length === 0) return EXIT.done;
  return done.length > 0 ? EXIT.partial : EXIT.failed;
}

/** @throws {Invalid} `cli/no-guild` when none was named. */
async function guildsFor(
  services: NodeServices,
  slug: string | undefined,
  options: Which,
): Promise<readonly Guild[]> {
  if (slug !== undefined) return [await bySlug(services, slug)];
  if (!options.all) throw new Invalid("cli/no-guild", "Name a guild, or say --all.", { next: [] });
  const guilds: Guild[] = [];
  for await (const guild of services.platform.guilds()) {
    if (guild.status === "ready" || guild.status === "suspended") guilds.push(guild);
  }
  return guilds;
}

/** Copies share one disk with whoever plays meanwhile. */
const LANES = 2;

const createOne: One = async (services, guild) => {
  const made = await services.backups.create(guild, "manual", atThisMachine(services).caller.name);
  return { value: made, text: `${sizeOf(made)}, opened and whole` };
};

const verifyOne: One = async (services, guild, { all }) => {
  const copies = await services.backups.list({ guildId: guild.id, limit: all ? 1 : -1 });
  const wrong: string[] = [];
  for (const copy of copies.filter(({ objectKey }) => objectKey !== null)) {
    await services.backups.verify(copy).catch((error: Error) => {
      wrong.push(`${when(copy.takenAt)}: ${error.message}`);
    });
  }
  const text = wrong.length > 0 ? wrong.join("; ") : `${copies.length} copies are whole`;
  const isWrong = wrong.length > 0 || copies.length === 0;
  return { value: { copies: copies.length, wrong }, isWrong, text };
};

const pruneOne: One = async (services, guild, { dryRun }) => {
  if (!dryRun) {
    const removed = await services.backups.prune(guild.id);
    return { value: { removed }, text: `${removed} copies removed` };
  }
  const expired = await services.backups.expired(guild.id);
  return { value: { expired }, text: `${expired.length} copies would go` };
};

const findOne: One = async (services, guild) => {
  const found = await services.backups.find(guild);
  return { value: { found: found.length }, text: `${found.length} copies found` };
};

async function restoreGuild(
  services: NodeServices,
  out: Output,
  slug: string,
  options: RestoreOptions,
): Promise<number> {
  const guild = await bySlug(services, slug);
  const copy = await chosen(services, guild, options.backup);
  const lost = options.lost ? undefined : await services.backups.lostBy(copy);
  const plan = { backup: copy.id, takenAt: copy.takenAt, lost: lost ?? null };
  const told = [
    `The copy of ${when(copy.takenAt)}, ${sizeOf(copy)}.`,
    lost
      ? `Since then ${lost.changes} changes were noted; they would be lost.`
      : "What was written since then is lost.",
  ];
  if (options.dryRun) {
    out.result(plan, () => told.join("\n"));
    return EXIT.done;
  }
  if (options.confirm !== slug) {
    const next = [`guildhall backups restore ${slug} --backup ${copy.id} --confirm ${slug}`];
    out.failure(new Invalid("cli/not-confirmed", told.join(" "), { next }));
    return EXIT.misused;
  }
  const ctx = atThisMachine(services);
  const restored = await services.backups.restore(copy, ctx.caller.name, {
    isLost: options.lost === true,
    alongside: [
      record(ctx, "guild.restore", guild.id, { guildId: guild.id, after: { backup: copy.id } }),
    ],
  });
  out.result({ ...plan, generation: restored.generation }, () =>
    [`${guild.name} has the database of ${when(copy.takenAt)} again.`, ...told.slice(1)].join("\n"),
  );
  return EXIT.done;
}

async function chosen(
  services: NodeServices,
  guild: Guild,
  id: string | undefined,
): Promise<Backup> {
  const copies = await services.backups.list({ guildId: guild.id, limit: -1 });
  const found =
    id === undefined
      ? copies.find(({ status }) => status === "good")
      : copies.find((copy) => copy.id === id);
  if (found) return found;
  throw new Invalid("backup/not-found", `${guild.name} has no such copy that is good.`, {
    next: [`guildhall backups list ${guild.slug}`, `guildhall backups find ${guild.slug}`],
  });
}

function listing(copies: readonly Backup[]): string {
  if (copies.length === 0) return "No copies yet.\nTry:   guildhall backups create --all";
  return table(
    ["taken", "guild", "why", "state", "size", "id"],
    copies.map((copy) => [
      when(copy.takenAt),
      copy.slug ?? "-",
      copy.reason,
      copy.error === null ? copy.status : `${copy.status}: ${copy.error}`,
      sizeOf(copy),
      copy.id,
    ]),
  );
}

function sizeOf({ storedBytes }: Backup): string {
  return storedBytes === null ? "-" : `${Math.ceil(storedBytes / 1024)} KB`;
}

function when(at: number): string {
  return new Date(at).toISOString().replace("T", " ").slice(0, 19);
}
