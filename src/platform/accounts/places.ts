import { and, desc, eq, lte, notInArray, or } from "drizzle-orm";
import type { Writable } from "../../database/write.ts";
import { addressRange } from "../../http/address.ts";
import type { UserId } from "../../kernel/ids.ts";
import { hashToken } from "../../kernel/tokens.ts";
import { limits } from "../../limits.ts";
import type { PlatformContext } from "../context.ts";
import { sessions, signInPlaces } from "../schema.ts";

/** The place of a sign-in, compared with the account's earlier places. */
export interface SignInPlace {
  /** True if neither the browser nor its network is known for this account, but others are. */
  readonly isNew: boolean;
  /** Statements that store the place. They belong into the write of the sign-in. */
  readonly rows: readonly Writable[];
}

/** Looks up the place of a sign-in: the browser by a cookie, the network by the address range. */
export async function signInPlace(ctx: PlatformContext, userId: UserId): Promise<SignInPlace> {
  const { orm } = ctx.services.platform.db;
  const range = addressRange(ctx.address);
  const seen = await orm
    .select({ placeHash: signInPlaces.placeHash })
    .from(signInPlaces)
    .where(eq(signInPlaces.userId, userId));
  // A cookie of a guild's own domain may reach another server, so it is known at that domain only.
  const at = ctx.domainGuildId === undefined ? "" : ` at ${ctx.domainGuildId}`;
  const here = [ctx.device && `device ${ctx.device}${at}`, range && `network ${range}`]
    .filter((one) => one !== undefined && one !== "")
    .map((one) => hashToken(`${userId} ${one}`));
  const known = new Set(seen.map(({ placeHash }) => placeHash));
  const isUnknown =
    known.size > 0 ? !here.some((hash) => known.has(hash)) : await isNewByRange(ctx, userId, range);
  // Without an address, a browser without a cookie cannot be judged.
  const isNew = range !== "" && isUnknown;
  return { isNew, rows: here.length === 0 ? [] : placeRows(ctx, userId, here) };
}

/** For accounts older than this table: compares with the addresses of their open sessions. */
async function isNewByRange(ctx: PlatformContext, userId: UserId, range: string): Promise<boolean> {
  const rows = await ctx.services.platform.db.orm
    .select({ address: sessions.address })
    .from(sessions)
    .where(eq(sessions.userId, userId));
  return rows.length > 0 && rows.every(({ address }) => addressRange(address) !== range);
}

function placeRows(ctx: PlatformContext, userId: UserId, hashes: readonly string[]): Writable[] {
  const nowMs = ctx.services.now().getTime();
  const { placesMax, placeKeptMs } = limits.session;
  const unusedSince = ctx.services.platform.settledNow().getTime() - placeKeptMs;
  const { orm } = ctx.services.platform.db;
  const own = eq(signInPlaces.userId, userId);
  const newest = orm
    .select({ placeHash: signInPlaces.placeHash })
    .from(signInPlaces)
    .where(own)
    .orderBy(desc(signInPlaces.lastUsedAt), signInPlaces.placeHash)
    .limit(placesMax);
  const isOld = lte(signInPlaces.lastUsedAt, unusedSince);
  return [
    orm
      .insert(signInPlaces)
      .values(hashes.map((placeHash) => ({ userId, placeHash, lastUsedAt: nowMs })))
      .onConflictDoUpdate({
        target: [signInPlaces.userId, signInPlaces.placeHash],
        set: { lastUsedAt: nowMs },
      }),
    orm.delete(signInPlaces).where(and(own, or(isOld, notInArray(signInPlaces.placeHash, newest)))),
  ];
}
