import { uuidv7 } from "uuidv7";

declare const brand: unique symbol;
type Id<Name extends string> = string & { readonly [brand]: Name };

export type UserId = Id<"user">;
export type GuildId = Id<"guild">;
export type SessionId = Id<"session">;
export type MembershipId = Id<"membership">;
export type InvitationId = Id<"invitation">;
export type OperationId = Id<"operation">;
export type PersonId = Id<"person">;
export type PersonJoinId = Id<"person-join">;
export type CharacterId = Id<"character">;
export type PoolId = Id<"pool">;
export type AccountId = Id<"account">;
export type LedgerTxId = Id<"ledger-tx">;
export type RaidId = Id<"raid">;
export type RaidSeriesId = Id<"raid-series">;
export type RaidTeamId = Id<"raid-team">;
export type LootId = Id<"loot">;
export type CouncilId = Id<"council">;
export type AuctionId = Id<"auction">;
export type BidId = Id<"bid">;
export type GameCharacterId = Id<"game-character">;
export type IdentityLinkId = Id<"identity-link">;
export type IntegrityIssueId = Id<"integrity-issue">;
export type OwnershipProofId = Id<"ownership-proof">;
export type SyncRunId = Id<"sync-run">;
export type ImportId = Id<"import">;

/** A new id that sorts by creation time (UUIDv7, RFC 9562). */
export function newId<T extends string>(): T {
  return uuidv7() as T;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** True for the lower-case text form that `newId` produces. */
export function isId(text: string): boolean {
  return UUID.test(text);
}
