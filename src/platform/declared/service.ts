import { and, eq, ne, notInArray, sql } from "drizzle-orm";
import { existsIn } from "../../database/query.ts";
import { build, insertInto } from "../../database/statements.ts";
import { type Guard, guard, type Writable, write } from "../../database/write.ts";
import { Conflict, Invalid, NotFound } from "../../kernel/errors.ts";
import { realmKey } from "../../kernel/game/realms.ts";
import { type GuildId, type MembershipId, newId } from "../../kernel/ids.ts";
import { noticeRows } from "../accounts/accounts.ts";
import { type OperatorContext, record } from "../context.ts";
import { slugChange } from "../guilds/settings.ts";
import { slugTaken } from "../guilds/slug-guard.ts";
import { nameKey } from "../guilds/slugs.ts";
import { areAllPublic, visitorColumns } from "../guilds/visitor-areas.ts";
import { PLAN_JOB } from "../jobs/kinds.ts";
import { subscriptionRows } from "../plans/subscriptions.ts";
import { declaredGuilds, guilds, memberships, type OwnLimits } from "../schema.ts";
import {
  areasOfText,
  type DeclaredFile,
  type FieldName,
  type Fields,
  fieldsOf,
  guildFile,
  wholeFields,
} from "./guild-file.ts";
import { LIMIT_KEYS, type StoredGuild } from "./present.ts";
import { accountsOf, nameIsTaken } from "./queries.ts";
import type { Change } from "./rules.ts";
import { type Run, stillRuns } from "./runs.ts";
import { TIER_FACTS, type Tier } from "./tiers.ts";

/** Accounts by their address. */
export type Owners = ReadonlyMap<string, Awaited<ReturnType<typeof accountsOf.all>>[number]>;

/** The work of one run: who does it, in which run, and the accounts that the files name. */
export interface DeclaredRun {
  readonly ctx: OperatorContext;
  readonly run: Run;
  readonly owners: Owners;
}

/** The accounts of the owners that files name. Addresses without an account are missing. */
export async function ownersOf(
  { services }: OperatorContext,
  files: readonly DeclaredFile[],
): Promise<Owners> {
  const emails = [...new Set(files.map(({ document }) => document.owner))];
  const rows = await accountsOf.all(services.platform.db, { emails: JSON.stringify(emails) });
  return new Map(rows.map((row) => [row.email, row]));
}

/**
 * Records a guild that a file declares, with the file's id. `provision` then makes its database. A plan's
 * number of guilds does not count declared ones.
 * @throws {Conflict} `guild/name-taken`, `guild/slug-taken`, `identity/server-taken`, `declared/run-lost`
 */
export async function foundDeclared(run: DeclaredRun, file: DeclaredFile): Promise<void> {
  const { ctx } = run;
  const { provisioner, platform } = ctx.services;
  const { document } = file;
  const id = document.id as GuildId;
  const owner = ownerOf(run, document.owner);
  const nowMs = ctx.services.now().getTime();
  const fields = wholeFields(document);
  const visitors = areasOfText(String(fields["settings.visitors"]));
  const keys = keysOf(fields);
  await provisioner.refuseWithoutRoom({ host: document.placement.host });
  await write(platform.db, [
    stillRuns(run.run),
    nameIsFree(id, keys),
    slugTaken(document.slug, platform.settledNow().getTime()),
    ...serverIsFree(id, fields.discordGuildId),
    insertInto(guilds, {
      id,
      ...columnsOfFields(fields),
      ...keys,
      slug: document.slug,
      name: document.name,
      realm: document.realm,
      faction: document.faction,
      ownerId: owner.id,
      plan: TIER_FACTS[document.tier].plan,
      status: "creating",
      host: document.placement.host,
      databaseName: provisioner.newDatabaseName(),
      ownLimits: ownLimitsOf(fields),
      isDeclared: true,
      isPublic: areAllPublic(visitors),
      settings: { visitorAreas: visitors },
      createdAt: nowMs,
      updatedAt: nowMs,
    }),
    insertInto(memberships, {
      id: newId<MembershipId>(),
      userId: owner.id,
      guildId: id,
      role: "owner",
      overrides: {},
      createdAt: nowMs,
    }),
    ...tierRows(ctx, id, document.tier),
    appliedRow(ctx, file),
    record(ctx, "guild.found", id, { guildId: id, after: { ...fieldsOf(document) } }),
  ]);
}

/**
 * Sets the fields of a guild that its file declares, all but its host. A host changes by a move.
 * @throws {Conflict} `guild/name-taken`, `guild/slug-taken`, `guild/too-many-slugs`,
 * `identity/server-taken`, `declared/guild-changed`, `declared/run-lost`
 */
export async function changeDeclared(
  run: DeclaredRun,
  file: DeclaredFile,
  guild: StoredGuild,
  changes: readonly Change[],
): Promise<void> {
  const { ctx } = run;
  const { platform } = ctx.services;
  const { id } = guild;
  const set = Object.fromEntries(
    changes.flatMap(({ field, to }) => (field === null ? [] : [[field, to]])),
  ) as Partial<Fields>;
  const fields: Fields = { ...guild.fields, ...set };
  const keys = keysOf(fields);
  const nowMs = ctx.services.now().getTime();
  const has = (...names: readonly FieldName[]) => names.some((name) => name in set);
  const before = Object.fromEntries(
    Object.keys(set).map((name) => [name, guild.fields[name as FieldName]]),
  );
  await write(platform.db, [
    stillRuns(run.run),
    isUnchanged(guild),
    ...(has("name", "realm", "region", "edition") ? [nameIsFree(id, keys)] : []),
    ...(has("slug")
      ? slugChange(
          { id, slug: String(guild.fields.slug) },
          String(fields.slug),
          platform.settledNow().getTime(),
        )
      : []),
    ...(has("discordGuildId") ? serverIsFree(id, fields.discordGuildId) : []),
    build
      .update(guilds)
      .set({
        ...columnsOfFields(fields),
        ...keys,
        ...(has("settings.visitors") &&
          visitorColumns(areasOfText(String(fields["settings.visitors"])), guilds.settings)),
        ownLimits: ownLimitsOf(fields),
        isDeclared: true,
        ...(changes.length > 0 && { updatedAt: nowMs }),
      })
      .where(eq(guilds.id, id)),
    ...(has("owner") ? await ownerRows(run, guild, String(fields.owner)) : []),
    ...(has("tier") ? tierRows(ctx, id, fields.tier as Tier) : []),
    ...(changes.some(({ field }) => field! in LIMIT_KEYS) ? planJob(ctx, id) : []),
    appliedRow(ctx, file),
    ...(changes.length > 0
      ? [record(ctx, "guild.declare", id, { guildId: id, before, after: set })]
      : []),
  ]);
}

/** The first change of these files that the platform would refuse, before any is made. */
export async function refuseImpossible(
  ctx: OperatorContext,
  files: readonly DeclaredFile[],
  owners: Owners,
): Promise<void> {
  const missing = files.find(({ document }) => !owners.has(document.owner));
  if (missing) {
    throw new NotFound(
      "declared/no-account",
      `${missing.file}: no account has the address ${missing.document.owner}. Its owner signs up first.`,
    );
  }
  const { hostKinds } = ctx.services.provisioner;
  const elsewhere = files.find(({ document }) => !hostKinds.includes(document.placement.host));
  if (elsewhere) {
    throw new Invalid(
      "declared/no-host",
      `${elsewhere.file}: nothing is set up here to reach ${elsewhere.document.placement.host}. Guilds can be on: ${hostKinds.join(", ")}.`,
      { next: ["guildhall doctor"] },
    );
  }
}

function ownerOf({ owners }: DeclaredRun, email: string) {
  const owner = owners.get(email);
  if (owner) return owner;
  throw new NotFound("declared/no-account", `No account has the address ${email}.`);
}

/** The columns of a guild's row that fields set directly. */
function columnsOfFields(fields: Fields) {
  const { edition, region } = guildFile.shape;
  return {
    name: String(fields.name),
    slug: String(fields.slug),
    realm: String(fields.realm),
    edition: edition.parse(fields.edition),
    region: region.parse(fields.region),
    faction: guildFile.shape.faction.parse(fields.faction),
    discordGuildId: fields.discordGuildId === null ? null : String(fields.discordGuildId),
    isProtected: fields.protected === true,
    timeZone: String(fields["settings.timeZone"]),
    description: String(fields["settings.description"]),
    contact: String(fields["settings.contact"]),
  };
}

function keysOf(fields: Fields) {
  const { edition, region } = columnsOfFields(fields);
  return {
    nameKey: nameKey(String(fields.name)),
    realmKey: realmKey(String(fields.realm)),
    region,
    edition,
  };
}

function ownLimitsOf(fields: Fields): OwnLimits {
  const set = Object.entries(LIMIT_KEYS).flatMap(([field, name]) => {
    const value = fields[field as keyof typeof LIMIT_KEYS];
    return typeof value === "number" ? [[name, value]] : [];
  });
  return Object.fromEntries(set) as OwnLimits;
}

/** A grant of the tier's plan. A larger plan that the guild pays for stays. */
function tierRows(ctx: OperatorContext, id: GuildId, tier: Tier): readonly Writable[] {
  const { plan } = TIER_FACTS[tier];
  const asOf = ctx.services.now().getTime();
  const grant = { source: "grant", status: "active", until: null, reason: "declared" } as const;
  return subscriptionRows(ctx, id, { ...grant, plan, asOf });
}

/** Applies changed limits to the database. */
function planJob({ services }: OperatorContext, id: GuildId): readonly Writable[] {
  return [services.jobs.enqueueRow(id, PLAN_JOB, "", services.now().getTime())];
}

async function ownerRows(
  run: DeclaredRun,
  guild: StoredGuild,
  email: string,
): Promise<readonly Writable[]> {
  const { ctx } = run;
  const { id } = guild;
  const owner = ownerOf(run, email);
  const createdAt = ctx.services.now().getTime();
  const isOwner = and(eq(memberships.guildId, id), eq(memberships.role, "owner"));
  const role = { role: "owner", overrides: {}, deniedBy: {} } as const;
  const params = { guild: String(guild.fields.name), from: String(guild.fields.owner) };
  return [
    build.update(memberships).set({ role: "admin" }).where(isOwner),
    insertInto(
      memberships,
      { id: newId<MembershipId>(), userId: owner.id, guildId: id, ...role, createdAt },
      { on: [memberships.guildId, memberships.userId], set: role },
    ),
    build.update(guilds).set({ ownerId: owner.id }).where(eq(guilds.id, id)),
    ...(await noticeRows(ctx, owner.id, "guild-received", params)),
  ];
}

function appliedRow(
  { services, caller }: OperatorContext,
  { file, document }: DeclaredFile,
): Writable {
  const row = {
    file,
    document,
    appliedBy: "name" in caller ? caller.name : caller.type,
    appliedAt: services.now().getTime(),
  };
  return insertInto(
    declaredGuilds,
    { guildId: document.id as GuildId, ...row },
    { on: [declaredGuilds.guildId], set: row },
  );
}

/** Nothing that a file declares has changed since the guild was read. */
function isUnchanged({ id, updatedAt, fields }: StoredGuild): Guard {
  const same = and(
    eq(guilds.id, id),
    eq(guilds.updatedAt, updatedAt),
    eq(guilds.host, String(fields["placement.host"])),
    notInArray(guilds.status, ["deleted", "deleting"]),
  );
  return guard(
    existsIn(guilds, same),
    () =>
      new Conflict(
        "declared/guild-changed",
        `${fields.slug} was changed at the same moment. Run the command again.`,
      ),
  );
}

function nameIsFree(id: GuildId, keys: Parameters<typeof nameIsTaken>[1]): Guard {
  return guard(
    sql`not ${nameIsTaken(id, keys)}`,
    () =>
      new Conflict(
        "guild/name-taken",
        "A guild of this name already exists on this realm. Choose another name or realm.",
      ),
  );
}

/** A Discord server belongs to one guild. */
function serverIsFree(id: GuildId, serverId: Fields["discordGuildId"]): readonly Guard[] {
  if (serverId === null) return [];
  const isOthers = and(
    eq(guilds.discordGuildId, String(serverId)),
    ne(guilds.id, id),
    notInArray(guilds.status, ["deleted", "deleting", "failed"]),
  );
  return [
    guard(
      sql`not ${existsIn(guilds, isOthers)}`,
      () =>
        new Conflict("identity/server-taken", "Another guild has connected this Discord server."),
    ),
  ];
}
