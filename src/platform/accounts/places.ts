import { and, desc, eq, lte, notInArray, or } from "drizzle-orm";
import type { Writable } from "../../database/write.ts";
import { addressRange } from "../../http/address.ts";
import type { UserId } from "../../kernel/ids.ts";
import { hashToken } from "../../kernel/tokens.ts";
import { limits } from "../../limits.ts";
import type { PlatformContext } from "../context.ts";
import { sessions, signInPlaces } from "../schema.ts";

/** Where a sign-in comes from, as far as the account was there before. */
export interface SignInPlace {
  /** Neither the browser nor its network were seen with this account, and others were. */
  readonly isNew: boolean;
  /** Remembers the place, to stand in the write of the sign-in. */
  readonly rows: readonly Writable[];
}

/** Judges the place of a sign-in: its browser by a cookie, its network by the address range. */
export async function signInPlace(ctx: PlatformContext, userId: UserId): Promise<SignInPlace> {
  const { orm } = ctx.services.platform.db;
  const range = addressRange(ctx.address);
  const seen = await orm
    .select({ placeHash: signInPlaces.placeHash })
    .from(signInPlaces)
    .where(eq(signInPlaces.userId, userId));
  const here = [ctx.device && `device ${ctx.device}`, range && `network ${range}`]
    .filter((one) => one !== undefined && one !== "")
    .map((one) => hashToken(`${userId} ${one}`));
  const known = new Set(seen.map(({ placeHash }) => placeHash));
  const isUnknown =
    known.size > 0 ? !here.some((hash) => known.has(hash)) : await isNewByRange(ctx, userId, range);
  // Without an address nothing can be said about a browser that came without its cookie.
  const isNew = range !== "" && isUnknown;
  return { isNew, rows: here.length === 0 ? [] : placeRows(ctx, userId, here) };
}

/** An account of before places were kept is known by where it is signed in. */
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
