import { and, eq, notInArray, sql } from "drizzle-orm";
import { isOutOfRoom } from "../../database/faults.ts";
import { columnsOf, prepare, type Values } from "../../database/query.ts";
import { build } from "../../database/statements.ts";
import { guard, write } from "../../database/write.ts";
import { noSuchGuild } from "../../http/tenant.ts";
import { pause } from "../../kernel/concurrency.ts";
import { type Crest, crestOf } from "../../kernel/crest.ts";
import { decodeCursor, type Page, toPage } from "../../kernel/cursor.ts";
import { Conflict, Forbidden, Invalid, Unavailable } from "../../kernel/errors.ts";
import { EDITIONS, type Edition } from "../../kernel/game/editions.ts";
import { realmKey } from "../../kernel/game/realms.ts";
import { type GuildId, type MembershipId, newId, type UserId } from "../../kernel/ids.ts";
import { cleanName, isReadable } from "../../kernel/names.ts";
import type { Role } from "../../kernel/permissions.ts";
import { limits } from "../../limits.ts";
import { accountHolder, accountViewer } from "../accounts/accounts.ts";
import { type ActingContext, type PlatformContext, record, signedIn } from "../context.ts";
import { guildLimit, planByName } from "../plans/service.ts";
import { type Faction, type GuildStatus, guilds, memberships, type Region } from "../schema.ts";
import { type Guild, isGone } from "../store.ts";
import { type OperationStep, PROVISION_STEPS } from "./operations.ts";
import { slugIsFree, slugTaken } from "./slug-guard.ts";
import { formerRealmKey, nameKey, numberedSlug, slugProblem, suggestSlug } from "./slugs.ts";

export interface NewGuild {
  readonly name: string;
  readonly realm: string;
  readonly region: Region;
  /** The edition of the game; retail by default. Only an edition without realms has no realm. */
  readonly edition?: Edition | undefined;
  readonly faction: Faction;
  /** Derived from the name when absent. */
  readonly slug?: string;
}

export interface GuildOfMine {
  readonly id: GuildId;
  readonly slug: string;
  readonly name: string;
  readonly realm: string;
  readonly region: Region;
  readonly status: GuildStatus;
  readonly role: Role;
  readonly crest: Crest;
}

const SLUG_TRIES_MAX = 50;

/**
 * Records a new guild with its owner. `provision` then makes its database, and a sweep completes what a
 * crash interrupts.
 * @throws {LimitReached} `plan/guilds`, {Conflict} `guild/name-taken` or `guild/slug-taken`
 */
export async function foundGuild(
  ctx: PlatformContext,
  input: NewGuild,
): Promise<{ id: GuildId; slug: string }> {
  if (input.slug !== undefined) return await insertGuild(ctx, input, input.slug);
  const suggestion = suggestSlug(input.name);
  for (let number = 1; ; number++) {
    try {
      return await insertGuild(ctx, input, numberedSlug(suggestion, number));
    } catch (error) {
      const taken = error instanceof Conflict && error.code === "guild/slug-taken";
      if (!taken || number === SLUG_TRIES_MAX) throw error;
    }
  }
}

/** Founds a guild and waits up to `waitMs` for its database. Most are ready long before. */
export async function foundAndProvision(
  ctx: PlatformContext,
  input: NewGuild,
  waitMs: number,
): Promise<{ id: GuildId; slug: string; isReady: boolean }> {
  const founded = await foundGuild(ctx, input);
  const work = ctx.services.provisioner.provision(founded.id);
  return { ...founded, isReady: await isReadyWithin(ctx, founded.id, work, waitMs) };
}

interface GuildsAfter {
  readonly userId: UserId;
  readonly name: string;
  readonly id: string;
  readonly count: number;
}

const guildsOfUser = prepare(({ userId, name, id, count }: Values<GuildsAfter>) =>
  build
    .select({
      ...columnsOf(
        guilds,
        "id",
        "slug",
        "name",
        "realm",
        "region",
        "status",
        "nameKey",
        "settings",
      ),
      role: memberships.role,
    })
    .from(memberships)
    .innerJoin(guilds, eq(guilds.id, memberships.guildId))
    .where(
      and(
        eq(memberships.userId, userId),
        notInArray(guilds.status, ["deleted", "deleting"]),
        sql`(${guilds.nameKey}, ${guilds.id}) > (${name}, ${id})`,
      ),
    )
    .orderBy(guilds.nameKey, guilds.id)
    .limit(count),
);

/** The caller's guilds, by name. */
export async function myGuilds(
  ctx: PlatformContext,
  { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<Page<GuildOfMine>> {
  const { userId } = accountViewer(ctx);
  const [name, id] = cursor === undefined ? ["", ""] : decodeCursor(cursor, 2);
  const rows = await guildsOfUser.all(ctx.services.platform.db, {
    userId,
    name: String(name),
    id: String(id),
    count: limit + 1,
  });
  const page = toPage(rows, limit, (last) => [last.nameKey, last.id]);
  return { ...page, items: page.items.map(toMine) };
}

function toMine(row: Awaited<ReturnType<typeof guildsOfUser.all>>[number]): GuildOfMine {
  const { nameKey: _folded, settings, ...guild } = row;
  return { ...guild, crest: settings.crest ?? crestOf(guild.id) };
}

/** A free slug for a name, and whether the requested one is free: `slug`, else the name's own. */
export async function suggestFreeSlug(
  ctx: PlatformContext,
  { name, slug }: { readonly name: string; readonly slug?: string | undefined },
): Promise<{ slug: string; isFree: boolean }> {
  // Only people who can found a guild may learn which addresses are taken.
  accountHolder(ctx);
  const { platform } = ctx.services;
  const isFree = (one: string) => slugProblem(one) === undefined && slugIsFree(platform, one);
  if (slug !== undefined && (await isFree(slug))) return { slug, isFree: true };
  const suggestion = suggestSlug(name);
  for (let number = 1; number <= SLUG_TRIES_MAX; number++) {
    const numbered = numberedSlug(suggestion, number);
    if (await isFree(numbered))
      return { slug: numbered, isFree: slug === undefined && number === 1 };
  }
  throw new Conflict(
    "guild/slug-taken",
    "Every address like this name is taken. Enter another one.",
  );
}

export interface Progress {
  readonly guild: Guild;
  readonly steps: readonly {
    readonly step: (typeof PROVISION_STEPS)[number];
    readonly state: "done" | "now" | "waiting" | "failed";
  }[];
  readonly seq: number;
}

/** The progress of a guild's founding, for its members only. `undefined` for all other callers. */
export async function progressOf(
  ctx: PlatformContext,
  reference: string,
): Promise<Progress | undefined> {
  const { platform, provisioner } = ctx.services;
  const found = await platform.guildForUser(reference, signedIn(ctx).userId);
  if (!found?.membership || isGone(found.guild)) return undefined;
  const rows = await provisioner.operations.steps(found.guild.id);
  return { guild: found.guild, ...foldSteps(found.guild, rows) };
}

/**
 * Retries a failed founding and waits up to `waitMs`. Other foundings are not changed.
 * @throws {NotFound} `guild/not-found`, {Forbidden} `guild/forbidden` for all but the owner
 */
export async function retryFounding(
  ctx: PlatformContext,
  reference: string,
  waitMs: number,
): Promise<Progress> {
  const progress = await progressOf(ctx, reference);
  if (!progress) throw noSuchGuild();
  const { id, ownerId, status } = progress.guild;
  if (ownerId !== signedIn(ctx).userId) {
    throw new Forbidden("guild/forbidden", "Only the owner of this guild can try again.");
  }
  if (status !== "failed") return progress;
  await ctx.services.provisioner.refuseWithoutRoom(progress.guild);
  await isReadyWithin(ctx, id, ctx.services.provisioner.retry(id), waitMs);
  return (await progressOf(ctx, reference)) ?? progress;
}

/**
 * Closes a guild until `resumeGuild`. Its members see the reason. For operators.
 * @throws {Conflict} `guild/status-changed` unless the guild is ready
 */
export async function suspendGuild(ctx: ActingContext, id: GuildId, reason: string): Promise<void> {
  const { platform, tenants } = ctx.services;
  await platform.advanceGuild(id, "ready", "suspended", { statusReason: reason }, [
    record(ctx, "guild.suspend", id, { guildId: id, after: { reason } }),
  ]);
  await tenants.drain(id);
}

/** Opens a suspended guild. @throws {Conflict} `guild/status-changed` unless suspended */
export async function resumeGuild(ctx: ActingContext, id: GuildId): Promise<void> {
  await ctx.services.platform.advanceGuild(id, "suspended", "ready", { statusReason: null }, [
    record(ctx, "guild.resume", id, { guildId: id }),
  ]);
}

/**
 * Waits up to `waitMs` for a new database. Other failures are stored as the guild's status.
 * @throws {Unavailable} `database/storage-full` when there was no room for it
 */
async function isReadyWithin(
  ctx: PlatformContext,
  guildId: GuildId,
  work: Promise<Guild>,
  waitMs: number,
): Promise<boolean> {
  let full: Unavailable | undefined;
  const provisioning = work.then(
    (guild) => guild.status === "ready",
    (error: unknown) => {
      // The guild's page shows the reason and a button to retry.
      ctx.services.log.error("guild.provision-failed", { guildId, error });
      if (isOutOfRoom(error)) full = diskFull(error);
      return false;
    },
  );
  ctx.services.background.detach("guild.provision", provisioning);
  const late = pause(waitMs);
  const isReady = await Promise.race([provisioning, late.over.then(() => false)]);
  late.end();
  if (full !== undefined) throw full;
  return isReady;
}

/** The disk became full after the guild was recorded. */
function diskFull(cause: unknown): Unavailable {
  return new Unavailable(
    "database/storage-full",
    "The disk of this server is full. The guild is kept. Try again on its page when the operator has freed space.",
    { retryAfterMs: limits.database.quarantinedRetryAfterMs },
    { cause },
  );
}

function foldSteps(guild: Guild, rows: readonly OperationStep[]): Omit<Progress, "guild"> {
  const last = new Map(rows.map((row) => [row.step, row.state]));
  const isOver = guild.status !== "creating" && guild.status !== "failed";
  let isNext = true;
  const steps = PROVISION_STEPS.map((step) => {
    if (isOver || last.get(step) === "done") return { step, state: "done" as const };
    const state = !isNext ? "waiting" : guild.status === "failed" ? "failed" : "now";
    isNext = false;
    return { step, state } as const;
  });
  return { steps, seq: rows.at(-1)?.seq ?? 0 };
}

async function insertGuild(
  ctx: PlatformContext,
  given: NewGuild,
  slug: string,
): Promise<{ id: GuildId; slug: string }> {
  const edition = given.edition ?? "retail";
  const { hasRealms } = EDITIONS[edition];
  const realm = hasRealms ? cleanName(given.realm) : "";
  const input = { ...given, name: cleanName(given.name), realm, edition };
  const caller = accountHolder(ctx);
  const { platform, provisioner } = ctx.services;
  refuseBadSlug(slug);
  refuseUnreadable({ name: input.name, ...(hasRealms && { realm }) });
  await provisioner.refuseWithoutRoom();
  const { firstPlan } = await ctx.services.appConfig.current();
  const plan = await planByName(platform, firstPlan);
  const nowMs = ctx.services.now().getTime();
  const id = newId<GuildId>();
  const keys = { nameKey: nameKey(input.name), realmKey: realmKey(input.realm) };
  await write(platform.db, [
    guildLimit(caller.userId, plan),
    nameIsFree(input, keys),
    // Uses the settled time, so that a wrong clock cannot free a former address that is held for its
    // guild.
    slugTaken(slug, ctx.services.platform.settledNow().getTime()),
    platform.db.orm.insert(guilds).values({
      id,
      slug,
      name: input.name,
      realm: input.realm,
      region: input.region,
      edition,
      faction: input.faction,
      ...keys,
      ownerId: caller.userId,
      plan: plan.name,
      status: "creating",
      host: provisioner.hostKind,
      databaseName: provisioner.newDatabaseName(),
      settings: {},
      createdAt: nowMs,
      updatedAt: nowMs,
    }),
    platform.db.orm.insert(memberships).values({
      id: newId<MembershipId>(),
      userId: caller.userId,
      guildId: id,
      role: "owner",
      overrides: {},
      createdAt: nowMs,
    }),
    record(ctx, "guild.found", id, { guildId: id, after: { ...input, slug } }),
  ]);
  return { id, slug };
}

/** Guilds of one edition have different names on a realm. */
function nameIsFree(
  input: { readonly realm: string; readonly region: Region; readonly edition: Edition },
  keys: { readonly nameKey: string; readonly realmKey: string },
) {
  return guard(
    sql`not exists (select 1 from guilds where name_key = ${keys.nameKey}
      and realm_key in (${keys.realmKey}, ${formerRealmKey(input.realm)})
      and region = ${input.region} and edition = ${input.edition})`,
    () =>
      new Conflict(
        "guild/name-taken",
        "A guild of this name already exists on this realm. Choose another name or realm.",
        {
          errors: [
            {
              pointer: "/name",
              detail: "A guild on this realm already has this name. Choose another one.",
            },
          ],
        },
      ),
  );
}

/** Every way to found a guild calls this. @throws {Invalid} `request/invalid` */
function refuseUnreadable(names: Readonly<Record<string, string>>): void {
  const errors = Object.entries(names)
    .filter(([, name]) => !isReadable(name))
    .map(([field]) => ({ pointer: `/${field}`, detail: "Use visible letters." }));
  if (errors.length === 0) return;
  throw new Invalid(
    "request/invalid",
    "Some fields are not valid. Fix each one listed under errors.",
    {
      errors,
    },
  );
}

const SLUG_ADVICE = {
  "too-short": "Use at least 3 characters.",
  "too-long": "Use at most 32 characters.",
  characters: "Use a–z, 0–9 and single hyphens. Start with a letter.",
  "double-hyphen": "Do not put two hyphens in a row.",
  reserved: "This address is reserved. Choose another one.",
} as const;

/** @throws {Invalid} `guild/bad-slug` */
export function refuseBadSlug(slug: string): void {
  const problem = slugProblem(slug);
  if (problem === undefined) return;
  throw new Invalid("guild/bad-slug", "This address cannot be used. Choose another one.", {
    reason: problem,
    errors: [{ pointer: "/slug", detail: SLUG_ADVICE[problem] }],
  });
}
