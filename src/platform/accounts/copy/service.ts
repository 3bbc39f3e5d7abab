import { faultOf } from "../../../database/faults.ts";
import { write } from "../../../database/write.ts";
import { AppError, Forbidden } from "../../../kernel/errors.ts";
import type { GuildId, UserId } from "../../../kernel/ids.ts";
import { type PlatformContext, record, requireProved } from "../../context.ts";
import { accountHolder } from "../accounts.ts";
import * as queries from "./queries.ts";

/**
 * Collects what the platform and the account's guilds store about it, for its owner. Secrets, hashes
 * and rows of other people are left out. A guild whose database cannot be read has `held: null`.
 * Times are Unix milliseconds.
 * @throws {Forbidden} `auth/proof-required`, `auth/session-required` (also at a guild's own domain)
 */
export async function copyAccount(ctx: PlatformContext) {
  const caller = accountHolder(ctx);
  const { userId } = caller;
  if (caller.guildId !== undefined) {
    throw new Forbidden(
      "auth/session-required",
      "This session works for one guild only. Sign in at the platform's own address for this.",
    );
  }
  const { platform, now } = ctx.services;
  requireProved(caller, now());
  // The row comes first, so that nothing is handed out without it.
  await write(platform.db, [record(ctx, "user.copy-data", userId)]);
  const memberships = await queries.membershipRows.all(platform.db, { userId });
  const guilds = [];
  for (const { guildId, slug, name, ...membership } of memberships) {
    const held = await heldByGuild(ctx, guildId, userId);
    guilds.push({ id: guildId, slug, name, membership, held });
  }
  return { madeAt: now().getTime(), ...(await heldByPlatform(ctx, userId)), guilds };
}

async function heldByPlatform({ services }: PlatformContext, userId: UserId) {
  const { db } = services.platform;
  const own = { userId };
  const [account, factor, operator] = await Promise.all([
    queries.accountRow.first(db, own),
    queries.factorRows.first(db, own),
    queries.operatorRows.first(db, own),
  ]);
  if (account === undefined) throw new Error(`User ${userId} has a session but no row.`);
  return {
    account,
    secondFactor: factor ?? null,
    operator: operator ?? null,
    sessions: await queries.sessionRows.all(db, own),
    signInPlaces: await queries.placeRows.all(db, own),
    identities: await queries.identityRows.all(db, own),
    connections: await queries.connectionRows.all(db, own),
    formerMemberships: await queries.formerRows.all(db, own),
    invitationsMade: await queries.invitationRows.all(db, own),
    keysMade: await queries.keyRows.all(db, own),
    audit: await queries.auditRows.all(db, own),
  };
}

/** Null for a guild that is being made or deleted, or whose database cannot be read now. */
async function heldByGuild({ services }: PlatformContext, guildId: GuildId, userId: UserId) {
  const { platform, tenants } = services;
  const guild = await platform.guild(guildId);
  if (guild?.status !== "ready") return null;
  const own = { userId };
  try {
    return await tenants.use(guild, async (db) => ({
      person: (await queries.personRow.first(db, own)) ?? null,
      characters: await queries.characterRows.all(db, own),
      claims: await queries.claimRows.all(db, own),
      proofs: await queries.proofRows.all(db, own),
      audit: await queries.guildAuditRows.all(db, own),
    }));
  } catch (error) {
    // The database waits for its migration, is busy or damaged. The other guilds can be read.
    if (faultOf(error) || error instanceof AppError) return null;
    throw error;
  }
}
