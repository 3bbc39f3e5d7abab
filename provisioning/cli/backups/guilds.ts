import { Invalid } from "../../../src/kernel/errors.ts";
import type { NodeServices } from "../../../src/node/services.ts";
import type { Backup } from "../../../src/platform/backups/rows.ts";
import type { Guild } from "../../../src/platform/store.ts";
import { forEachGuild } from "../../fleet.ts";
import { describeFailure } from "../failures.ts";
import { bySlug } from "../guilds/lookup.ts";
import { atThisMachine } from "../operators.ts";
import { EXIT, type Output, table } from "../output.ts";
import type { Which } from "./commands.ts";

/** The backups of one guild or of all guilds, newest first. */
export async function listCopies(
  services: NodeServices,
  out: Output,
  slug: string | undefined,
): Promise<number> {
  const guild = slug === undefined ? undefined : await bySlug(services, slug);
  const found = await services.backups.list({ ...(guild && { guildId: guild.id }) });
  out.result(found, () => listing(found));
  return EXIT.done;
}

/** Describes what `create` would do. */
export async function describeCopy(
  services: NodeServices,
  slug: string | undefined,
  options: Which,
) {
  return `copy ${countOf(await guildsFor(services, slug, options))}`;
}

/** Describes what `find` would do. */
export async function describeFind(
  services: NodeServices,
  slug: string | undefined,
  options: Which,
) {
  return `look in the store for copies of ${countOf(await guildsFor(services, slug, options))}`;
}

function countOf(guilds: readonly Guild[]): string {
  return guilds.length === 1 ? guilds[0]!.name : `${guilds.length} guilds`;
}

type One = (
  services: NodeServices,
  guild: Guild,
  options: Which,
) => Promise<{ readonly text: string; readonly isWrong?: boolean; readonly value: unknown }>;

/** Runs an action for one guild or for all. A failure of one guild does not stop the others. */
export async function forChosen(
  services: NodeServices,
  out: Output,
  slug: string | undefined,
  options: Which,
  verb: keyof typeof VERBS,
): Promise<number> {
  const guilds = await guildsFor(services, slug, options);
  const done: { slug: string; text: string; value: unknown }[] = [];
  const failed: { slug: string; error: string }[] = [];
  await forEachGuild(
    guilds,
    async (guild) => {
      try {
        const { text, isWrong, value } = await VERBS[verb](services, guild, options);
        if (isWrong) failed.push({ slug: guild.slug, error: text });
        else done.push({ slug: guild.slug, text, value });
      } catch (error) {
        failed.push({ slug: guild.slug, error: describeFailure(error).message });
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

/** @throws {Invalid} `cli/no-guild` when no guild was named. */
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

/** Backups share the disk with the guilds' own work. */
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

const VERBS = { create: createOne, verify: verifyOne, prune: pruneOne, find: findOne };

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

/** The stored size of a backup, for people. */
export function sizeOf({ storedBytes }: Backup): string {
  return storedBytes === null ? "-" : `${Math.ceil(storedBytes / 1024)} KB`;
}

/** A time in UTC, to the second. */
export function when(at: number): string {
  return new Date(at).toISOString().replace("T", " ").slice(0, 19);
}
